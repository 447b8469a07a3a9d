using ILGPU;

namespace FastSeg.Kernels;

/// <summary>
/// 3 x 3 convolution of one or two sources (the second one's channels follow the first one's), with bias and leaky ReLU. A group computes
/// 32 x 8 pixels of up to eight fours of outputs; input channels come through shared memory eight at a time, resized on the way.
/// </summary>
/// <remarks>
/// A warp has one four of outputs; a lane 4 columns x 2 rows of them: 32 sums, in registers from first to last. An input channel costs a
/// lane 24 reads of the tile and 36 of the weights (the same for the whole warp, so broadcast) for 288 fused multiply-adds: 4.8 a read,
/// and an SM issues 4 for each read, so arithmetic is the bound. The loop over channels reads behind two bases, of the tile and of the
/// weights, at constant places, which the assembler folds into the reads: 334 instructions are left of it. The
/// tile's rows lie in pairs, a pair 77 floats (1 mod 4) behind the last, so that the four rows of lanes read disjoint sets of banks.
/// Counts: 18 flops a pixel, input and output channel. Traffic a pixel: 4 x 1.33 (the 34 x 10 window of 32 x 8 pixels; mostly from L2)
/// bytes an input channel for each pass of 32 outputs, and 4 bytes written an output. Shared: 21.5 KB (tile 12.3, weights 9.2), groups of
/// 32 x 8 threads; 96 registers a thread, two groups an SM. Share of the multiply-add rate by count: 288 / 334 = 0.86 in the loop,
/// and 0.69 for 32 channels to 32 with the staging, whose PTX is 312 instructions a thread and eight channels: 0.51 of what it was.
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
    private const int SecondRow = 40, PairStride = 77, LaneFloats = PairStride + SecondRow + 6;
    private const int ChannelStride = (ReadRows / 2) * PairStride, Outputs = MostQuads * WarpOutputs;

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
        for (int begin = 0, count; begin < channels; begin += count)
        {
            // A chunk's channels come from one source.
            bool inFirst = begin < first.Channels;
            ConvolutionSource source = inFirst ? first : second;
            int channel = inFirst ? begin : begin - first.Channels;
            count = Math.Min(Chunk, source.Channels - channel);
            if (source.Mapping == ConvolutionSource.Same)
            {
                StageSame(shape, source, tile, shape.X + left - 1, shape.Y + top - 1, channel, count);
            }
            else
            {
                StageResized(shape, source, tile, shape.X + left - 1, shape.Y + top - 1, channel, count);
            }
            StageWeights(shape, weights, taps, begin, count);
            GroupBarrier.Wait();
            if (computes)
            {
                for (int i = 0; i < count; i++)
                {
                    sums = Add(sums, tile, at + (i * ChannelStride), taps, (i * Window * Outputs) + (warp * WarpOutputs));
                }
            }
            GroupBarrier.Wait();
        }
        if (computes)
        {
            Store(shape, sums, sink, firstPlane, quad * 4, left + (lane % 8 * 4), top + (lane / 8 * 2));
        }
    }

    /// <summary>Brings some channels of the group's tile and its border into shared memory, of a source of the layer's size.</summary>
    private static void StageSame(
        ConvolutionShape shape, ConvolutionSource source, ArrayView<float> tile, int left, int top, int channel, int count)
    {
        int thread = (Group.IdxY * Group.DimX) + Group.IdxX, threads = Group.DimX * Group.DimY, stride = source.PlaneStride;
        for (int position = thread; position < ReadColumns * ReadRows; position += threads)
        {
            int row = position / ReadColumns, column = position - (row * ReadColumns);
            // Beyond the layer its nearest pixel is read, which is stored, and where zeros belong there is not taken.
            bool zero = shape.IsZero(left + column, top + row);
            int x = shape.ReadX(left + column) - source.X, y = shape.ReadY(top + row) - source.Y;
            int from = (channel * stride) + (y * source.Width) + x;
            ArrayView<float> to = tile.SubView(Place(row, column), ((Chunk - 1) * ChannelStride) + 1);
            if (count == Chunk)
            {
                // The address is made once, and each plane lies a stride behind the one before.
                ArrayView<float> plane = source.Planes.SubView(from);
                float a = plane[0];
                plane = plane.SubView(stride);
                float b = plane[0];
                plane = plane.SubView(stride);
                float c = plane[0];
                plane = plane.SubView(stride);
                float d = plane[0];
                plane = plane.SubView(stride);
                float e = plane[0];
                plane = plane.SubView(stride);
                float f = plane[0];
                plane = plane.SubView(stride);
                float g = plane[0];
                plane = plane.SubView(stride);
                float h = plane[0];
                to[0] = zero ? 0 : a;
                to[ChannelStride] = zero ? 0 : b;
                to[2 * ChannelStride] = zero ? 0 : c;
                to[3 * ChannelStride] = zero ? 0 : d;
                to[4 * ChannelStride] = zero ? 0 : e;
                to[5 * ChannelStride] = zero ? 0 : f;
                to[6 * ChannelStride] = zero ? 0 : g;
                to[7 * ChannelStride] = zero ? 0 : h;
            }
            else
            {
                for (int i = 0; i < count; i++)
                {
                    float value = source.Planes[from + (i * stride)];
                    to[i * ChannelStride] = zero ? 0 : value;
                }
            }
        }
    }

    /// <summary>The same of a source that is resized on the way.</summary>
    private static void StageResized(
        ConvolutionShape shape, ConvolutionSource source, ArrayView<float> tile, int left, int top, int channel, int count)
    {
        int thread = (Group.IdxY * Group.DimX) + Group.IdxX, threads = Group.DimX * Group.DimY;
        for (int position = thread; position < ReadColumns * ReadRows; position += threads)
        {
            int row = position / ReadColumns, column = position - (row * ReadColumns);
            bool zero = shape.IsZero(left + column, top + row);
            int to = Place(row, column);
            // Where the pixel lies in the source is the same for all channels, so it is found once.
            SourcePlace place = source.Place(shape.ReadX(left + column), shape.ReadY(top + row));
            for (int i = channel; i < channel + count; i++)
            {
                tile[to] = zero ? 0 : source.Load(place, i);
                to += ChannelStride;
            }
        }
    }

    /// <summary>Where a pixel of a channel lies in the tile.</summary>
    private static int Place(int row, int column) => (row / 2 * PairStride) + (row % 2 * SecondRow) + column;

    /// <summary>Brings the weights of some channels and all of the group's outputs into shared memory; a warp copies lines of 32.</summary>
    private static void StageWeights(ConvolutionShape shape, ArrayView<float> weights, ArrayView<float> taps, int begin, int count)
    {
        int padded = shape.Quads * WarpOutputs, output = (Grid.IdxZ * shape.GroupQuads * WarpOutputs) + Group.IdxX;
        int from = (((begin * Window) + Group.IdxY) * padded) + output, to = (Group.IdxY * Outputs) + Group.IdxX;
        for (int end = count * Window * Outputs; to < end; to += Group.DimY * Outputs)
        {
            taps[to] = output < padded ? weights[from] : 0;
            from += Group.DimY * padded;
        }
    }

    /// <summary>One input channel: four rows of six values, and nine weights for each of four outputs.</summary>
    private static ConvolutionSums Add(ConvolutionSums sums, ArrayView<float> tile, int at, ArrayView<float> taps, int weight)
    {
        tile = tile.SubView(at, LaneFloats);
        taps = taps.SubView(weight, ((Window - 1) * Outputs) + WarpOutputs);
        PixelRow a = PixelRow.Read(tile, 0), b = PixelRow.Read(tile, SecondRow);
        PixelRow c = PixelRow.Read(tile, PairStride), d = PixelRow.Read(tile, PairStride + SecondRow);
        TapWindow w = TapWindow.Read(taps, 0, Outputs);
        sums.Upper0 = sums.Upper0.Add(a, w.Row0).Add(b, w.Row1).Add(c, w.Row2);
        sums.Lower0 = sums.Lower0.Add(b, w.Row0).Add(c, w.Row1).Add(d, w.Row2);
        w = TapWindow.Read(taps, 1, Outputs);
        sums.Upper1 = sums.Upper1.Add(a, w.Row0).Add(b, w.Row1).Add(c, w.Row2);
        sums.Lower1 = sums.Lower1.Add(b, w.Row0).Add(c, w.Row1).Add(d, w.Row2);
        w = TapWindow.Read(taps, 2, Outputs);
        sums.Upper2 = sums.Upper2.Add(a, w.Row0).Add(b, w.Row1).Add(c, w.Row2);
        sums.Lower2 = sums.Lower2.Add(b, w.Row0).Add(c, w.Row1).Add(d, w.Row2);
        w = TapWindow.Read(taps, 3, Outputs);
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
