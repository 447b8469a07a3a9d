using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace FastSeg.Images.Samples;

/// <summary>
/// Sums over consecutive samples. Sums of whole numbers are exact; those of floats are made in float64, in sixteen lanes whose order is
/// fixed: sample i counts in lane i mod 16, whatever the machine's vectors are.
/// </summary>
internal static unsafe class SampleSums
{
    /// <summary>Half of the range of a uint16. A uint16 less this is an int16, which vectors can square.</summary>
    private const int Half = 1 << 15;

    /// <summary>Most samples of one call: their sums fit 64 bits.</summary>
    public const int MostSamples = 1 << 30;

    /// <summary>Sum of up to <see cref="MostSamples"/> uint8 samples, and of their squares.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static (long Sum, long Squares) OfBytes(byte* samples, long count)
    {
        // 32 bits hold the squares of so many vectors: 16384 x 2 x 2 x 255 x 255 < 2^32.
        const long Block = 16384L * 32;
        long i = 0;
        Vector256<ulong> sums = default, squares = default;
        while (i <= count - Vector256<byte>.Count)
        {
            long end = Math.Min(count - Vector256<byte>.Count, i + Block - 1);
            Vector256<uint> block = default;
            for (; i <= end; i += Vector256<byte>.Count)
            {
                Vector256<byte> bytes = Vector256.Load(samples + i);
                sums += Avx2.SumAbsoluteDifferences(bytes, default).AsUInt64();
                Vector256<short> low = Avx2.UnpackLow(bytes, default).AsInt16(), high = Avx2.UnpackHigh(bytes, default).AsInt16();
                block += (Avx2.MultiplyAddAdjacent(low, low) + Avx2.MultiplyAddAdjacent(high, high)).AsUInt32();
            }
            squares += Pairs(block);
        }
        (long sum, long square) = ((long)Vector256.Sum(sums), (long)Vector256.Sum(squares));
        for (; i < count; i++)
        {
            sum += samples[i];
            square += samples[i] * samples[i];
        }
        return (sum, square);
    }

    /// <summary>Sum of up to <see cref="MostSamples"/> int8 samples, and of their squares.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static (long Sum, long Squares) OfSignedBytes(sbyte* samples, long count)
    {
        // 32 bits hold the squares of so many vectors, two of which go to a lane: 32768 x 2 x 2^14 = 2^30.
        const long Block = 32768L * 16;
        Vector256<short> ones = Vector256.Create((short)1);
        long i = 0;
        Vector256<long> sums = default, squares = default;
        while (i <= count - Vector128<sbyte>.Count)
        {
            long end = Math.Min(count - Vector128<sbyte>.Count, i + Block - 1);
            Vector256<int> block = default, blockSquares = default;
            for (; i <= end; i += Vector128<sbyte>.Count)
            {
                Vector256<short> values = Avx2.ConvertToVector256Int16(samples + i);
                block += Avx2.MultiplyAddAdjacent(values, ones);
                blockSquares += Avx2.MultiplyAddAdjacent(values, values);
            }
            (Vector256<long> low, Vector256<long> high) = Vector256.Widen(block);
            sums += low + high;
            (low, high) = Vector256.Widen(blockSquares);
            squares += low + high;
        }
        (long sum, long square) = (Vector256.Sum(sums), Vector256.Sum(squares));
        for (; i < count; i++)
        {
            sum += samples[i];
            square += samples[i] * samples[i];
        }
        return (sum, square);
    }

    /// <summary>Sum of up to <see cref="MostSamples"/> uint16 samples, and of their squares.</summary>
    public static (long Sum, Int128 Squares) OfUnsigned(ushort* samples, long count)
    {
        // With x = y + Half: sum x = sum y + Half n, and sum x² = sum y² + 2 Half sum y + Half² n.
        (long sum, long squares) = OfSigned((short*)samples, count, short.MinValue);
        return (sum + (Half * count), (Int128)squares + (2L * Half * sum) + ((long)Half * Half * count));
    }

