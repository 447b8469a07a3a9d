using System.Runtime.CompilerServices;
using FastSeg.Features;

namespace FastSeg.Deep;

/// <summary>The transformations of a <see cref="WinogradConvolution"/> before and after the products, on rows of 16-channel blocks.</summary>
internal static unsafe class WinogradCpu<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private const int Lane = Convolution.Lane;

    /// <summary>
    /// Six points of each group from its six inputs d (one pixel before the group to one behind it): 4 d0 - 5 d2 + d4;
    /// (d4 - 4 d2) +- (d3 - 4 d1); (d4 - d2) +- 2 (d3 - d1); 4 d1 - 5 d3 + d5.
    /// </summary>
    /// <param name="source">One block of a source row, at the pixel before the first group.</param>
    /// <param name="groups">Groups of four.</param>
    /// <param name="points">The first point of the first group.</param>
    /// <param name="pointStride">Floats to the next point.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transform(float* source, int groups, float* points, nint pointStride)
    {
        TVector two = TLanes.Broadcast(2), minusTwo = TLanes.Broadcast(-2), four = TLanes.Broadcast(4);
        TVector minusFour = TLanes.Broadcast(-4), minusFive = TLanes.Broadcast(-5);
        for (int group = 0; group < groups; group++, source += 4 * Lane, points += Lane)
        {
            for (int half = 0; half < Lane; half += TLanes.Count)
            {
                float* from = source + half, to = points + half;
                TVector d0 = TLanes.Load(from), d1 = TLanes.Load(from + Lane), d2 = TLanes.Load(from + (2 * Lane));
                TVector d3 = TLanes.Load(from + (3 * Lane)), d4 = TLanes.Load(from + (4 * Lane)), d5 = TLanes.Load(from + (5 * Lane));
                TVector even = TLanes.Fma(minusFour, d2, d4), odd = TLanes.Fma(minusFour, d1, d3);
                TVector near = TLanes.Subtract(d4, d2), step = TLanes.Subtract(d3, d1);
                TLanes.Store(TLanes.Fma(four, d0, TLanes.Fma(minusFive, d2, d4)), to);
                TLanes.Store(TLanes.Add(even, odd), to + pointStride);
                TLanes.Store(TLanes.Subtract(even, odd), to + (2 * pointStride));
                TLanes.Store(TLanes.Fma(two, step, near), to + (3 * pointStride));
                TLanes.Store(TLanes.Fma(minusTwo, step, near), to + (4 * pointStride));
                TLanes.Store(TLanes.Fma(four, d1, TLanes.Fma(minusFive, d3, d5)), to + (5 * pointStride));
            }
        }
    }

    /// <summary>
    /// Four results of each group from its six sums m: m0 + (m1 + m2) + (m3 + m4); (m1 - m2) + 2 (m3 - m4); (m1 + m2) + 4 (m3 + m4);
    /// (m1 - m2) + 8 (m3 - m4) + m5; with the bias, and a leaky ReLU behind.
    /// </summary>
    /// <param name="sums">The first sum of the first group.</param>
    /// <param name="sumStride">Floats to the next sum.</param>
    /// <param name="groups">Groups of four.</param>
    /// <param name="bias">The block's 16 values.</param>
    /// <param name="slope">The leaky ReLU's slope.</param>
    /// <param name="output">The first group's first pixel.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Finish(float* sums, nint sumStride, int groups, float* bias, float slope, float* output)
    {
        TVector two = TLanes.Broadcast(2), four = TLanes.Broadcast(4), eight = TLanes.Broadcast(8), leak = TLanes.Broadcast(slope);
        for (int half = 0; half < Lane; half += TLanes.Count)
        {
            TVector shift = TLanes.Load(bias + half);
            float* from = sums + half, to = output + half;
            for (int group = 0; group < groups; group++, from += Lane, to += 4 * Lane)
            {
                TVector m1 = TLanes.Load(from + sumStride), m2 = TLanes.Load(from + (2 * sumStride));
                TVector m3 = TLanes.Load(from + (3 * sumStride)), m4 = TLanes.Load(from + (4 * sumStride));
                TVector nearSum = TLanes.Add(TLanes.Add(m1, m2), shift), nearDifference = TLanes.Add(TLanes.Subtract(m1, m2), shift);
                TVector farSum = TLanes.Add(m3, m4), farDifference = TLanes.Subtract(m3, m4);
                TVector first = TLanes.Add(TLanes.Add(TLanes.Load(from), nearSum), farSum);
                TVector last = TLanes.Add(TLanes.Fma(eight, farDifference, nearDifference), TLanes.Load(from + (5 * sumStride)));
                Put(first, leak, to);
                Put(TLanes.Fma(two, farDifference, nearDifference), leak, to + Lane);
                Put(TLanes.Fma(four, farSum, nearSum), leak, to + (2 * Lane));
                Put(last, leak, to + (3 * Lane));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(TVector value, TVector leak, float* output) =>
        TLanes.Store(TLanes.Max(value, TLanes.Multiply(value, leak)), output);
}
