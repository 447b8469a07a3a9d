using System.Runtime.CompilerServices;
using FastSeg.Simd;

namespace FastSeg.Deep.Convolutions;

/// <summary>
/// The two steps of a <see cref="DoublingConvolution"/>. <see cref="Columns"/> takes one source row: it multiplies with all taps, shifts
/// and interpolates along the row, and leaves a partial sum for each window row. <see cref="Rows"/> interpolates these sums between source
/// rows and adds them up.
/// </summary>
internal static unsafe class DoublingConvolutionCpu<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private const int Lane = Convolution.Lane;
    private const int Kept = DoublingConvolution.KeptPixels, WidestChunk = DoublingConvolution.WidestChunk;

    /// <summary>
    /// Source pixels whose products are interpolated while they are in the L1 cache: with 9 taps 16 to 21 KB. A whole number of register
    /// tiles: six of 6 pixels, or two of 14.
    /// </summary>
    private static int Chunk => TLanes.Count < Lane ? WidestChunk : 28;

    /// <summary>Vectors of a row summed at a time; as many pixels past a row's end may be read and written.</summary>
    private const int RowVectors = 8;

    /// <summary>One source row, one output block: columns <paramref name="first"/> .. <paramref name="last"/> of the doubled row.</summary>
    /// <param name="taps">The block's 1 x 1 convolution.</param>
    /// <param name="row">Reads the source row's blocks, column 0 of the image.</param>
    /// <param name="table">Where each doubled column lies; the entry of column x is at the pointer plus x.</param>
    /// <param name="first">First doubled column.</param>
    /// <param name="last">Last doubled column.</param>
    /// <param name="products">Scratch for 9 blocks, one a tap, of <see cref="DoublingConvolution.ProductPixels"/> pixels.</param>
    /// <param name="output">The first window row's sums, column 0 of the image.</param>
    /// <param name="blockStride">Floats to the next window row's sums.</param>
    public static void Columns(
        Convolution taps, ref ConvolutionRow row, DoublingSource* table, int first, int last, float* products, float* output,
        nint blockStride)
    {
        const int Reach = DoublingConvolution.Radius;
        int low = table[first - Reach].First, high = table[last + Reach].First + table[last + Reach].Step;
        const nint Pixel = DoublingConvolution.Kernel * DoublingConvolution.Kernel * Lane;
        row.OutputStep = Pixel;
        int done = first, before = low;
        for (int start = low; done <= last; start += Chunk)
        {
            // The last chunk moves back to end with the row.
            start = Math.Max(low, Math.Min(start, high - Chunk + 1));
            int count = Math.Min(Chunk, high - start + 1);
            // Every chunk takes the same memory, which so stays in the L1 cache, behind the last products of the chunk before.
            const long KeptBytes = Kept * Pixel * sizeof(float);
            Buffer.MemoryCopy(products + ((start - before) * Pixel), products, KeptBytes, KeptBytes);
            before = start;
            float* origin = products - ((start - Kept) * Pixel);
            ConvolutionCpu<TLanes, TVector>.Run(taps, ref row, start, count, origin + (start * Pixel), Lane);
            // Doubled columns whose three taps' sources all lie in this chunk.
            int end = done;
            while (end <= last && table[end + Reach].First + table[end + Reach].Step < start + count)
            {
                end++;
            }
            Mix(origin, table - Reach, done, end, output, blockStride);
            done = end;
        }
    }

    /// <summary>Adds up window rows: output = bias + sum over sources of weight x source; <paramref name="columns"/> pixels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Rows(float** sources, float* weights, int count, float* bias, int columns, float* output)
    {
        TVector low = TLanes.Load(bias), high = TLanes.Load(bias + (TLanes.Count % Lane));
        nint end = (nint)columns * Lane;
        for (nint x = 0; x < end; x += RowVectors * TLanes.Count)
        {
            // A block is one vector of 16 lanes, or two of 8 whose biases alternate.
            TVector a = low, b = high, c = low, d = high, e = low, f = high, g = low, h = high;
            for (int i = 0; i < count; i++)
            {
                TVector w = TLanes.Broadcast(weights[i]);
                float* from = sources[i] + x;
                a = TLanes.Fma(TLanes.Load(from), w, a);
                b = TLanes.Fma(TLanes.Load(from + TLanes.Count), w, b);
                c = TLanes.Fma(TLanes.Load(from + (2 * TLanes.Count)), w, c);
                d = TLanes.Fma(TLanes.Load(from + (3 * TLanes.Count)), w, d);
                e = TLanes.Fma(TLanes.Load(from + (4 * TLanes.Count)), w, e);
                f = TLanes.Fma(TLanes.Load(from + (5 * TLanes.Count)), w, f);
                g = TLanes.Fma(TLanes.Load(from + (6 * TLanes.Count)), w, g);
                h = TLanes.Fma(TLanes.Load(from + (7 * TLanes.Count)), w, h);
            }
            TLanes.Store(a, output + x);
            TLanes.Store(b, output + x + TLanes.Count);
            TLanes.Store(c, output + x + (2 * TLanes.Count));
            TLanes.Store(d, output + x + (3 * TLanes.Count));
            TLanes.Store(e, output + x + (4 * TLanes.Count));
            TLanes.Store(f, output + x + (5 * TLanes.Count));
            TLanes.Store(g, output + x + (6 * TLanes.Count));
            TLanes.Store(h, output + x + (7 * TLanes.Count));
        }
    }

    /// <summary>
    /// Interpolates each window row's three taps between their two source pixels and adds them up: a, b and c are the three window rows.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Mix(float* products, DoublingSource* table, nint first, nint end, float* output, nint blockStride)
    {
        const int Pixel = 9 * Lane, Row = 3 * Lane;
        for (nint x = first; x < end; x++)
        {
            for (int half = 0; half < Lane; half += TLanes.Count)
            {
                TVector a = default, b = default, c = default;
                float* from = products + half;
                for (DoublingSource* at = table + x; at < table + x + 3; at++, from += Lane)
                {
                    float* near = from + ((nint)at->First * Pixel);
                    float* far = near + ((nint)at->Step * Pixel);
                    TVector w = TLanes.Broadcast(at->Near), v = TLanes.Broadcast(at->Far);
                    a = TLanes.Fma(TLanes.Load(far), v, TLanes.Fma(TLanes.Load(near), w, a));
                    b = TLanes.Fma(TLanes.Load(far + Row), v, TLanes.Fma(TLanes.Load(near + Row), w, b));
                    c = TLanes.Fma(TLanes.Load(far + (2 * Row)), v, TLanes.Fma(TLanes.Load(near + (2 * Row)), w, c));
                }
                float* to = output + (x * Lane) + half;
                TLanes.Store(a, to);
                TLanes.Store(b, to + blockStride);
                TLanes.Store(c, to + (2 * blockStride));
            }
        }
    }
}