    /// <summary>Sum of up to <see cref="MostSamples"/> int16 samples, and of their squares.</summary>
    /// <param name="samples">The samples.</param>
    /// <param name="count">How many there are.</param>
    /// <param name="flip">
    /// Bits that are changed in each sample first. With the sign's bit, a uint16 becomes an int16 that is Half less.
    /// </param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static (long Sum, long Squares) OfSigned(short* samples, long count, short flip = 0)
    {
        // 32 bits hold the sums of so many vectors: 32767 x 2 x 2^15 < 2^31.
        const long Block = 32767L * 16;
        Vector256<short> ones = Vector256.Create((short)1), bits = Vector256.Create(flip);
        long i = 0;
        Vector256<long> sums = default;
        Vector256<ulong> squares = default;
        while (i <= count - Vector256<short>.Count)
        {
            long end = Math.Min(count - Vector256<short>.Count, i + Block - 1);
            Vector256<int> block = default;
            for (; i <= end; i += Vector256<short>.Count)
            {
                Vector256<short> values = Vector256.Load(samples + i) ^ bits;
                block += Avx2.MultiplyAddAdjacent(values, ones);
                // Two squares of -2^15 are 2^31: too much for an int, not for a uint.
                squares += Pairs(Avx2.MultiplyAddAdjacent(values, values).AsUInt32());
            }
            (Vector256<long> low, Vector256<long> high) = Vector256.Widen(block);
            sums += low + high;
        }
        (long sum, long square) = (Vector256.Sum(sums), (long)Vector256.Sum(squares));
        for (; i < count; i++)
        {
            int value = (short)(samples[i] ^ flip);
            sum += value;
            square += (long)value * value;
        }
        return (sum, square);
    }

    /// <summary>Moments of up to <see cref="MostSamples"/> samples of any type that filters take.</summary>
    public static SampleMoments Of(byte* samples, long count, SampleType type)
    {
        if (type == SampleType.Float32)
        {
            return OfFloats((float*)samples, count);
        }
        (long sum, Int128 squares) = OfWhole(samples, count, type);
        return SampleMoments.OfSums(count, sum, squares);
    }

    /// <summary>Sum of up to <see cref="MostSamples"/> whole numbers, and of their squares.</summary>
    public static (long Sum, Int128 Squares) OfWhole(byte* samples, long count, SampleType type) => type switch
    {
        SampleType.UInt8 => OfBytes(samples, count),
        SampleType.Int16 => OfSigned((short*)samples, count),
        SampleType.Int8 => OfSignedBytes((sbyte*)samples, count),
        SampleType.UInt16 => OfUnsigned((ushort*)samples, count),
        _ => throw type.NotNarrow(),
    };

    /// <summary>Count, mean and squared deviations of floats; not finite where any of them is not.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static SampleMoments OfFloats(float* samples, long count)
    {
        double mean = Sum(samples, count, default(Values)) / count;
        return count == 0 ? default : new SampleMoments(count, mean, Sum(samples, count, new Deviations(mean)));
    }

    /// <summary>Adds the even and the odd lanes, each of them as 64 bits.</summary>
    private static Vector256<ulong> Pairs(Vector256<uint> values) =>
        (values.AsUInt64() & Vector256.Create((ulong)uint.MaxValue)) + (values.AsUInt64() >>> 32);

    /// <summary>Sum of a function of each sample.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double Sum<TTerm>(float* samples, long count, TTerm term) where TTerm : struct, ITerm
    {
        Vector256<double> a = default, b = default, c = default, d = default;
        long i = 0;
        for (; i <= count - 16; i += 16)
        {
            a += term.Of(Avx.ConvertToVector256Double(Vector128.Load(samples + i)));
            b += term.Of(Avx.ConvertToVector256Double(Vector128.Load(samples + i + 4)));
            c += term.Of(Avx.ConvertToVector256Double(Vector128.Load(samples + i + 8)));
            d += term.Of(Avx.ConvertToVector256Double(Vector128.Load(samples + i + 12)));
        }
        // The rest fills the first lanes of sixteen; the lanes behind it get nothing.
        double* lanes = stackalloc double[16];
        a.Store(lanes);
        b.Store(lanes + 4);
        c.Store(lanes + 8);
        d.Store(lanes + 12);
        for (int lane = 0; i < count; i++, lane++)
        {
            lanes[lane] += term.Of(Vector256.CreateScalar((double)samples[i]))[0];
        }
        double sum = 0;
        for (int lane = 0; lane < 16; lane++)
        {
            sum += lanes[lane];
        }
        return sum;
    }

    /// <summary>What is added up.</summary>
    private interface ITerm
    {
        /// <summary>The terms of four samples.</summary>
        Vector256<double> Of(Vector256<double> samples);
    }

    /// <summary>The samples themselves.</summary>
    private readonly struct Values : ITerm
    {
        public Vector256<double> Of(Vector256<double> samples) => samples;
    }

    /// <summary>Squared deviations from the mean.</summary>
    private readonly struct Deviations(double mean) : ITerm
    {
        public Vector256<double> Of(Vector256<double> samples)
        {
            Vector256<double> deviation = samples - Vector256.Create(mean);
            return deviation * deviation;
        }
    }
}
