using FastSeg.Images.Samples;
using FastSeg.Native;

namespace FastSeg.Images.Labels;

/// <summary>
/// An RGB image read as labels: one channel is delivered, and a pixel whose channels differ is refused when it is read.
/// </summary>
internal sealed unsafe class GreyLabels : ImageReader
{
    /// <summary>Pixels of a row that are read and compared at once.</summary>
    private const int ChunkPixels = 1 << 15;

    private readonly ImageReader _source;

    /// <summary>Wraps a reader of three channels, which is disposed with this one.</summary>
    public GreyLabels(ImageReader source)
    {
        _source = source;
        Info = source.Info with { Channels = 1 };
    }

    public override ImageInfo Info { get; }

    public override long HeldBytes(int threads) =>
        _source.HeldBytes(threads) + ((long)threads * ChunkPixels * _source.Info.PixelBytes);

    public override bool PrefersWholeRows => _source.PrefersWholeRows;

    public override void Read(Region region, Span<byte> destination)
    {
        ImageReading.Check(Info, region, destination.Length);
        using var colours = new HostBuffer((long)ChunkPixels * _source.Info.PixelBytes);
        int bytes = Info.PixelBytes;
        fixed (byte* grey = destination)
        {
            for (long y = 0; y < region.Height; y++)
            {
                for (long x = 0; x < region.Width; x += ChunkPixels)
                {
                    int columns = (int)Math.Min(ChunkPixels, region.Width - x);
                    Span<byte> pixels = colours.Span<byte>(0, columns * _source.Info.PixelBytes);
                    _source.Read(new Region(region.X + x, region.Y + y, columns, 1), pixels);
                    byte* to = grey + (((y * region.Width) + x) * bytes);
                    if (!SampleChecks.Adapt(colours.Pointer, 3, to, 1, columns, Info.Type))
                    {
                        throw FirstColour(pixels, region.X + x, region.Y + y);
                    }
                }
            }
        }
    }

    protected override void Dispose(bool disposing) => _source.Dispose();

    /// <summary>The sentence about the first of some pixels whose channels differ.</summary>
    /// <param name="pixels">RGB pixels of one row, one of which is coloured.</param>
    /// <param name="x">Column of the first of them.</param>
    /// <param name="y">Their row.</param>
    private FastSegException FirstColour(ReadOnlySpan<byte> pixels, long x, long y)
    {
        int sample = Info.PixelBytes;
        int i = 0;
        while (pixels.Slice(i, sample).SequenceEqual(pixels.Slice(i + sample, sample))
            && pixels.Slice(i, sample).SequenceEqual(pixels.Slice(i + (2 * sample), sample)))
        {
            i += 3 * sample;
        }
        return new FastSegException(
            $"{Info.Name} is a colour image, and the pixel at x {x + (i / (3 * sample))}, y {y} is coloured; " +
            "labels are one channel of uint8 or uint16 class numbers, or a palette image.");
    }
}
