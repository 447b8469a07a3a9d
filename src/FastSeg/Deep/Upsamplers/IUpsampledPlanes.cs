using FastSeg.Simd;

namespace FastSeg.Deep.Upsamplers;

/// <summary>Brings an image's low-resolution features to full resolution on the CPU, for one worker. Not thread-safe.</summary>
internal interface IUpsampledPlanes : IDisposable
{
    /// <summary>Begins a tile.</summary>
    void Start(Region core);

    /// <summary>
    /// Fills a band of the tile last begun, from a plane on. Bands come from top to bottom: none begins above the one before. Allocates
    /// nothing.
    /// </summary>
    void Fill(in Band band, int firstPlane);
}
