using System.Runtime.CompilerServices;
using FastSeg.Native;

namespace FastSeg.Images.Samples;

/// <summary>Counts how often each value of whole numbers of up to 16 bits occurs. Several threads each have a table of their own.</summary>
internal sealed unsafe class SampleHistogram : IDisposable
{
    /// <summary>
    /// The largest numbers of cameras of 10, 12 and 14 bits, whose samples are kept in 16: where such a number is the largest of an image,
    /// it counts as the end of its range.
    /// </summary>
    private static readonly int[] CameraEnds = [(1 << 10) - 1, (1 << 12) - 1, (1 << 14) - 1];

    private readonly SampleType _type;
    private readonly int _bits, _values, _least;
    private readonly HostBuffer _counts;

    /// <summary>Allocates and clears the tables.</summary>
    /// <param name="image">Type and bits of the samples.</param>
    /// <param name="tables">How many.</param>
    public SampleHistogram(ImageInfo image, int tables)
    {
        (_type, _bits, _values) = (image.Type, image.Bits, Values(image.Type));
        _least = _type is SampleType.Int8 or SampleType.Int16 ? -(_values / 2) : 0;
        _counts = new HostBuffer(Bytes(image, tables));
        Clear();
    }

    /// <summary>Bytes that the constructor allocates.</summary>
    public static long Bytes(ImageInfo image, int tables) => (long)tables * Values(image.Type) * sizeof(long);

    /// <summary>Forgets all samples.</summary>
    public void Clear() => _counts.Span<byte>(0, checked((int)_counts.Length)).Clear();

    /// <summary>Counts samples into a table.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(int table, byte* samples, long count)
    {
        long* counts = (long*)_counts.Pointer + ((long)table * _values);
        if (_type.Bytes() == 1)
        {
            byte flip = (byte)(_least == 0 ? 0 : 0x80);
            for (long i = 0; i < count; i++)
            {
                counts[samples[i] ^ flip]++;
            }
            return;
        }
        ushort sign = (ushort)(_least == 0 ? 0 : 0x8000);
        for (long i = 0; i < count; i++)
        {
            counts[((ushort*)samples)[i] ^ sign]++;
        }
    }

    /// <summary>Where the samples of all tables lie; null where there are none.</summary>
    public SampleSpread? Spread()
    {
        long* all = (long*)_counts.Pointer;
        for (long i = _values; i < _counts.Length / sizeof(long); i++)
        {
            all[i % _values] += all[i];
            all[i] = 0;
        }
        (long count, int largest, int different) = (0, 0, 0);
        for (int i = 0; i < _values; i++)
        {
            count += all[i];
            different += all[i] > 0 ? 1 : 0;
            largest = all[i] > 0 ? i : largest;
        }
        double Sorted(long rank)
        {
            int value = 0;
            for (long before = all[0]; before <= rank; before += all[value])
            {
                value++;
            }
            return value + _least;
        }
        return count == 0 ? null : SampleSpread.Of(count, Sorted, all[0], all[End(largest)]) with
        {
            Values = different > SampleSpread.MostValues ? 0 : different,
        };
    }

    /// <summary>Frees the tables.</summary>
    public void Dispose() => _counts.Dispose();

    private static int Values(SampleType type) => 1 << (8 * type.Bytes());

    /// <summary>The place of the largest number that samples can have.</summary>
    private int End(int largest)
    {
        int most = _bits < 8 * _type.Bytes() ? (1 << _bits) - 1 : _values - 1;
        return most == ushort.MaxValue && CameraEnds.Contains(largest + _least) ? largest : most;
    }
}
