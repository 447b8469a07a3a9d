using System.Runtime.InteropServices;
using FastSeg.Images;
using FastSeg.Images.Samples;
using FastSeg.Native;
using static FastSeg.Common.Arguments;

namespace FastSeg;

/// <summary>
/// The range of samples that a transformer sees as 0 to 1, mapped linearly. Samples count as for the classical features (uint8 and
/// int8 / 255, uint16 and int16 / 65535, float32 unchanged). It is kept in the model, and never taken from a tile or from the image to be
/// segmented.
/// </summary>
/// <param name="Low">Becomes 0; what is below is clipped.</param>
/// <param name="High">Becomes 1; what is above is clipped.</param>
public sealed record InputRange(float Low, float High)
{
    private const double LowQuantile = 0.001, HighQuantile = 0.999;

    /// <summary>How sentences about a range begin.</summary>
    private const string RangeWords = "The input range";

    /// <summary>Most pixels read at a time.</summary>
    private const long PixelsAtOnce = 1 << 20;

    /// <summary>What 8-bit images get.</summary>
    public static InputRange Bytes { get; } = new(0, 1);

    /// <summary>
    /// 0 to 1 for 8-bit images; for others the 0.1 and 99.9 percentiles over all samples of all images: of n sorted samples those numbered
    /// floor(0.001 (n - 1)) and ceil(0.999 (n - 1)), found exactly in two passes over the files. Where these two are equal, the least and
    /// the largest sample.
    /// </summary>
    /// <exception cref="FastSegException">A sample is not finite, or all are equal.</exception>
    public static InputRange From(IReadOnlyList<ImageReader> images, CancellationToken cancellation = default)
    {
        images = [.. NoneNull(images).Select(image => NarrowedImage.Of(image))];
        if (images.All(image => DeepSource.TypeOf(image) == SampleType.UInt8))
        {
            return Bytes;
        }
        // Floats as integers that sort alike. The first pass counts their upper 16 bits; the second one counts the lower 16 bits in the
        // bins that the wanted ranks fall into.
        long[] upper = new long[1 << 16];
        ForEachKey(images, cancellation, key => upper[key >> 16]++);
        long count = upper.Sum();
        long lowRank = (long)Math.Floor(LowQuantile * (count - 1)), highRank = (long)Math.Ceiling(HighQuantile * (count - 1));
        Rank[] ranks = [.. ((long[])[0, lowRank, highRank, count - 1]).Select(rank => new Rank(upper, rank))];
        ForEachKey(images, cancellation, key =>
        {
            foreach (Rank rank in ranks)
            {
                rank.Count(key);
            }
        });
        float[] values = [.. ranks.Select(rank => rank.Value())];
        (float low, float high) = values[1] < values[2] ? (values[1], values[2]) : (values[0], values[3]);
        return low < high
            ? new InputRange(low, high)
            : throw new FastSegException(
                $"{images[0].Info.Name}: every sample of the training images is {low}; state the range that is to be seen.",
                Setting.Range, "the range that is to be seen");
    }

    /// <summary>Refuses a range that maps nothing.</summary>
    /// <exception cref="FastSegException">The ends are not finite, or not in order.</exception>
    public void Check()
    {
        if (!float.IsFinite(Low) || !float.IsFinite(High) || !(Low < High))
        {
            throw new FastSegException(
                $"{RangeWords} {Low} {High} is no range; give two finite numbers, the smaller first.", Setting.Range, RangeWords);
        }
    }

    /// <summary>Refuses a range that maps nothing, or that was given in the numbers of an integer file.</summary>
    /// <exception cref="FastSegException">
    /// The ends are not finite, not in order, or outside of 0 to 1 where samples are integers.
    /// </exception>
    internal void Check(IReadOnlyList<ImageReader> images)
    {
        Check();
        if ((Low < 0 || High > 1)
            && images.FirstOrDefault(image => DeepSource.TypeOf(image) != SampleType.Float32) is { Info: var info } image)
        {
            SampleType type = DeepSource.TypeOf(image);
            int most = type.Divisor();
            throw new FastSegException(
                $"{RangeWords} {Low} {High} is outside of 0 to 1, but {info.Name} has {type.Name()} samples, "
                + $"which count as sample / {most}; divide both ends by {most}.",
                Setting.Range, RangeWords);
        }
    }

