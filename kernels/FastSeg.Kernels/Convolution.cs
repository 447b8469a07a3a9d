using ILGPU;

namespace FastSeg.Kernels;

/// <summary>
/// 3 x 3 convolution of one or two sources (the second one's channels follow the first one's), with bias and leaky ReLU. A group computes
/// 32 x 8 pixels of up to eight fours of outputs; input channels come through shared memory eight at a time, resized on the way.
/// </summary>
/// <remarks>
/// A warp has one four of outputs; a lane 4 columns x 2 rows of them: 32 sums, in registers from first to last. An input channel costs a
/// lane 24 reads of the tile and 36 of the weights (the same for the whole warp, so broadcast) for 288 fused multiply-adds: 4.8 a read,
/// and an SM issues 4 for each read, so arithmetic is the bound. The loop over channels is 572 PTX instructions; 180 of them make the 60
/// reads' addresses out of one register and constants, which the assembler can fold into the reads, and 32 are moves that vanish. The
/// tile's rows lie in pairs, a pair 77 floats (1 mod 4) behind the last, so that the four rows of lanes read disjoint sets of banks.
/// Counts: 18 flops a pixel, input and output channel. Traffic a pixel: 4 x 1.33 (the 34 x 10 window of 32 x 8 pixels; mostly from L2)
/// bytes an input channel for each pass of 32 outputs, and 4 bytes written an output. Shared: 21.5 KB (tile 12.3, weights 9.2), groups of
/// 32 x 8 threads; about 80 registers a thread, three groups an SM. Predicted share of the multiply-add rate: 288 / 360 = 0.80 with folded
/// addresses, 288 / 540 = 0.53 without, less 5 to 15 % for the staging; so 26 to 44 TFLOP/s on an H100, 14 to 24 on an A10, at 1.7 GHz.
/// </remarks>
public static class Convolution
{
    /// <summary>Columns of pixels of a group.</summary>
    public const int TileColumns = 32;

    /// <summary>Rows of pixels of a group.</summary>
    public const int TileRows = 8;

    /// <summary>Outputs of a warp.</summary>
    public const int WarpOutputs = 4;

    /// <summary>Most fours of outputs of a group: as many as a group has warps.</summary>
    public const int MostQuads = 8;

    private const int Window = 9, Chunk = 8, ReadColumns = TileColumns + 2, ReadRows = TileRows + 2;
    private const int SecondRow = 40, PairStride = 77, ChannelStride = (ReadRows / 2) * PairStride, Outputs = MostQuads * WarpOutputs;

    /// <summary>
    /// The device function; groups of 32 columns; grid: tiles across, tiles down, passes of <see cref="ConvolutionShape.GroupQuads"/>.
    /// </summary>
    /// <param name="shape">What is computed.</param>
    /// <param name="first">The first source.</param>
    /// <param name="second">The second source, with no channels where there is none.</param>
    /// <param name="weights">Input channel, tap (row by row), output padded to fours.</param>
    /// <param name="bias">One value an output, padded alike.</param>
    /// <param name="sink">Takes the region's pixels.</param>
    /// <param name="firstPlane">The plane of output 0.</param>
    public static void Run<TSink>(
        ConvolutionShape shape, ConvolutionSource first, ConvolutionSource second, ArrayView<float> weights, ArrayView<float> bias,
        TSink sink, int firstPlane)
        where TSink : struct, IPlaneSink
    {
        ArrayView<float> tile = SharedMemory.Allocate<float>(Chunk * ChannelStride);
        ArrayView<float> taps = SharedMemory.Allocate<float>(Chunk * Window * Outputs);
        int lane = Group.IdxX, warp = Group.IdxY, quad = (Grid.IdxZ * shape.GroupQuads) + warp;
        bool computes = warp < shape.GroupQuads && quad < shape.Quads;
        int left = Grid.IdxX * TileColumns, top = Grid.IdxY * TileRows;
        int channels = first.Channels + second.Channels;
        int at = (lane / 8 * PairStride) + (lane % 8 * 4);
        var sums = new ConvolutionSums();
        if (computes)
        {
            sums = ConvolutionSums.From(bias[quad * 4], bias[(quad * 4) + 1], bias[(quad * 4) + 2], bias[(quad * 4) + 3]);
        }
        for (int begin = 0; begin < channels; begin += Chunk)
        {
            int count = Math.Min(Chunk, channels - begin);
            StageTile(shape, first, second, tile, shape.X + left - 1, shape.Y + top - 1, begin, count);
            StageWeights(shape, weights, taps, begin, count);
            GroupBarrier.Wait();
            if (computes)
            {
                for (int channel = 0; channel < count; channel++)
                {
                    sums = Add(sums, tile, at + (channel * ChannelStride), taps, (channel * Window * Outputs) + (warp * WarpOutputs));
                }
            }
            GroupBarrier.Wait();
        }
        if (computes)
        {
            Store(shape, sums, sink, firstPlane, quad * 4, left + (lane % 8 * 4), top + (lane / 8 * 2));
        }
    }

