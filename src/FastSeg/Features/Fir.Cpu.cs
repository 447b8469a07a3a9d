using System.Runtime.CompilerServices;

namespace FastSeg.Features;

/// <summary>
/// The one loop both Gaussian passes run: as many consecutive outputs as there are lanes, their sums in registers, over vectors that
/// lie one after another in memory. Along x the lanes are rows (transposed blocks), along y they are columns.
/// </summary>
internal static unsafe class Fir<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    /// <summary>
    /// Output j is the sum over t of taps[|t|] * vector[centre + j + t], in the order that <see cref="Gaussian"/> promises.
    /// </summary>
    /// <param name="ring">First vector of a ring, followed by a copy of its first vectors, so that any run of outputs is contiguous.</param>
    /// <param name="length">Vectors in the ring.</param>
    /// <param name="centre">Ring index of the first output.</param>
    /// <param name="taps">Taps from the centre outwards.</param>
    /// <param name="radius">Index of the last tap.</param>
    /// <param name="destination">First output.</param>
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

    // With 32 registers 16 sums hide the latency of the multiply-add (4 cycles, 2 a cycle) and still leave room for the tap; with 16
    // registers (AVX2) 8 sums are just enough. Each multiply-add reads its pixel from the L1 cache as a memory operand: 2 loads and
    // 2 multiply-adds a cycle, so both ports are full.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Sixteen(float* ring, int length, int centre, float* taps, int radius, float* destination, nint stride)
    {
        int lanes = TLanes.Count;
        float* end = ring + ((nint)length * lanes);
        float* before = ring + ((nint)((centre + length - radius) % length) * lanes);
        float* after = ring + ((nint)((centre + radius) % length) * lanes);
        TVector zero = TLanes.Broadcast(0);
        TVector s0 = zero, s1 = zero, s2 = zero, s3 = zero, s4 = zero, s5 = zero, s6 = zero, s7 = zero;
        TVector s8 = zero, s9 = zero, s10 = zero, s11 = zero, s12 = zero, s13 = zero, s14 = zero, s15 = zero;
        TVector tap;
        for (int t = radius; t > 0; t--)
        {
            tap = TLanes.Broadcast(taps[t]);
            s0 = TLanes.Fma(tap, TLanes.Load(before), s0);
            s1 = TLanes.Fma(tap, TLanes.Load(before + lanes), s1);
            s2 = TLanes.Fma(tap, TLanes.Load(before + (2 * lanes)), s2);
            s3 = TLanes.Fma(tap, TLanes.Load(before + (3 * lanes)), s3);
            s4 = TLanes.Fma(tap, TLanes.Load(before + (4 * lanes)), s4);
            s5 = TLanes.Fma(tap, TLanes.Load(before + (5 * lanes)), s5);
            s6 = TLanes.Fma(tap, TLanes.Load(before + (6 * lanes)), s6);
            s7 = TLanes.Fma(tap, TLanes.Load(before + (7 * lanes)), s7);
            s8 = TLanes.Fma(tap, TLanes.Load(before + (8 * lanes)), s8);
            s9 = TLanes.Fma(tap, TLanes.Load(before + (9 * lanes)), s9);
            s10 = TLanes.Fma(tap, TLanes.Load(before + (10 * lanes)), s10);
            s11 = TLanes.Fma(tap, TLanes.Load(before + (11 * lanes)), s11);
            s12 = TLanes.Fma(tap, TLanes.Load(before + (12 * lanes)), s12);
            s13 = TLanes.Fma(tap, TLanes.Load(before + (13 * lanes)), s13);
            s14 = TLanes.Fma(tap, TLanes.Load(before + (14 * lanes)), s14);
            s15 = TLanes.Fma(tap, TLanes.Load(before + (15 * lanes)), s15);
            s0 = TLanes.Fma(tap, TLanes.Load(after), s0);
            s1 = TLanes.Fma(tap, TLanes.Load(after + lanes), s1);
            s2 = TLanes.Fma(tap, TLanes.Load(after + (2 * lanes)), s2);
            s3 = TLanes.Fma(tap, TLanes.Load(after + (3 * lanes)), s3);
            s4 = TLanes.Fma(tap, TLanes.Load(after + (4 * lanes)), s4);
            s5 = TLanes.Fma(tap, TLanes.Load(after + (5 * lanes)), s5);
            s6 = TLanes.Fma(tap, TLanes.Load(after + (6 * lanes)), s6);
            s7 = TLanes.Fma(tap, TLanes.Load(after + (7 * lanes)), s7);
            s8 = TLanes.Fma(tap, TLanes.Load(after + (8 * lanes)), s8);
            s9 = TLanes.Fma(tap, TLanes.Load(after + (9 * lanes)), s9);
            s10 = TLanes.Fma(tap, TLanes.Load(after + (10 * lanes)), s10);
            s11 = TLanes.Fma(tap, TLanes.Load(after + (11 * lanes)), s11);
            s12 = TLanes.Fma(tap, TLanes.Load(after + (12 * lanes)), s12);
            s13 = TLanes.Fma(tap, TLanes.Load(after + (13 * lanes)), s13);
            s14 = TLanes.Fma(tap, TLanes.Load(after + (14 * lanes)), s14);
            s15 = TLanes.Fma(tap, TLanes.Load(after + (15 * lanes)), s15);
            before = before + lanes == end ? ring : before + lanes;
            after = (after == ring ? end : after) - lanes;
        }
        tap = TLanes.Broadcast(taps[0]);
        Finish(tap, before, s0, s1, s2, s3, destination, stride);
        Finish(tap, before + (4 * lanes), s4, s5, s6, s7, destination + (4 * stride), stride);
        Finish(tap, before + (8 * lanes), s8, s9, s10, s11, destination + (8 * stride), stride);
        Finish(tap, before + (12 * lanes), s12, s13, s14, s15, destination + (12 * stride), stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Eight(float* ring, int length, int centre, float* taps, int radius, float* destination, nint stride)
    {
        int lanes = TLanes.Count;
        float* end = ring + ((nint)length * lanes);
        float* before = ring + ((nint)((centre + length - radius) % length) * lanes);
        float* after = ring + ((nint)((centre + radius) % length) * lanes);
        TVector zero = TLanes.Broadcast(0);
        TVector s0 = zero, s1 = zero, s2 = zero, s3 = zero, s4 = zero, s5 = zero, s6 = zero, s7 = zero;
        TVector tap;
        for (int t = radius; t > 0; t--)
        {
            tap = TLanes.Broadcast(taps[t]);
            s0 = TLanes.Fma(tap, TLanes.Load(before), s0);
            s1 = TLanes.Fma(tap, TLanes.Load(before + lanes), s1);
            s2 = TLanes.Fma(tap, TLanes.Load(before + (2 * lanes)), s2);
            s3 = TLanes.Fma(tap, TLanes.Load(before + (3 * lanes)), s3);
            s4 = TLanes.Fma(tap, TLanes.Load(before + (4 * lanes)), s4);
            s5 = TLanes.Fma(tap, TLanes.Load(before + (5 * lanes)), s5);
            s6 = TLanes.Fma(tap, TLanes.Load(before + (6 * lanes)), s6);
            s7 = TLanes.Fma(tap, TLanes.Load(before + (7 * lanes)), s7);
            s0 = TLanes.Fma(tap, TLanes.Load(after), s0);
            s1 = TLanes.Fma(tap, TLanes.Load(after + lanes), s1);
            s2 = TLanes.Fma(tap, TLanes.Load(after + (2 * lanes)), s2);
            s3 = TLanes.Fma(tap, TLanes.Load(after + (3 * lanes)), s3);
            s4 = TLanes.Fma(tap, TLanes.Load(after + (4 * lanes)), s4);
            s5 = TLanes.Fma(tap, TLanes.Load(after + (5 * lanes)), s5);
            s6 = TLanes.Fma(tap, TLanes.Load(after + (6 * lanes)), s6);
            s7 = TLanes.Fma(tap, TLanes.Load(after + (7 * lanes)), s7);
            before = before + lanes == end ? ring : before + lanes;
            after = (after == ring ? end : after) - lanes;
        }
        tap = TLanes.Broadcast(taps[0]);
        Finish(tap, before, s0, s1, s2, s3, destination, stride);
        Finish(tap, before + (4 * lanes), s4, s5, s6, s7, destination + (4 * stride), stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish(TVector tap, float* centre, TVector s0, TVector s1, TVector s2, TVector s3, float* destination, nint stride)
    {
        int lanes = TLanes.Count;
        TLanes.Store(TLanes.Fma(tap, TLanes.Load(centre), s0), destination);
        TLanes.Store(TLanes.Fma(tap, TLanes.Load(centre + lanes), s1), destination + stride);
        TLanes.Store(TLanes.Fma(tap, TLanes.Load(centre + (2 * lanes)), s2), destination + (2 * stride));
        TLanes.Store(TLanes.Fma(tap, TLanes.Load(centre + (3 * lanes)), s3), destination + (3 * stride));
    }
}
