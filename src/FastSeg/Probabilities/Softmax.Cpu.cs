using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using FastSeg.Kernels;
using FastSeg.Simd;

namespace FastSeg.Probabilities;

/// <summary>
/// Class probabilities from margins, for smoothing: p_c = e^(m_c - most) / sum, with <see cref="Exponential"/>, the sum from class 0 on,
/// and one reciprocal of it. One group means two classes of margins 0 and m. Kernels and both vector widths give the same bits.
/// </summary>
internal static unsafe class SoftmaxCpu
{
    private const int MostClasses = 256;

    /// <summary>Computes the probabilities of neighbouring pixels.</summary>
    /// <param name="margins">Group 0, pixel 0.</param>
    /// <param name="groupStride">Floats from a group to the next.</param>
    /// <param name="groups">Groups: 1 for two classes, otherwise one for each class.</param>
    /// <param name="probabilities">Receives class 0, pixel 0; may not overlap the margins.</param>
    /// <param name="classStride">Floats from a class to the next.</param>
    /// <param name="count">Pixels.</param>
    public static void Run(float* margins, nint groupStride, int groups, float* probabilities, nint classStride, int count)
    {
        if (VectorPath.Bits == 512)
        {
            Run<Simd512, Vector512<float>>(margins, groupStride, groups, probabilities, classStride, count);
        }
        else
        {
            Run<Simd256, Vector256<float>>(margins, groupStride, groups, probabilities, classStride, count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run<TLanes, TVector>(
        float* margins, nint groupStride, int groups, float* probabilities, nint classStride, int count)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        int i = 0;
        for (; i <= count - TLanes.Count; i += TLanes.Count)
        {
            Lanes<TLanes, TVector>(margins + i, groupStride, groups, probabilities + i, classStride);
        }
        if (i == count)
        {
            return;
        }
        // Fewer pixels than lanes: from copies, the rest of whose lanes are zeros.
        int rest = count - i, classes = Math.Max(groups, 2);
        float* from = stackalloc float[TLanes.Count * MostClasses];
        float* to = stackalloc float[TLanes.Count * MostClasses];
        for (int group = 0; group < groups; group++)
        {
            new ReadOnlySpan<float>(margins + (group * groupStride) + i, rest).CopyTo(new Span<float>(from + (group * TLanes.Count), rest));
        }
        Lanes<TLanes, TVector>(from, TLanes.Count, groups, to, TLanes.Count);
        for (int c = 0; c < classes; c++)
        {
            new ReadOnlySpan<float>(to + (c * TLanes.Count), rest).CopyTo(new Span<float>(probabilities + (c * classStride) + i, rest));
        }
    }

    /// <summary>As many pixels as a vector has lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Lanes<TLanes, TVector>(float* margins, nint groupStride, int groups, float* probabilities, nint classStride)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        TVector zero = TLanes.Broadcast(0), margin = TLanes.Load(margins);
        TVector sum = zero;
        if (groups == 1)
        {
            TVector larger = TLanes.Max(margin, zero);
            TVector first = ExponentialCpu.Of<TLanes, TVector>(TLanes.Subtract(zero, larger));
            TVector second = ExponentialCpu.Of<TLanes, TVector>(TLanes.Subtract(margin, larger));
            TVector part = TLanes.Divide(TLanes.Broadcast(1), TLanes.Add(first, second));
            TLanes.Store(TLanes.Multiply(first, part), probabilities);
            TLanes.Store(TLanes.Multiply(second, part), probabilities + classStride);
            return;
        }
        TVector most = margin;
        for (int group = 1; group < groups; group++)
        {
            most = TLanes.Max(most, TLanes.Load(margins + (group * groupStride)));
        }
        for (int group = 0; group < groups; group++)
        {
            TVector power = ExponentialCpu.Of<TLanes, TVector>(TLanes.Subtract(TLanes.Load(margins + (group * groupStride)), most));
            TLanes.Store(power, probabilities + (group * classStride));
            sum = TLanes.Add(sum, power);
        }
        TVector reciprocal = TLanes.Divide(TLanes.Broadcast(1), sum);
        for (int c = 0; c < groups; c++)
        {
            float* at = probabilities + (c * classStride);
            TLanes.Store(TLanes.Multiply(TLanes.Load(at), reciprocal), at);
        }
    }
}
