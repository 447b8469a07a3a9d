using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using FastSeg.Simd;

namespace FastSeg.Deep.Convolutions;

/// <summary>
/// The transformations of a <see cref="WinogradConvolution"/> before and after the products, on rows of 16-channel blocks. Along one
/// direction, with a = 3/4 and b = 3/2, six inputs d become six points: a²b² d0 - (a² + b²) d2 + d4; (d4 - b² d2) +- a (d3 - b² d1);
/// (d4 - a² d2) +- b (d3 - a² d1); a²b² d1 - (a² + b²) d3 + d5. Six sums m become four results: m0 + (m1 + m2) + (m3 + m4);
/// a (m1 - m2) + b (m3 - m4); a² (m1 + m2) + b² (m3 + m4); a³ (m1 - m2) + b³ (m3 - m4) + m5.
/// </summary>
internal static unsafe class WinogradConvolutionCpu<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private const int Lane = Convolution.Lane;
    private const int Side = WinogradConvolution.Side;
    private const int Group = WinogradConvolution.Group;
    private const float A = WinogradConvolution.Near, A2 = A * A, B = WinogradConvolution.Far, B2 = B * B;

    /// <summary>Transforms the inputs of some groups of one block into their points.</summary>
    /// <param name="rows">Six rows of the block, from the row above the groups on, at the pixel before the first group.</param>
    /// <param name="channels">Channels of the block; whole vectors are computed.</param>
    /// <param name="groups">Groups side by side.</param>
    /// <param name="points">The first point of the first group; a group's 16 channels are followed by the next group's.</param>
    /// <param name="pointStride">Floats to the next point.</param>
    /// <param name="transformed">Scratch for six rows of the groups' columns and two more, a vector each.</param>
    public static void Transform(float** rows, int channels, int groups, float* points, nint pointStride, float* transformed)
    {
        if (channels <= Simd256.Count && TLanes.Count > Simd256.Count)
        {
            // Half a vector holds all channels, and takes half the time to compute and to store.
            WinogradConvolutionCpu<Simd256, Vector256<float>>.Transform(rows, channels, groups, points, pointStride, transformed);
            return;
        }
        int columns = (Group * groups) + 2;
        for (int half = 0; half < channels; half += TLanes.Count)
        {
            DownColumns(rows, half, columns, transformed);
            for (int row = 0; row < Side; row++)
            {
                float* line = transformed + ((nint)row * columns * TLanes.Count);
                AlongRow(line, groups, points + half + (row * Side * pointStride), pointStride);
            }
        }
    }

    /// <summary>Transforms the sums of some groups of one block into results, adds the bias and applies the leaky ReLU.</summary>
    /// <param name="sums">The first sum of the first group.</param>
    /// <param name="sumStride">Floats to the next sum.</param>
    /// <param name="groups">Groups side by side.</param>
    /// <param name="bias">The block's values.</param>
    /// <param name="channels">Channels of the block; whole vectors are computed.</param>
    /// <param name="slope">The leaky ReLU's slope.</param>
    /// <param name="outputs">The first group's first pixel in each row.</param>
    /// <param name="rows">Rows of the groups that are wanted.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Finish(float* sums, nint sumStride, int groups, float* bias, int channels, float slope, float** outputs, int rows)
    {
        if (channels <= Simd256.Count && TLanes.Count > Simd256.Count)
        {
            WinogradConvolutionCpu<Simd256, Vector256<float>>.Finish(sums, sumStride, groups, bias, channels, slope, outputs, rows);
            return;
        }
        float* lines = stackalloc float[Side * Group * Lane];
        TVector leak = TLanes.Broadcast(slope);
        for (int half = 0; half < channels; half += TLanes.Count)
        {
            TVector shift = TLanes.Load(bias + half);
            for (nint group = 0; group < groups; group++)
            {
                float* from = sums + half + (group * Lane);
                // Six lines of sums, each into four values along the row; then four columns of six lines, each into four results.
                for (float* to = lines; to < lines + (Side * Group * TLanes.Count); to += Group * TLanes.Count, from += Side * sumStride)
                {
                    Four(from, sumStride, default, out TVector r0, out TVector r1, out TVector r2, out TVector r3);
                    TLanes.Store(r0, to);
                    TLanes.Store(r1, to + TLanes.Count);
                    TLanes.Store(r2, to + (2 * TLanes.Count));
                    TLanes.Store(r3, to + (3 * TLanes.Count));
                }
                for (nint column = 0; column < Group; column++)
                {
                    float* line = lines + (column * TLanes.Count);
                    Four(line, Group * TLanes.Count, shift, out TVector r0, out TVector r1, out TVector r2, out TVector r3);
                    nint at = (((group * Group) + column) * Lane) + half, ahead = at + (Group * Lane);
                    // The next group's results: a store waits for its cache line. Where fewer rows are wanted the address points anywhere.
                    Sse.Prefetch0(outputs[0] + ahead);
                    Sse.Prefetch0(outputs[1] + ahead);
                    Sse.Prefetch0(outputs[2] + ahead);
                    Sse.Prefetch0(outputs[3] + ahead);
                    Put(r0, leak, outputs[0] + at);
                    if (rows > 1)
                    {
                        Put(r1, leak, outputs[1] + at);
                    }
                    if (rows > 2)
                    {
                        Put(r2, leak, outputs[2] + at);
                    }
                    if (rows > 3)
                    {
                        Put(r3, leak, outputs[3] + at);
                    }
                }
            }
        }
    }

    /// <summary>First direction: six values of each column from its six rows. Neighbouring groups share two of their columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void DownColumns(float** rows, int half, int columns, float* transformed)
    {
        float* row0 = rows[0] + half, row1 = rows[1] + half, row2 = rows[2] + half;
        float* row3 = rows[3] + half, row4 = rows[4] + half, row5 = rows[5] + half;
        nint stride = (nint)columns * TLanes.Count, end = (nint)columns * Lane;
        for (nint x = 0; x < end; x += Lane, transformed += TLanes.Count)
        {
            // What the next groups will read lies behind what these do, in six rows that no longer are in the L2 cache.
            nint ahead = x + end;
            Sse.Prefetch0(row0 + ahead);
            Sse.Prefetch0(row1 + ahead);
            Sse.Prefetch0(row2 + ahead);
            Sse.Prefetch0(row3 + ahead);
            Sse.Prefetch0(row4 + ahead);
            Sse.Prefetch0(row5 + ahead);
            Six(
                TLanes.Load(row0 + x), TLanes.Load(row1 + x), TLanes.Load(row2 + x),
                TLanes.Load(row3 + x), TLanes.Load(row4 + x), TLanes.Load(row5 + x), transformed, stride);
        }
    }

    /// <summary>Second direction: six points of each group from its six columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AlongRow(float* transformed, int groups, float* points, nint pointStride)
    {
        for (int group = 0; group < groups; group++, transformed += Group * TLanes.Count, points += Lane)
        {
            Six(
                TLanes.Load(transformed), TLanes.Load(transformed + TLanes.Count), TLanes.Load(transformed + (2 * TLanes.Count)),
                TLanes.Load(transformed + (3 * TLanes.Count)), TLanes.Load(transformed + (4 * TLanes.Count)),
                TLanes.Load(transformed + (5 * TLanes.Count)), points, pointStride);
        }
    }

    /// <summary>Six inputs to six points.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Six(TVector d0, TVector d1, TVector d2, TVector d3, TVector d4, TVector d5, float* to, nint stride)
    {
        TVector product = TLanes.Broadcast(A2 * B2), sum = TLanes.Broadcast(-(A2 + B2));
        TVector even = TLanes.Fma(TLanes.Broadcast(-B2), d2, d4), odd = TLanes.Fma(TLanes.Broadcast(-B2), d1, d3);
        TVector farEven = TLanes.Fma(TLanes.Broadcast(-A2), d2, d4), farOdd = TLanes.Fma(TLanes.Broadcast(-A2), d1, d3);
        TLanes.Store(TLanes.Fma(product, d0, TLanes.Fma(sum, d2, d4)), to);
        TLanes.Store(TLanes.Fma(TLanes.Broadcast(A), odd, even), to + stride);
        TLanes.Store(TLanes.Fma(TLanes.Broadcast(-A), odd, even), to + (2 * stride));
        TLanes.Store(TLanes.Fma(TLanes.Broadcast(B), farOdd, farEven), to + (3 * stride));
        TLanes.Store(TLanes.Fma(TLanes.Broadcast(-B), farOdd, farEven), to + (4 * stride));
        TLanes.Store(TLanes.Fma(product, d1, TLanes.Fma(sum, d3, d5)), to + (5 * stride));
    }

    /// <summary>Six sums to four results, each plus <paramref name="shift"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Four(float* from, nint stride, TVector shift, out TVector r0, out TVector r1, out TVector r2, out TVector r3)
    {
        TVector m1 = TLanes.Load(from + stride), m2 = TLanes.Load(from + (2 * stride));
        TVector m3 = TLanes.Load(from + (3 * stride)), m4 = TLanes.Load(from + (4 * stride));
        TVector near = TLanes.Add(m1, m2), nearOdd = TLanes.Subtract(m1, m2);
        TVector far = TLanes.Add(m3, m4), farOdd = TLanes.Subtract(m3, m4);
        r0 = TLanes.Add(TLanes.Add(TLanes.Load(from), shift), TLanes.Add(near, far));
        r1 = TLanes.Fma(TLanes.Broadcast(B), farOdd, TLanes.Fma(TLanes.Broadcast(A), nearOdd, shift));
        r2 = TLanes.Fma(TLanes.Broadcast(B2), far, TLanes.Fma(TLanes.Broadcast(A2), near, shift));
        TVector last = TLanes.Add(TLanes.Load(from + (5 * stride)), shift);
        r3 = TLanes.Fma(TLanes.Broadcast(B2 * B), farOdd, TLanes.Fma(TLanes.Broadcast(A2 * A), nearOdd, last));
    }

    /// <summary>Stores a result behind its leaky ReLU.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(TVector value, TVector leak, float* output) =>
        TLanes.Store(TLanes.Max(value, TLanes.Multiply(value, leak)), output);
}