    /// <summary>A sample mapped to 0..1 and clipped.</summary>
    internal float Unit(float sample) => Math.Clamp((sample - Low) / (High - Low), 0f, 1f);

    private static void ForEachKey(IReadOnlyList<ImageReader> images, CancellationToken cancellation, Action<uint> take)
    {
        foreach (ImageReader image in images)
        {
            ImageInfo info = image.Info;
            long columns = Math.Min(info.Width, PixelsAtOnce), rows = Math.Max(1, PixelsAtOnce / columns);
            using var buffer = new HostBuffer(rows * columns * info.PixelBytes);
            for (long y = 0; y < info.Height; y += rows)
            {
                for (long x = 0; x < info.Width; x += columns)
                {
                    cancellation.ThrowIfCancellationRequested();
                    Region part = new Region(x, y, columns, rows).Intersect(info.Bounds);
                    Span<byte> samples = buffer.Span<byte>(0, (int)(part.Pixels * info.PixelBytes));
                    image.Read(part, samples);
                    ForEachKey(image, samples, take);
                }
            }
        }
    }

    private static void ForEachKey(ImageReader image, Span<byte> samples, Action<uint> take)
    {
        switch (image.Info.Type)
        {
            case SampleType.UInt8:
                foreach (byte sample in samples)
                {
                    take(Key(sample / (float)byte.MaxValue));
                }
                break;
            case SampleType.UInt16:
                foreach (ushort sample in MemoryMarshal.Cast<byte, ushort>(samples))
                {
                    take(Key(sample / (float)ushort.MaxValue));
                }
                break;
            case SampleType.Int16:
                foreach (short sample in MemoryMarshal.Cast<byte, short>(samples))
                {
                    take(Key(sample / (float)ushort.MaxValue));
                }
                break;
            case SampleType.Int8:
                foreach (sbyte sample in MemoryMarshal.Cast<byte, sbyte>(samples))
                {
                    take(Key(sample / (float)byte.MaxValue));
                }
                break;
            case SampleType.Float32:
                foreach (float sample in MemoryMarshal.Cast<byte, float>(samples))
                {
                    // Minus zero counts as zero, so that equal samples have equal keys.
                    take(float.IsFinite(sample) ? Key(sample + 0f) : throw SampleSearch.FirstNotFinite(image));
                }
                break;
            default:
                throw image.Info.Type.NotNarrow();
        }
    }

    /// <summary>A float's bits as an integer that sorts like the float: negative ones are inverted, others move above them.</summary>
    private static uint Key(float sample)
    {
        uint bits = BitConverter.SingleToUInt32Bits(sample);
        return (bits & 0x80000000) != 0 ? ~bits : bits | 0x80000000;
    }

    /// <summary>Finds the sample of one rank, in two steps.</summary>
    private sealed class Rank
    {
        private readonly long[] _lower = new long[1 << 16];
        private readonly uint _bin;
        private readonly long _rest;

        public Rank(long[] upper, long rank)
        {
            (_bin, _rest) = Find(upper, rank);
        }

        public void Count(uint key)
        {
            if (key >> 16 == _bin)
            {
                _lower[key & 0xffff]++;
            }
        }

        public float Value()
        {
            uint key = (_bin << 16) | Find(_lower, _rest).Bin;
            return BitConverter.UInt32BitsToSingle((key & 0x80000000) != 0 ? key & 0x7fffffff : ~key);
        }

        /// <summary>The bin that a rank falls into, and its rank within the bin.</summary>
        private static (uint Bin, long Remainder) Find(long[] counts, long rank)
        {
            uint bin = 0;
            while (rank >= counts[bin])
            {
                rank -= counts[bin++];
            }
            return (bin, rank);
        }
    }
}
