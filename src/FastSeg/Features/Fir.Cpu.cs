using System.Runtime.CompilerServices;
using FastSeg.Simd;

namespace FastSeg.Features;

/// <summary>
/// The loop that both passes of the Gaussian run. It filters along a run of vectors that lie one after another in memory and makes as
/// many neighbouring outputs as a vector has lanes, all their sums in registers. In the pass along x the lanes of a vector are rows
/// (the image is transposed first), in the pass along y they are columns.
/// </summary>
internal static unsafe class Fir<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    /// <summary>
    /// Computes outputs j = 0 to Count - 1: the sum over t of taps[|t|] * vector[centre + j + t], in the order that
    /// <see cref="Gaussian"/> promises.
    /// </summary>
    /// <param name="ring">First vector of a ring; its first vectors are repeated behind its last, so that every run is contiguous.</param>
    /// <param name="length">Vectors in the ring.</param>
    /// <param name="centre">Ring index of the first output.</param>
    /// <param name="taps">Taps from the centre outwards.</param>
    /// <param name="radius">Index of the last tap.</param>
    /// <param name="destination">Receives the first output.</param>
    /// <param name="stride">Floats from one output to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Run(float* ring, int length, int centre, float* taps, int radius, float* destination, nint stride)
    {
        if (TLanes.Count == 16)
        {
            Sixteen(ring, length, centre, taps, radius, destination, stride);
        }
        else
        {
            Eight(ring, length, centre, taps, radius, destination, stride);
        }
    }

    // Eight independent sums hide the latency of the multiply-add (4 cycles, two started a cycle): with 16 registers (AVX2) 8 sums, two
    // taps and a pixel fit, with 32 registers 16 sums. Two taps are taken at a time, so that a pixel is loaded once for two multiply-adds:
    // with one load for each, the load ports were as busy as the multipliers, and every wait for the L2 cache showed.
    // Output j finds its outer left pixel at left + j and its inner one at left + j + 1, its inner right pixel at right + j and its outer
    // one at right + j + 1. The outer pixel must be added first: so the outputs are run through upwards on the left, where a loaded pixel
    // is the inner one of output j and the outer one of j + 1, and downwards on the right, where it is the other way round.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Sixteen(float* ring, int length, int centre, float* taps, int radius, float* destination, nint stride)
    {
        int lanes = TLanes.Count;
        float* end = ring + ((nint)length * lanes);
        float* left = At(ring, length, centre - radius), right = At(ring, length, centre + radius - 1);
        // t: the outer tap of the pair that is added next; outer and inner: the pair's taps in every lane.
        TVector zero = TLanes.Broadcast(0), outer, inner, pixel;
        TVector s0 = zero, s1 = zero, s2 = zero, s3 = zero, s4 = zero, s5 = zero, s6 = zero, s7 = zero;
        TVector s8 = zero, s9 = zero, s10 = zero, s11 = zero, s12 = zero, s13 = zero, s14 = zero, s15 = zero;
        int t = radius;
        for (; t > 1; t -= 2)
        {
            outer = TLanes.Broadcast(taps[t]);
            inner = TLanes.Broadcast(taps[t - 1]);
            s0 = TLanes.Fma(outer, TLanes.Load(left), s0);
            pixel = TLanes.Load(left + lanes);
            s0 = TLanes.Fma(inner, pixel, s0);
            s1 = TLanes.Fma(outer, pixel, s1);
            pixel = TLanes.Load(left + (2 * lanes));
            s1 = TLanes.Fma(inner, pixel, s1);
            s2 = TLanes.Fma(outer, pixel, s2);
            pixel = TLanes.Load(left + (3 * lanes));
            s2 = TLanes.Fma(inner, pixel, s2);
            s3 = TLanes.Fma(outer, pixel, s3);
            pixel = TLanes.Load(left + (4 * lanes));
            s3 = TLanes.Fma(inner, pixel, s3);
            s4 = TLanes.Fma(outer, pixel, s4);
            pixel = TLanes.Load(left + (5 * lanes));
            s4 = TLanes.Fma(inner, pixel, s4);
            s5 = TLanes.Fma(outer, pixel, s5);
            pixel = TLanes.Load(left + (6 * lanes));
            s5 = TLanes.Fma(inner, pixel, s5);
            s6 = TLanes.Fma(outer, pixel, s6);
            pixel = TLanes.Load(left + (7 * lanes));
            s6 = TLanes.Fma(inner, pixel, s6);
            s7 = TLanes.Fma(outer, pixel, s7);
            pixel = TLanes.Load(left + (8 * lanes));
            s7 = TLanes.Fma(inner, pixel, s7);
            s8 = TLanes.Fma(outer, pixel, s8);
            pixel = TLanes.Load(left + (9 * lanes));
            s8 = TLanes.Fma(inner, pixel, s8);
            s9 = TLanes.Fma(outer, pixel, s9);
            pixel = TLanes.Load(left + (10 * lanes));
            s9 = TLanes.Fma(inner, pixel, s9);
            s10 = TLanes.Fma(outer, pixel, s10);
            pixel = TLanes.Load(left + (11 * lanes));
            s10 = TLanes.Fma(inner, pixel, s10);
            s11 = TLanes.Fma(outer, pixel, s11);
            pixel = TLanes.Load(left + (12 * lanes));
            s11 = TLanes.Fma(inner, pixel, s11);
            s12 = TLanes.Fma(outer, pixel, s12);
            pixel = TLanes.Load(left + (13 * lanes));
            s12 = TLanes.Fma(inner, pixel, s12);
            s13 = TLanes.Fma(outer, pixel, s13);
            pixel = TLanes.Load(left + (14 * lanes));
            s13 = TLanes.Fma(inner, pixel, s13);
            s14 = TLanes.Fma(outer, pixel, s14);
            pixel = TLanes.Load(left + (15 * lanes));
            s14 = TLanes.Fma(inner, pixel, s14);
            s15 = TLanes.Fma(outer, pixel, s15);
            s15 = TLanes.Fma(inner, TLanes.Load(left + (16 * lanes)), s15);
            s15 = TLanes.Fma(outer, TLanes.Load(right + (16 * lanes)), s15);
            pixel = TLanes.Load(right + (15 * lanes));
            s15 = TLanes.Fma(inner, pixel, s15);
            s14 = TLanes.Fma(outer, pixel, s14);
            pixel = TLanes.Load(right + (14 * lanes));
            s14 = TLanes.Fma(inner, pixel, s14);
            s13 = TLanes.Fma(outer, pixel, s13);
            pixel = TLanes.Load(right + (13 * lanes));
            s13 = TLanes.Fma(inner, pixel, s13);
            s12 = TLanes.Fma(outer, pixel, s12);
            pixel = TLanes.Load(right + (12 * lanes));
            s12 = TLanes.Fma(inner, pixel, s12);
            s11 = TLanes.Fma(outer, pixel, s11);
            pixel = TLanes.Load(right + (11 * lanes));
            s11 = TLanes.Fma(inner, pixel, s11);
            s10 = TLanes.Fma(outer, pixel, s10);
            pixel = TLanes.Load(right + (10 * lanes));
            s10 = TLanes.Fma(inner, pixel, s10);
            s9 = TLanes.Fma(outer, pixel, s9);
            pixel = TLanes.Load(right + (9 * lanes));
            s9 = TLanes.Fma(inner, pixel, s9);
            s8 = TLanes.Fma(outer, pixel, s8);
            pixel = TLanes.Load(right + (8 * lanes));
            s8 = TLanes.Fma(inner, pixel, s8);
            s7 = TLanes.Fma(outer, pixel, s7);
            pixel = TLanes.Load(right + (7 * lanes));
            s7 = TLanes.Fma(inner, pixel, s7);
            s6 = TLanes.Fma(outer, pixel, s6);
            pixel = TLanes.Load(right + (6 * lanes));
            s6 = TLanes.Fma(inner, pixel, s6);
            s5 = TLanes.Fma(outer, pixel, s5);
            pixel = TLanes.Load(right + (5 * lanes));
            s5 = TLanes.Fma(inner, pixel, s5);
            s4 = TLanes.Fma(outer, pixel, s4);
            pixel = TLanes.Load(right + (4 * lanes));
            s4 = TLanes.Fma(inner, pixel, s4);
            s3 = TLanes.Fma(outer, pixel, s3);
            pixel = TLanes.Load(right + (3 * lanes));
            s3 = TLanes.Fma(inner, pixel, s3);
            s2 = TLanes.Fma(outer, pixel, s2);
            pixel = TLanes.Load(right + (2 * lanes));
            s2 = TLanes.Fma(inner, pixel, s2);
            s1 = TLanes.Fma(outer, pixel, s1);
            pixel = TLanes.Load(right + lanes);
            s1 = TLanes.Fma(inner, pixel, s1);
            s0 = TLanes.Fma(outer, pixel, s0);
            s0 = TLanes.Fma(inner, TLanes.Load(right), s0);
            left += 2 * lanes;
            // The ring's ends are met at most once a step; reads past the last vector find the repeated first ones.
            left = left < end ? left : left - ((nint)length * lanes);
            right -= 2 * lanes;
            right = right >= ring ? right : right + ((nint)length * lanes);
        }
        float* middle = At(ring, length, centre);
        outer = TLanes.Broadcast(t == 1 ? taps[1] : 0);
        inner = TLanes.Broadcast(taps[0]);
        left = At(ring, length, centre - t);
        Finish(outer, inner, left, middle, t, s0, s1, s2, s3, destination, stride);
        Finish(outer, inner, left + (4 * lanes), middle + (4 * lanes), t, s4, s5, s6, s7, destination + (4 * stride), stride);
        Finish(outer, inner, left + (8 * lanes), middle + (8 * lanes), t, s8, s9, s10, s11, destination + (8 * stride), stride);
        Finish(outer, inner, left + (12 * lanes), middle + (12 * lanes), t, s12, s13, s14, s15, destination + (12 * stride), stride);
    }

    // The same for 8 lanes and 8 sums. Sums are named variables, not an array, because only those stay in registers.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Eight(float* ring, int length, int centre, float* taps, int radius, float* destination, nint stride)
    {
        int lanes = TLanes.Count;
        float* end = ring + ((nint)length * lanes);
        float* left = At(ring, length, centre - radius), right = At(ring, length, centre + radius - 1);
        // t: the outer tap of the pair that is added next; outer and inner: the pair's taps in every lane.
        TVector zero = TLanes.Broadcast(0), outer, inner, pixel;
        TVector s0 = zero, s1 = zero, s2 = zero, s3 = zero, s4 = zero, s5 = zero, s6 = zero, s7 = zero;
        int t = radius;
        for (; t > 1; t -= 2)
        {
            outer = TLanes.Broadcast(taps[t]);
            inner = TLanes.Broadcast(taps[t - 1]);
            s0 = TLanes.Fma(outer, TLanes.Load(left), s0);
            pixel = TLanes.Load(left + lanes);
            s0 = TLanes.Fma(inner, pixel, s0);
            s1 = TLanes.Fma(outer, pixel, s1);
            pixel = TLanes.Load(left + (2 * lanes));
            s1 = TLanes.Fma(inner, pixel, s1);
            s2 = TLanes.Fma(outer, pixel, s2);
            pixel = TLanes.Load(left + (3 * lanes));
            s2 = TLanes.Fma(inner, pixel, s2);
            s3 = TLanes.Fma(outer, pixel, s3);
            pixel = TLanes.Load(left + (4 * lanes));
            s3 = TLanes.Fma(inner, pixel, s3);
            s4 = TLanes.Fma(outer, pixel, s4);
            pixel = TLanes.Load(left + (5 * lanes));
            s4 = TLanes.Fma(inner, pixel, s4);
            s5 = TLanes.Fma(outer, pixel, s5);
            pixel = TLanes.Load(left + (6 * lanes));
            s5 = TLanes.Fma(inner, pixel, s5);
            s6 = TLanes.Fma(outer, pixel, s6);
            pixel = TLanes.Load(left + (7 * lanes));
            s6 = TLanes.Fma(inner, pixel, s6);
            s7 = TLanes.Fma(outer, pixel, s7);
            s7 = TLanes.Fma(inner, TLanes.Load(left + (8 * lanes)), s7);
            s7 = TLanes.Fma(outer, TLanes.Load(right + (8 * lanes)), s7);
            pixel = TLanes.Load(right + (7 * lanes));
            s7 = TLanes.Fma(inner, pixel, s7);
            s6 = TLanes.Fma(outer, pixel, s6);
            pixel = TLanes.Load(right + (6 * lanes));
            s6 = TLanes.Fma(inner, pixel, s6);
            s5 = TLanes.Fma(outer, pixel, s5);
            pixel = TLanes.Load(right + (5 * lanes));
            s5 = TLanes.Fma(inner, pixel, s5);
            s4 = TLanes.Fma(outer, pixel, s4);
            pixel = TLanes.Load(right + (4 * lanes));
            s4 = TLanes.Fma(inner, pixel, s4);
            s3 = TLanes.Fma(outer, pixel, s3);
            pixel = TLanes.Load(right + (3 * lanes));
            s3 = TLanes.Fma(inner, pixel, s3);
            s2 = TLanes.Fma(outer, pixel, s2);
            pixel = TLanes.Load(right + (2 * lanes));
            s2 = TLanes.Fma(inner, pixel, s2);
            s1 = TLanes.Fma(outer, pixel, s1);
            pixel = TLanes.Load(right + lanes);
            s1 = TLanes.Fma(inner, pixel, s1);
            s0 = TLanes.Fma(outer, pixel, s0);
            s0 = TLanes.Fma(inner, TLanes.Load(right), s0);
            left += 2 * lanes;
            // The ring's ends are met at most once a step; reads past the last vector find the repeated first ones.
            left = left < end ? left : left - ((nint)length * lanes);
            right -= 2 * lanes;
            right = right >= ring ? right : right + ((nint)length * lanes);
        }
        float* middle = At(ring, length, centre);
        outer = TLanes.Broadcast(t == 1 ? taps[1] : 0);
        inner = TLanes.Broadcast(taps[0]);
        left = At(ring, length, centre - t);
        Finish(outer, inner, left, middle, t, s0, s1, s2, s3, destination, stride);
        Finish(outer, inner, left + (4 * lanes), middle + (4 * lanes), t, s4, s5, s6, s7, destination + (4 * stride), stride);
    }

    /// <summary>
    /// Adds to four sums the innermost pair, where the radius is odd, and the centre, and stores them. Taps and sums are parameters because
    /// they are in registers; this is inlined.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish(
        TVector pair, TVector tap, float* left, float* middle, int odd,
        TVector s0, TVector s1, TVector s2, TVector s3, float* to, nint stride)
    {
        int lanes = TLanes.Count;
        if (odd != 0)
        {
            s0 = TLanes.Fma(pair, TLanes.Load(middle + lanes), TLanes.Fma(pair, TLanes.Load(left), s0));
            s1 = TLanes.Fma(pair, TLanes.Load(middle + (2 * lanes)), TLanes.Fma(pair, TLanes.Load(left + lanes), s1));
            s2 = TLanes.Fma(pair, TLanes.Load(middle + (3 * lanes)), TLanes.Fma(pair, TLanes.Load(left + (2 * lanes)), s2));
            s3 = TLanes.Fma(pair, TLanes.Load(middle + (4 * lanes)), TLanes.Fma(pair, TLanes.Load(left + (3 * lanes)), s3));
        }
        TLanes.Store(TLanes.Fma(tap, TLanes.Load(middle), s0), to);
        TLanes.Store(TLanes.Fma(tap, TLanes.Load(middle + lanes), s1), to + stride);
        TLanes.Store(TLanes.Fma(tap, TLanes.Load(middle + (2 * lanes)), s2), to + (2 * stride));
        TLanes.Store(TLanes.Fma(tap, TLanes.Load(middle + (3 * lanes)), s3), to + (3 * stride));
    }

    /// <summary>Address of a vector of a ring; the index may be up to a ring's length before its start or behind its end.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float* At(float* ring, int length, int index)
    {
        index = index < 0 ? index + length : index >= length ? index - length : index;
        return ring + ((nint)index * TLanes.Count);
    }
}
