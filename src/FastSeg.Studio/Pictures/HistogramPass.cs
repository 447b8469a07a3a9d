using System.Runtime.InteropServices;

namespace FastSeg.Studio.Pictures;

/// <summary>Counts the samples of an image: of all pixels where they are few, else of small squares all over it.</summary>
internal sealed class HistogramPass
{
    /// <summary>Most pixels of which all samples are counted: whole numbers, and floats, which have to be sorted.</summary>
    private const long MostWhole = 4 << 20, MostFloats = 1 << 20;

    /// <summary>Squares beside and below each other in a large image, and their side.</summary>
    private const int Squares = 16, Side = 64;

    /// <summary>Rows that are read at a time.</summary>
    private const int Band = 256;

    private const int Bins = 256;

    /// <summary>The share of samples that auto-contrast leaves out on each side.</summary>
    private const double Share = 0.0035;

    private readonly SampleType _type;
    private readonly long[] _counts;
    private readonly List<float> _floats = [];

    private HistogramPass(SampleType type)
    {
        _type = type;
        _counts = type == SampleType.Float32 ? [] : new long[1 << (8 * type.Bytes())];
    }

    /// <summary>Reads an image, or a part of it.</summary>
    /// <exception cref="FastSegException">It is damaged there.</exception>
    public static Histogram Of(ImageReader reader)
    {
        ImageInfo image = reader.Info;
        var pass = new HistogramPass(image.Type);
        bool whole = image.Bounds.Pixels <= (image.Type == SampleType.Float32 ? MostFloats : MostWhole);
        foreach (Region region in whole ? Rows(image) : Grid(image))
        {
            pass.Add(SampleBlock.Read(reader, region));
        }
        return image.Type == SampleType.Float32 ? pass.OfFloats(!whole) : pass.OfCounts(!whole);
    }

    private static IEnumerable<Region> Rows(ImageInfo image)
    {
        for (long y = 0; y < image.Height; y += Band)
        {
            yield return new Region(0, y, image.Width, Math.Min(Band, image.Height - y));
        }
    }

    private static IEnumerable<Region> Grid(ImageInfo image)
    {
        for (int row = 0; row < Squares; row++)
        {
            for (int column = 0; column < Squares; column++)
            {
                long x = Place(image.Width, column), y = Place(image.Height, row);
                yield return new Region(x, y, Math.Min(Side, image.Width), Math.Min(Side, image.Height));
            }
        }
    }

    /// <summary>Where one of the squares begins, in the middle of its share of a side.</summary>
    private static long Place(long side, int square) =>
        Math.Clamp((((2 * square) + 1) * side / (2 * Squares)) - (Side / 2), 0, Math.Max(0, side - Side));

    private void Add(SampleBlock block)
    {
        switch (_type)
        {
            case SampleType.UInt8:
                foreach (byte sample in block.Bytes)
                {
                    _counts[sample]++;
                }
                break;
            case SampleType.Float32:
                foreach (float sample in MemoryMarshal.Cast<byte, float>(block.Bytes))
                {
                    if (float.IsFinite(sample))
                    {
                        _floats.Add(sample);
                    }
                }
                break;
            case SampleType.Int8:
                foreach (byte bits in block.Bytes)
                {
                    _counts[(byte)(bits + Zero)]++;
                }
                break;
            case SampleType.UInt16 or SampleType.Int16:
                int zero = Zero;
                foreach (ushort bits in MemoryMarshal.Cast<byte, ushort>(block.Bytes))
                {
                    // A signed sample's place is its value and 32768, in 16 bits.
                    _counts[(ushort)(bits + zero)]++;
                }
                break;
            default:
                throw SampleBlock.NotNarrow(_type);
        }
    }

    /// <summary>The place of sample 0 in the counts.</summary>
    private int Zero => _type switch { SampleType.Int16 => 1 << 15, SampleType.Int8 => 1 << 7, _ => 0 };

    private Histogram OfCounts(bool sampled)
    {
        long total = _counts.Sum();
        int least = Array.FindIndex(_counts, count => count > 0), most = Array.FindLastIndex(_counts, count => count > 0);
        long[] bins = new long[Bins];
        for (int value = least; value <= most; value++)
        {
            bins[Bin(value, least, most)] += _counts[value];
        }
        double low = AtRank((long)(Share * (total - 1))), high = AtRank((long)Math.Ceiling((1 - Share) * (total - 1)));
        return new Histogram(least - Zero, most - Zero, bins, low, high > low ? high : low + 1, sampled);
    }

    /// <summary>The sample of a rank, counted from 0.</summary>
    private double AtRank(long rank)
    {
        int value = 0;
        for (long passed = _counts[0]; passed <= rank; passed += _counts[value])
        {
            value++;
        }
        return value - Zero;
    }

    private Histogram OfFloats(bool sampled)
    {
        if (_floats.Count == 0)
        {
            return new Histogram(0, 1, new long[Bins], 0, 1, sampled);
        }
        _floats.Sort();
        double least = _floats[0], most = _floats[^1];
        long[] bins = new long[Bins];
        foreach (float sample in _floats)
        {
            bins[Bin(sample, least, most)]++;
        }
        double low = _floats[(int)(Share * (_floats.Count - 1))], high = _floats[(int)Math.Ceiling((1 - Share) * (_floats.Count - 1))];
        return new Histogram(least, most, bins, low, high > low ? high : low + Math.Max(1e-6, Math.Abs(low) * 1e-6), sampled);
    }

    private static int Bin(double sample, double least, double most) =>
        most > least ? (int)Math.Min(Bins - 1, (sample - least) / (most - least) * Bins) : 0;
}
