using FastSeg.Native;

namespace FastSeg.Images.Samples;

/// <summary>
/// The pixels that one worker computes in one step (the core), with the halo that its filters look at. The halo is cut off at the image's
/// edge: there, and nowhere else, the filters replicate pixels. A tile is allocated once, for the largest core of a plan, and then filled
/// again and again.
/// </summary>
internal sealed unsafe class Tile : IDisposable
{
    private readonly HostBuffer _samples;

    /// <summary>The samples as the reader delivers them, where the model sees another number of channels.</summary>
    private readonly HostBuffer? _asRead;

    /// <summary>Allocates memory for the largest tile.</summary>
    /// <param name="maxCore">Width and height of the largest core.</param>
    /// <param name="halo">Pixels around the core.</param>
    /// <param name="channels">Channels the model sees: as many as the image has, or 1 of equal ones, or 3 of a grey one.</param>
    /// <param name="source">The image the tiles come from.</param>
    public Tile(Region maxCore, int halo, int channels, ImageInfo source)
    {
        Halo = halo;
        Channels = channels;
        Type = source.Type;
        Source = source;
        long pixels = LargestBounds(maxCore, halo, source);
        _samples = new HostBuffer(pixels * channels * Type.Bytes());
        _asRead = channels == source.Channels ? null : new HostBuffer(pixels * source.PixelBytes);
    }

    /// <summary>Pixels around the core.</summary>
    public int Halo { get; }

    /// <summary>What filters see of a stored sample.</summary>
    public SampleMap Map { get; set; }

    /// <summary>Mean and deviation of the page's samples, where they are known.</summary>
    public SampleStatistics? Page { get; set; }

    /// <summary>The float samples that are not refused.</summary>
    public SampleLimits Limits { get; set; } = SampleLimits.Finite;

    /// <summary>
    /// All pixels of the run's tiles, or empty for the whole image. Whichever tile meets a wrong sample first, the failure names the first
    /// wrong pixel of this region, so that it depends on no tiling.
    /// </summary>
    public Region Needed { get; set; }

    /// <summary>Whether any samples could be refused: floats, or RGB where the model is grey.</summary>
    public bool CanBeRefused => Type == SampleType.Float32 || Source.Channels > Channels;

    /// <summary>Channels of <see cref="Samples"/>: those the model sees.</summary>
    public int Channels { get; }

    /// <summary>Type of one sample.</summary>
    public SampleType Type { get; }

    /// <summary>The image the tile is cut from. Another one must have the same channels and type, and be no larger.</summary>
    public ImageInfo Source { get; set; }

    /// <summary>The pixels whose features are wanted, in image coordinates.</summary>
    public Region Core { get; private set; }

    /// <summary>The pixels held: the core and its halo, as far as the image goes.</summary>
    public Region Bounds { get; private set; }

    /// <summary>Samples of <see cref="Bounds"/>: row-major, channels interleaved, no padding.</summary>
    public byte* Samples => _samples.Pointer;

    /// <summary>Bytes that the constructor allocates.</summary>
    public static long Bytes(Region maxCore, int halo, int channels, ImageInfo source)
    {
        long pixels = LargestBounds(maxCore, halo, source);
        long own = pixels * channels * source.Type.Bytes();
        return channels == source.Channels ? own : own + (pixels * source.PixelBytes);
    }

    /// <summary>Reads a core and its halo, adapts the channels and refuses samples that filters must not see.</summary>
    /// <exception cref="FastSegException">
    /// The file is corrupt there, a sample is not finite or too large, or a coloured pixel meets a grey model.
    /// </exception>
    public void Fill(ImageReader reader, Region core)
    {
        Core = core;
        Bounds = core.Inflate(Halo).Intersect(Source.Bounds);
        HostBuffer raw = _asRead ?? _samples;
        int bytes = checked((int)(Bounds.Pixels * Source.PixelBytes));
        reader.Read(Bounds, raw.Span<byte>(0, bytes));
        bool good = SampleChecks.AllWithin(raw.Pointer, Bounds.Pixels * Source.Channels, Type, Limits);
        if (_asRead is not null)
        {
            good &= SampleChecks.Adapt(
                _asRead.Pointer, Source.Channels, _samples.Pointer, Channels, Bounds.Pixels, Type);
        }
        if (!good)
        {
            var search = new SampleSearch(reader, Needed.IsEmpty ? Source.Bounds : Needed)
            {
                Limits = Limits,
                Grey = Channels == 1,
            };
            throw search.FailureOrChange();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _samples.Dispose();
        _asRead?.Dispose();
    }

    /// <summary>Pixels of the largest core with its halo, which is never larger than the image.</summary>
    private static long LargestBounds(Region maxCore, int halo, ImageInfo source) => checked(
        Math.Min(maxCore.Width + (2L * halo), source.Width) * Math.Min(maxCore.Height + (2L * halo), source.Height));
}
