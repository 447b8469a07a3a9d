using FastSeg.Images;
using FastSeg.Images.Samples;

namespace FastSeg.Features;

/// <summary>
/// One channel of a rectangle of samples, as the filters read it: outside of <see cref="Bounds"/> the nearest pixel counts. A tile's
/// bounds end at the image's edge, or further out than any filter looks, so pixels are repeated at the image's edge only.
/// </summary>
internal readonly unsafe struct PixelSource
{
    /// <summary>Channel <paramref name="channel"/> of a tile.</summary>
    public PixelSource(Tile tile, int channel)
        : this(tile.Samples, tile.Type, tile.Channels, channel, tile.Bounds, tile.Map)
    {
    }

    /// <summary>Channel <paramref name="channel"/> of row-major interleaved samples without padding.</summary>
    public PixelSource(byte* samples, SampleType type, int channels, int channel, Region bounds, SampleMap map = default)
    {
        Samples = samples;
        Type = type;
        Channels = channels;
        Channel = channel;
        Bounds = bounds;
        Map = map;
    }

    /// <summary>First sample.</summary>
    public byte* Samples { get; }

    /// <summary>Type of a sample.</summary>
    public SampleType Type { get; }

    /// <summary>Samples per pixel.</summary>
    public int Channels { get; }

    /// <summary>The sample of a pixel that is read.</summary>
    public int Channel { get; }

    /// <summary>What the filters see of a stored sample.</summary>
    public SampleMap Map { get; }

    /// <summary>The pixels that are held, in image coordinates.</summary>
    public Region Bounds { get; }
}
