using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using FastSeg.Simd;

namespace FastSeg.Deep.Convolutions;

/// <summary>
/// Direct convolution of one row in blocks of 16 channels. A register tile keeps the sums of some pixels x two vectors of output channels.
/// Each input value is broadcast once and multiplied with both weight vectors; each pair of weight vectors is loaded once for all pixels.
/// Measured on one AVX-512 core, 67 to 64 channels: 14 pixels x 2 vectors, 9 x 3 and 6 x 4 all run at the multiply-add bound, 14 pixels x
/// one vector at 94 % of it (there, every multiply-add loads its own broadcast). In all tiles an output adds its products in the same
/// order: the bias, then window row, input block, window column, channel. So neither tiles nor vector widths change a bit.
/// </summary>
internal static unsafe class ConvolutionCpu<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private const int Lane = Convolution.Lane;

    private const int WidestTile = 14;
    private const int MiddleTile = 10;
    private const int NarrowTile = 6;
    private const int LineTile = 12;

    /// <summary>
    /// Convolves part of one row, all output blocks. Fewer than <see cref="Convolution.Slack"/> pixels past its end are overwritten.
    /// </summary>
    /// <param name="convolution">The weights.</param>
    /// <param name="row">Sources, channels, entries, taps and output step.</param>
    /// <param name="start">First pixel, counted from where the sources point.</param>
    /// <param name="count">Pixels.</param>
    /// <param name="output">That pixel's first output block.</param>
    /// <param name="blockStride">Floats from an output block to the next.</param>
    public static void Run(Convolution convolution, ref ConvolutionRow row, nint start, int count, float* output, nint blockStride)
    {
        for (int block = 0; block < convolution.OutputBlocks; block += 2)
        {
            RunPair(convolution, ref row, block, start, count, output + (block * blockStride), blockStride);
        }
    }

    /// <summary>The same for one pair of output blocks, or the last one alone.</summary>
    public static void RunPair(
        Convolution convolution, ref ConvolutionRow row, int block, nint start, int count, float* output, nint blockStride)
    {
        float* weights = convolution.Weights + (block * convolution.BlockWeights);
        float* bias = convolution.Bias + (block * Lane);
        bool pair = block + 1 < convolution.OutputBlocks;
        row.WeightStep = pair ? 2 * Lane : Lane;
        if (TLanes.Count < Lane)
        {
            // Vectors of 8 lanes: the tile's two vectors are one block, and there are 16 registers instead of 32.
            row.SecondVector = TLanes.Count;
            int channels = convolution.Outputs - (block * Lane);
            Narrow(row, weights, bias, channels, start, count, output);
            if (pair)
            {
                Narrow(row, weights + Lane, bias + Lane, channels - Lane, start, count, output + blockStride);
            }
        }
        else if (pair)
        {
            row.SecondVector = blockStride;
            Wide(row, weights, bias, start, count, output);
        }
        else if (convolution.Outputs - (block * Lane) <= Simd256.Count)
        {
            // Half a vector holds what is left of the channels: lines of 8 lanes, of which twice as many run at a time.
            row.SecondVector = Simd256.Count;
            ConvolutionCpu<Simd256, Vector256<float>>.Lines(row, weights, bias, start, count, output);
        }
        else
        {
            Single(row, weights, bias, start, count, output);
        }
    }

    /// <summary>A pair of blocks, vectors of 16 lanes: tiles of 14 pixels, and one of 14, 10 or 6 at the end.</summary>
    private static void Wide(in ConvolutionRow row, float* weights, float* bias, nint start, int count, float* output)
    {
        int column = 0;
        while (column < count)
        {
            int left = count - column, tile = left > MiddleTile ? WidestTile : left > NarrowTile ? MiddleTile : NarrowTile;
            // Where the row is long enough, its last tile moves back to end with the row: a few pixels are computed twice, none past it.
            column = left < tile ? Math.Max(0, count - tile) : column;
            float* to = output + (column * row.OutputStep);
            switch (tile)
            {
                case WidestTile:
                    Tile14(row, weights, bias, start + column, to);
                    break;
                case MiddleTile:
                    Tile10(row, weights, bias, start + column, to);
                    break;
                default:
                    Tile6(row, weights, bias, start + column, to);
                    break;
            }
            column += tile;
        }
    }

    /// <summary>One block, vectors of 8 lanes: tiles of 6 pixels x 16 channels, or 12 x 8 where the block has no more.</summary>
    private static void Narrow(in ConvolutionRow row, float* weights, float* bias, int channels, nint start, int count, float* output)
    {
        if (channels <= TLanes.Count)
        {
            Lines(row, weights, bias, start, count, output);
            return;
        }
        for (int column = 0; column < count; column += NarrowTile)
        {
            Tile6(row, weights, bias, start + column, output + (column * row.OutputStep));
        }
    }

    /// <summary>One block of 8 channels or fewer: tiles of 12 pixels x 8. What lies at the block's other channels stays as it is.</summary>
    public static void Lines(in ConvolutionRow row, float* weights, float* bias, nint start, int count, float* output)
    {
        for (int column = 0; column < count; column += LineTile)
        {
            ConvolutionLinesCpu<TLanes, TVector>.Line12(row, weights, bias, start + column, output + (column * row.OutputStep));
        }
    }

    /// <summary>A block without a partner, vectors of 16 lanes: tiles of 14 pixels.</summary>
    private static void Single(in ConvolutionRow row, float* weights, float* bias, nint start, int count, float* output)
    {
        for (int column = 0; column < count; column += WidestTile)
        {
            ConvolutionLinesCpu<TLanes, TVector>.Line14(row, weights, bias, start + column, output + (column * row.OutputStep));
        }
    }

    /// <summary>Applies the leaky ReLU, the larger of x and slope x, in place to <paramref name="pixels"/> pixels of one block.</summary>
    public static void Leak(float* values, int pixels, float slope)
    {
        TVector factor = TLanes.Broadcast(slope);
        for (nint i = 0; i < (nint)pixels * Lane; i += TLanes.Count)
        {
            TVector value = TLanes.Load(values + i);
            TLanes.Store(TLanes.Max(value, TLanes.Multiply(value, factor)), values + i);
        }
    }

    /// <summary>14 pixels x two vectors: 28 sums, two weights and a broadcast fill 31 of 32 registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile14(in ConvolutionRow row, float* weights, float* bias, nint column, float* output)
    {
        nint* sources = row.Sources;
        int* channels = row.Channels;
        int entries = row.Entries, taps = row.Taps, step = row.WeightStep;
        // a: the first vector's sums, a pixel each; b: the second vector's. w and u are their weights, s is the pixel's broadcast value.
        TVector a0 = TLanes.Load(bias);
        TVector a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0, a8 = a0, a9 = a0, a10 = a0, a11 = a0, a12 = a0, a13 = a0;
        TVector b0 = TLanes.Load(bias + TLanes.Count);
        TVector b1 = b0, b2 = b0, b3 = b0, b4 = b0, b5 = b0, b6 = b0, b7 = b0, b8 = b0, b9 = b0, b10 = b0, b11 = b0, b12 = b0, b13 = b0;
        for (int entry = 0; entry < entries; entry++)
        {
            // Neighbouring pixels lie 16 floats apart, their channels side by side.
            float* from = (float*)sources[entry] + (column * Lane);
            int count = channels[entry];
            for (int tap = 0; tap < taps; tap++, from += Lane)
            {
                float* x = from;
                for (float* end = x + count; x < end; x++, weights += step)
                {
                    TVector w = TLanes.Load(weights), u = TLanes.Load(weights + TLanes.Count), s;
                    s = TLanes.Broadcast(x[0]); a0 = TLanes.Fma(s, w, a0); b0 = TLanes.Fma(s, u, b0);
                    s = TLanes.Broadcast(x[16]); a1 = TLanes.Fma(s, w, a1); b1 = TLanes.Fma(s, u, b1);
                    s = TLanes.Broadcast(x[32]); a2 = TLanes.Fma(s, w, a2); b2 = TLanes.Fma(s, u, b2);
                    s = TLanes.Broadcast(x[48]); a3 = TLanes.Fma(s, w, a3); b3 = TLanes.Fma(s, u, b3);
                    s = TLanes.Broadcast(x[64]); a4 = TLanes.Fma(s, w, a4); b4 = TLanes.Fma(s, u, b4);
                    s = TLanes.Broadcast(x[80]); a5 = TLanes.Fma(s, w, a5); b5 = TLanes.Fma(s, u, b5);
                    s = TLanes.Broadcast(x[96]); a6 = TLanes.Fma(s, w, a6); b6 = TLanes.Fma(s, u, b6);
                    s = TLanes.Broadcast(x[112]); a7 = TLanes.Fma(s, w, a7); b7 = TLanes.Fma(s, u, b7);
                    s = TLanes.Broadcast(x[128]); a8 = TLanes.Fma(s, w, a8); b8 = TLanes.Fma(s, u, b8);
                    s = TLanes.Broadcast(x[144]); a9 = TLanes.Fma(s, w, a9); b9 = TLanes.Fma(s, u, b9);
                    s = TLanes.Broadcast(x[160]); a10 = TLanes.Fma(s, w, a10); b10 = TLanes.Fma(s, u, b10);
                    s = TLanes.Broadcast(x[176]); a11 = TLanes.Fma(s, w, a11); b11 = TLanes.Fma(s, u, b11);
                    s = TLanes.Broadcast(x[192]); a12 = TLanes.Fma(s, w, a12); b12 = TLanes.Fma(s, u, b12);
                    s = TLanes.Broadcast(x[208]); a13 = TLanes.Fma(s, w, a13); b13 = TLanes.Fma(s, u, b13);
                }
            }
        }
        float* second = output + row.SecondVector;
        nint next = row.OutputStep;
        TLanes.Store(a0, output); TLanes.Store(b0, second); output += next; second += next;
        TLanes.Store(a1, output); TLanes.Store(b1, second); output += next; second += next;
        TLanes.Store(a2, output); TLanes.Store(b2, second); output += next; second += next;
        TLanes.Store(a3, output); TLanes.Store(b3, second); output += next; second += next;
        TLanes.Store(a4, output); TLanes.Store(b4, second); output += next; second += next;
        TLanes.Store(a5, output); TLanes.Store(b5, second); output += next; second += next;
        TLanes.Store(a6, output); TLanes.Store(b6, second); output += next; second += next;
        TLanes.Store(a7, output); TLanes.Store(b7, second); output += next; second += next;
        TLanes.Store(a8, output); TLanes.Store(b8, second); output += next; second += next;
        TLanes.Store(a9, output); TLanes.Store(b9, second); output += next; second += next;
        TLanes.Store(a10, output); TLanes.Store(b10, second); output += next; second += next;
        TLanes.Store(a11, output); TLanes.Store(b11, second); output += next; second += next;
        TLanes.Store(a12, output); TLanes.Store(b12, second); output += next; second += next;
        TLanes.Store(a13, output); TLanes.Store(b13, second);
    }

    /// <summary>10 pixels x two vectors, for the end of a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile10(in ConvolutionRow row, float* weights, float* bias, nint column, float* output)
    {
        nint* sources = row.Sources;
        int* channels = row.Channels;
        int entries = row.Entries, taps = row.Taps, step = row.WeightStep;
        TVector a0 = TLanes.Load(bias);
        TVector a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0, a8 = a0, a9 = a0;
        TVector b0 = TLanes.Load(bias + TLanes.Count);
        TVector b1 = b0, b2 = b0, b3 = b0, b4 = b0, b5 = b0, b6 = b0, b7 = b0, b8 = b0, b9 = b0;
        for (int entry = 0; entry < entries; entry++)
        {
            float* from = (float*)sources[entry] + (column * Lane);
            int count = channels[entry];
            for (int tap = 0; tap < taps; tap++, from += Lane)
            {
                float* x = from;
                for (float* end = x + count; x < end; x++, weights += step)
                {
                    TVector w = TLanes.Load(weights), u = TLanes.Load(weights + TLanes.Count), s;
                    s = TLanes.Broadcast(x[0]); a0 = TLanes.Fma(s, w, a0); b0 = TLanes.Fma(s, u, b0);
                    s = TLanes.Broadcast(x[16]); a1 = TLanes.Fma(s, w, a1); b1 = TLanes.Fma(s, u, b1);
                    s = TLanes.Broadcast(x[32]); a2 = TLanes.Fma(s, w, a2); b2 = TLanes.Fma(s, u, b2);
                    s = TLanes.Broadcast(x[48]); a3 = TLanes.Fma(s, w, a3); b3 = TLanes.Fma(s, u, b3);
                    s = TLanes.Broadcast(x[64]); a4 = TLanes.Fma(s, w, a4); b4 = TLanes.Fma(s, u, b4);
                    s = TLanes.Broadcast(x[80]); a5 = TLanes.Fma(s, w, a5); b5 = TLanes.Fma(s, u, b5);
                    s = TLanes.Broadcast(x[96]); a6 = TLanes.Fma(s, w, a6); b6 = TLanes.Fma(s, u, b6);
                    s = TLanes.Broadcast(x[112]); a7 = TLanes.Fma(s, w, a7); b7 = TLanes.Fma(s, u, b7);
                    s = TLanes.Broadcast(x[128]); a8 = TLanes.Fma(s, w, a8); b8 = TLanes.Fma(s, u, b8);
                    s = TLanes.Broadcast(x[144]); a9 = TLanes.Fma(s, w, a9); b9 = TLanes.Fma(s, u, b9);
                }
            }
        }
        float* second = output + row.SecondVector;
        nint next = row.OutputStep;
        TLanes.Store(a0, output); TLanes.Store(b0, second); output += next; second += next;
        TLanes.Store(a1, output); TLanes.Store(b1, second); output += next; second += next;
        TLanes.Store(a2, output); TLanes.Store(b2, second); output += next; second += next;
        TLanes.Store(a3, output); TLanes.Store(b3, second); output += next; second += next;
        TLanes.Store(a4, output); TLanes.Store(b4, second); output += next; second += next;
        TLanes.Store(a5, output); TLanes.Store(b5, second); output += next; second += next;
        TLanes.Store(a6, output); TLanes.Store(b6, second); output += next; second += next;
        TLanes.Store(a7, output); TLanes.Store(b7, second); output += next; second += next;
        TLanes.Store(a8, output); TLanes.Store(b8, second); output += next; second += next;
        TLanes.Store(a9, output); TLanes.Store(b9, second);
    }

    /// <summary>6 pixels x two vectors: 12 sums, two weights and a broadcast fill 15 of 16 registers; also for the end of a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile6(in ConvolutionRow row, float* weights, float* bias, nint column, float* output)
    {
        nint* sources = row.Sources;
        int* channels = row.Channels;
        int entries = row.Entries, taps = row.Taps, step = row.WeightStep;
        TVector a0 = TLanes.Load(bias);
        TVector a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0;
        TVector b0 = TLanes.Load(bias + TLanes.Count);
        TVector b1 = b0, b2 = b0, b3 = b0, b4 = b0, b5 = b0;
        for (int entry = 0; entry < entries; entry++)
        {
            float* from = (float*)sources[entry] + (column * Lane);
            int count = channels[entry];
            for (int tap = 0; tap < taps; tap++, from += Lane)
            {
                float* x = from;
                for (float* end = x + count; x < end; x++, weights += step)
                {
                    TVector w = TLanes.Load(weights), u = TLanes.Load(weights + TLanes.Count), s;
                    s = TLanes.Broadcast(x[0]); a0 = TLanes.Fma(s, w, a0); b0 = TLanes.Fma(s, u, b0);
                    s = TLanes.Broadcast(x[16]); a1 = TLanes.Fma(s, w, a1); b1 = TLanes.Fma(s, u, b1);
                    s = TLanes.Broadcast(x[32]); a2 = TLanes.Fma(s, w, a2); b2 = TLanes.Fma(s, u, b2);
                    s = TLanes.Broadcast(x[48]); a3 = TLanes.Fma(s, w, a3); b3 = TLanes.Fma(s, u, b3);
                    s = TLanes.Broadcast(x[64]); a4 = TLanes.Fma(s, w, a4); b4 = TLanes.Fma(s, u, b4);
                    s = TLanes.Broadcast(x[80]); a5 = TLanes.Fma(s, w, a5); b5 = TLanes.Fma(s, u, b5);
                }
            }
        }
        float* second = output + row.SecondVector;
        nint next = row.OutputStep;
        TLanes.Store(a0, output); TLanes.Store(b0, second); output += next; second += next;
        TLanes.Store(a1, output); TLanes.Store(b1, second); output += next; second += next;
        TLanes.Store(a2, output); TLanes.Store(b2, second); output += next; second += next;
        TLanes.Store(a3, output); TLanes.Store(b3, second); output += next; second += next;
        TLanes.Store(a4, output); TLanes.Store(b4, second); output += next; second += next;
        TLanes.Store(a5, output); TLanes.Store(b5, second);
    }
}
