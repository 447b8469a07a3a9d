using FastSeg.Native;

namespace FastSeg.Images.Labels;

/// <summary>
/// A label image whose stored samples are no class numbers of one channel yet: it delivers them, 0 where nothing was drawn. Several threads
/// may read. The failure about a sample that is no label names the first one of the image, whatever was read.
/// </summary>
internal abstract unsafe class LabelImage : ImageReader
{
    /// <summary>Pixels of a row that are read and converted at once.</summary>
    private const int ChunkPixels = 1 << 14;

    private readonly bool _owned;

    /// <summary>Wraps an image.</summary>
    /// <param name="source">The stored samples.</param>
    /// <param name="type">uint8 or uint16.</param>
    /// <param name="owned">Whether the source is disposed with this.</param>
    protected LabelImage(ImageReader source, SampleType type, bool owned)
    {
        (Source, _owned) = (source, owned);
        FilePath = source.FilePath;
        Info = source.Info with
        {
            Channels = 1,
            ChannelNames = [],
            Type = type,
            Stored = source.Info.Stored,
            Bits = source.Info.Bits,
            HasAlpha = false,
            // Classes of a map belong to its numbers, not to the colours of a picture that was made of it.
            Classes = source.Info.Channels == 1 ? source.Info.Classes : [],
        };
    }

    /// <summary>The stored samples.</summary>
    public ImageReader Source { get; }

    /// <summary>What was guessed about the labels, a sentence each.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>A name for each value that has one.</summary>
    public IReadOnlyDictionary<int, string> Names { get; init; } = new Dictionary<int, string>();

    public override ImageInfo Info { get; }

    /// <summary>The image whose samples a label image converts; itself, if it converts none.</summary>
    public static ImageReader SourceOf(ImageReader image) => image is LabelImage labels ? labels.Source : image;

    public override bool PrefersWholeRows => Source.PrefersWholeRows;

    public override long HeldBytes(int threads) => Source.HeldBytes(threads) + ((long)threads * ChunkPixels * Source.Info.PixelBytes);

    public override void Read(Region region, Span<byte> destination)
    {
        ImageReading.Check(Info, region, destination.Length);
        using var stored = new HostBuffer((long)ChunkPixels * Source.Info.PixelBytes);
        fixed (byte* to = destination)
        {
            byte* next = to;
            for (long y = region.Y; y < region.Bottom; y++)
            {
                for (long x = region.X; x < region.Right; x += ChunkPixels)
                {
                    int columns = (int)Math.Min(ChunkPixels, region.Right - x);
                    Source.Read(new Region(x, y, columns, 1), stored.Span<byte>(0, columns * Source.Info.PixelBytes));
                    if (Convert(stored.Pointer, columns, next) >= 0)
                    {
                        throw FirstFailure();
                    }
                    next += columns * Info.PixelBytes;
                }
            }
        }
    }

    /// <summary>Makes labels of some pixels.</summary>
    /// <param name="stored">The stored pixels.</param>
    /// <param name="count">How many there are.</param>
    /// <param name="labels">Where their labels go.</param>
    /// <returns>The number of the first pixel that is no label; -1 where all are.</returns>
    protected abstract int Convert(byte* stored, int count, byte* labels);

    /// <summary>What is wrong with a pixel that is no label, in words that follow "the pixel at x 1, y 2 is".</summary>
    protected abstract string Fault(byte* stored);

    protected override void Dispose(bool disposing)
    {
        if (_owned)
        {
            Source.Dispose();
        }
    }

    /// <summary>The failure about the first pixel in reading order that is no label.</summary>
    private FastSegException FirstFailure()
    {
        ImageInfo info = Source.Info;
        byte[] row = new byte[ChunkPixels * info.PixelBytes], labels = new byte[ChunkPixels * Info.PixelBytes];
        fixed (byte* from = row, to = labels)
        {
            for (long y = 0; y < info.Height; y++)
            {
                for (long x = 0; x < info.Width; x += ChunkPixels)
                {
                    int columns = (int)Math.Min(ChunkPixels, info.Width - x), at;
                    Source.Read(new Region(x, y, columns, 1), row);
                    if ((at = Convert(from, columns, to)) >= 0)
                    {
                        return new FastSegException(
                            $"{info.Name}: the pixel at x {x + at}, y {y} is {Fault(from + (at * info.PixelBytes))}");
                    }
                }
            }
        }
        return new FastSegException($"{info.Name} changed while it was read; run again.");
    }
}
