using FastSeg.Deep.Tokens;
using FastSeg.Simd;

namespace FastSeg.Deep.Upsamplers;

/// <summary>Deep features of a tile from the cells alone, nearest or bilinear, for one worker.</summary>
internal sealed unsafe class InterpolatedPlanesCpu : IUpsampledPlanes
{
    private readonly IReadOnlyList<LowResolution> _maps;
    private readonly List<LowResolutionPlanesCpu> _planes = [];

    /// <summary>Allocates a worker's rows.</summary>
    /// <param name="maps">The maps; they must outlive this.</param>
    /// <param name="bilinear">Bilinear, or nearest.</param>
    public InterpolatedPlanesCpu(IReadOnlyList<LowResolution> maps, bool bilinear)
    {
        _maps = maps;
        foreach (LowResolution map in maps)
        {
            _planes.Add(new LowResolutionPlanesCpu(map, bilinear, Band.MaxWidth, Band.MaxHeight));
        }
    }

    /// <inheritdoc/>
    public void Start(Region core)
    {
    }

    /// <inheritdoc/>
    public void Fill(in Band band, int firstPlane)
    {
        for (int i = 0; i < _maps.Count; i++)
        {
            _planes[i].Planes(
                band.X, band.Y, band.Width, band.Height, band.Row(firstPlane, 0), band.RowStride, band.PlaneStride);
            firstPlane += _maps[i].Channels;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _planes.ForEach(planes => planes.Dispose());
}
