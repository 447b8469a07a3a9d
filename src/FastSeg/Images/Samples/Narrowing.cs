using System.Runtime.CompilerServices;

namespace FastSeg.Images.Samples;

/// <summary>
/// Brings samples of the wide types to float32: the nearest one, ties to even. Only float64 reaches beyond float32; such a sample becomes
/// infinite, and whoever looks at samples refuses it there.
/// </summary>
internal static unsafe class Narrowing
{
    /// <summary>Converts samples that lie at equal distances.</summary>
    /// <param name="from">The first sample, aligned or not.</param>
    /// <param name="type">A type that is not narrow.</param>
    /// <param name="step">Bytes from a sample to the next.</param>
    /// <param name="count">How many there are.</param>
    /// <param name="to">
    /// Where they go. It may be the same memory, as long as no float is written over a sample that comes later.
    /// </param>
    public static void Run(byte* from, SampleType type, nint step, long count, float* to)
    {
        switch (type)
        {
            case SampleType.Int32:
                Run<int>(from, step, count, to);
                break;
            case SampleType.UInt32:
                Run<uint>(from, step, count, to);
                break;
            case SampleType.Int64:
                Run<long>(from, step, count, to);
                break;
            case SampleType.UInt64:
                Run<ulong>(from, step, count, to);
                break;
            case SampleType.Float16:
                Run<Half>(from, step, count, to);
                break;
            case SampleType.Float64:
                Run<double>(from, step, count, to);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(type), type, "This type is narrow already.");
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run<T>(byte* from, nint step, long count, float* to) where T : unmanaged
    {
        for (long i = 0; i < count; i++)
        {
            to[i] = ToFloat(Unsafe.ReadUnaligned<T>(from + (i * step)));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float ToFloat<T>(T value) where T : unmanaged
    {
        if (typeof(T) == typeof(ulong))
        {
            return OfUnsigned(Unsafe.BitCast<T, ulong>(value));
        }
        return typeof(T) == typeof(int) ? Unsafe.BitCast<T, int>(value)
            : typeof(T) == typeof(uint) ? Unsafe.BitCast<T, uint>(value)
            : typeof(T) == typeof(long) ? Unsafe.BitCast<T, long>(value)
            : typeof(T) == typeof(Half) ? (float)Unsafe.BitCast<T, Half>(value)
            : (float)Unsafe.BitCast<T, double>(value);
    }

    /// <summary>
    /// Rounded once. Above 2^63 a number is halved first, its lowest bit kept in the next: it is far below the 24 digits of the result, and
    /// says only that a tie is none.
    /// </summary>
    private static float OfUnsigned(ulong value) =>
        value <= long.MaxValue ? (float)(long)value : 2 * (float)(long)((value >> 1) | (value & 1));
}