    /// <summary>Brings some channels of the group's tile and its border into shared memory, resized.</summary>
    private static void StageTile(
        ConvolutionShape shape, ConvolutionSource first, ConvolutionSource second, ArrayView<float> tile, int left, int top,
        int begin, int count)
    {
        int thread = (Group.IdxY * Group.DimX) + Group.IdxX, threads = Group.DimX * Group.DimY;
        for (int position = thread; position < ReadColumns * ReadRows; position += threads)
        {
            int row = position / ReadColumns, column = position - (row * ReadColumns);
            bool zero = shape.IsZero(left + column, top + row);
            int x = shape.ReadX(left + column), y = shape.ReadY(top + row);
            int to = (row / 2 * PairStride) + (row % 2 * SecondRow) + column;
            // Where the pixel lies in either source is the same for all channels, so it is found once.
            SourcePlace inFirst = first.Place(x, y), inSecond = second.Place(x, y);
            for (int channel = begin; channel < begin + count; channel++)
            {
                float value = 0;
                if (!zero)
                {
                    value = channel < first.Channels ? first.Load(inFirst, channel) : second.Load(inSecond, channel - first.Channels);
                }
                tile[to] = value;
                to += ChannelStride;
            }
        }
    }

    /// <summary>Brings the weights of some channels and all of the group's outputs into shared memory.</summary>
    private static void StageWeights(ConvolutionShape shape, ArrayView<float> weights, ArrayView<float> taps, int begin, int count)
    {
        int thread = (Group.IdxY * Group.DimX) + Group.IdxX, threads = Group.DimX * Group.DimY;
        int padded = shape.Quads * WarpOutputs, from = Grid.IdxZ * shape.GroupQuads * WarpOutputs;
        for (int i = thread; i < count * Window * Outputs; i += threads)
        {
            int output = from + (i % Outputs);
            taps[i] = output < padded ? weights[(((begin * Window) + (i / Outputs)) * padded) + output] : 0;
        }
    }

    /// <summary>One input channel: four rows of six values, and nine weights for each of four outputs.</summary>
    private static ConvolutionSums Add(ConvolutionSums sums, ArrayView<float> tile, int at, ArrayView<float> taps, int weight)
    {
        PixelRow a = PixelRow.Read(tile, at), b = PixelRow.Read(tile, at + SecondRow);
        PixelRow c = PixelRow.Read(tile, at + PairStride), d = PixelRow.Read(tile, at + PairStride + SecondRow);
        TapWindow w = TapWindow.Read(taps, weight, Outputs);
        sums.Upper0 = sums.Upper0.Add(a, w.Row0).Add(b, w.Row1).Add(c, w.Row2);
        sums.Lower0 = sums.Lower0.Add(b, w.Row0).Add(c, w.Row1).Add(d, w.Row2);
        w = TapWindow.Read(taps, weight + 1, Outputs);
        sums.Upper1 = sums.Upper1.Add(a, w.Row0).Add(b, w.Row1).Add(c, w.Row2);
        sums.Lower1 = sums.Lower1.Add(b, w.Row0).Add(c, w.Row1).Add(d, w.Row2);
        w = TapWindow.Read(taps, weight + 2, Outputs);
        sums.Upper2 = sums.Upper2.Add(a, w.Row0).Add(b, w.Row1).Add(c, w.Row2);
        sums.Lower2 = sums.Lower2.Add(b, w.Row0).Add(c, w.Row1).Add(d, w.Row2);
        w = TapWindow.Read(taps, weight + 3, Outputs);
        sums.Upper3 = sums.Upper3.Add(a, w.Row0).Add(b, w.Row1).Add(c, w.Row2);
        sums.Lower3 = sums.Lower3.Add(b, w.Row0).Add(c, w.Row1).Add(d, w.Row2);
        return sums;
    }

    private static void Store<TSink>(
        ConvolutionShape shape, ConvolutionSums sums, TSink sink, int firstPlane, int output, int column, int row)
        where TSink : struct, IPlaneSink
    {
        StoreOutput(shape, sums.Upper0, sums.Lower0, sink, firstPlane, output, column, row);
        StoreOutput(shape, sums.Upper1, sums.Lower1, sink, firstPlane, output + 1, column, row);
        StoreOutput(shape, sums.Upper2, sums.Lower2, sink, firstPlane, output + 2, column, row);
        StoreOutput(shape, sums.Upper3, sums.Lower3, sink, firstPlane, output + 3, column, row);
    }

    private static void StoreOutput<TSink>(
        ConvolutionShape shape, FourPixels upper, FourPixels lower, TSink sink, int firstPlane, int output, int column, int row)
        where TSink : struct, IPlaneSink
    {
        if (output < shape.Outputs)
        {
            StoreRow(shape, upper, sink, firstPlane + output, column, row);
            StoreRow(shape, lower, sink, firstPlane + output, column, row + 1);
        }
    }

    private static void StoreRow<TSink>(ConvolutionShape shape, FourPixels pixels, TSink sink, int plane, int column, int row)
        where TSink : struct, IPlaneSink
    {
        StorePixel(shape, pixels.A, sink, plane, column, row);
        StorePixel(shape, pixels.B, sink, plane, column + 1, row);
        StorePixel(shape, pixels.C, sink, plane, column + 2, row);
        StorePixel(shape, pixels.D, sink, plane, column + 3, row);
    }

    private static void StorePixel<TSink>(ConvolutionShape shape, float sum, TSink sink, int plane, int column, int row)
        where TSink : struct, IPlaneSink
    {
        if (column < shape.Width && row < shape.Height)
        {
            sink.Store(plane, shape.TargetOf(column, row), shape.Activate(sum));
        }
    }
}
