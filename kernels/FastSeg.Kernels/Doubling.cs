using ILGPU;

namespace FastSeg.Kernels;

/// <summary>
/// A 5 x 5 convolution behind a bilinear doubling, computed in the other order: each tap's 1 x 1 convolution runs
/// before the doubling, on a quarter of the pixels. Its products are then shifted and interpolated, along x (<see cref="Columns"/>) and
/// along y (<see cref="Rows"/>). Exact for both paddings; DoublingConvolution, its twin on the CPU, says why.
/// </summary>
/// <remarks>
/// Columns: a warp has one row of the window and four outputs, a lane one column of the source x 4 rows x 5 taps: 80 sums in registers.
/// An input channel costs a lane 4 reads of the tile and 20 of the weights (broadcast) for 80 multiply-adds, 184 instructions as
/// compiled, about 110 with folded addresses, and some 41 (22) of staging. Then, tap by tap through shared memory, 16 writes, 64 reads
/// and 64 multiply-adds for two columns of the result: 2,400 (1,120) instructions for the five. A group makes 56 columns x 4 rows of up
/// to eight such pairs out of 32 x 4 pixels of the source. A pixel of the result with 32 channels: 12,800 flops of products and 1,600
/// of shifting without the groups' overlap; 29,700 (16,500) instructions with it and the rows that bands share. It reads 32 bytes and
/// writes 320. Rows: 10 reads and multiply-adds an output, 105 (48) instructions; 320 bytes read and 128 written. Against both plain
/// convolutions' 36.9 kFLOP and 38,900 (25,300) instructions: predicted 0.86 to 1.4 Gpx/s instead of 0.74 to 1.1 on an H100, 0.38 to
/// 0.55 instead of 0.40 to 0.62 on an A10, where memory is the bound; with 128 channels 0.072 to 0.12 instead of 0.046 to 0.071, and
/// 0.036 to 0.058 instead of 0.025 to 0.039. Shared bytes of Columns: 25,600. Groups of 32 x 8 threads; about 150 registers a thread of
/// Columns, one group a multiprocessor.
/// </remarks>
public static class Doubling
{
    /// <summary>Taps a side.</summary>
    public const int Window = 5;

    /// <summary>Columns of the result that a group of <see cref="Columns"/> makes: the widest whose taps lie between 32 columns.</summary>
    public const int TileColumns = 56;

    /// <summary>Rows of the source, and of the sums, that a group of <see cref="Columns"/> makes.</summary>
    public const int TileRows = 4;

    private const int Reach = Window / 2, Warp = 32, MaxWarps = 8, Quad = 4, Chunk = 8;
    private const int TilePixels = Warp * TileRows, WarpTaps = Window * Quad, SpreadFloats = (((Quad * TileRows) - 1) * Warp) + 1;

    /// <summary>
    /// Products and their interpolation along x; grid: tiles across, tiles down, the window's rows times fours of outputs over a group's
    /// rows. Plane <c>window row * outputs + output</c> of the result is the sum of a window's row.
    /// </summary>
    /// <param name="shape">Columns of the doubled whole, rows of the source; outputs, padding.</param>
    /// <param name="source">What is doubled.</param>
    /// <param name="weights">Input channel, tap (row by row), output padded to fours.</param>
    /// <param name="sums">Takes the region.</param>
    public static void Columns(ConvolutionShape shape, ConvolutionSource source, ArrayView<float> weights, FloatSink sums)
    {
        ArrayView<float> tile = SharedMemory.Allocate<float>(Chunk * TilePixels);
        ArrayView<float> taps = SharedMemory.Allocate<float>(Chunk * MaxWarps * WarpTaps);
        ArrayView<float> spread = SharedMemory.Allocate<float>(MaxWarps * Quad * TilePixels);
        int lane = Group.IdxX, warp = Group.IdxY, job = (Grid.IdxZ * Group.DimY) + warp;
        int left = shape.X + (Grid.IdxX * TileColumns), top = shape.Y + (Grid.IdxY * TileRows);
        int sourceLeft = DoubledPlace.At(left - Reach, shape.WholeWidth, source.WholeWidth, source.RatioX, source.Offset, 0).First;
        var products = new DoublingSums();
        for (int begin = 0; begin < source.Channels; begin += Chunk)
        {
            int count = Math.Min(Chunk, source.Channels - begin);
            StageTile(source, tile, sourceLeft, top, begin, count);
            StageTaps(shape, weights, taps, begin, count);
            GroupBarrier.Wait();
            for (int channel = 0; channel < count; channel++)
            {
                products = Add(products, tile, (channel * TilePixels) + lane, taps, ((channel * MaxWarps) + warp) * WarpTaps);
            }
            GroupBarrier.Wait();
        }
        // A lane gathers two columns of the result. The second one is kept inside the tile, even where it is not stored.
        int warpSpread = warp * Quad * TilePixels, near = left + lane - Reach, far = left + Math.Min(lane + Warp, TileColumns - 1) - Reach;
        TapSums first = new(), second = new();
        Spread(products.Tap0, spread, warpSpread + lane);
        first = Gather(first, spread, warpSpread - sourceLeft, near, shape, source);
        second = Gather(second, spread, warpSpread - sourceLeft, far, shape, source);
        GroupBarrier.Wait();
        Spread(products.Tap1, spread, warpSpread + lane);
        first = Gather(first, spread, warpSpread - sourceLeft, near + 1, shape, source);
        second = Gather(second, spread, warpSpread - sourceLeft, far + 1, shape, source);
        GroupBarrier.Wait();
        Spread(products.Tap2, spread, warpSpread + lane);
        first = Gather(first, spread, warpSpread - sourceLeft, near + 2, shape, source);
        second = Gather(second, spread, warpSpread - sourceLeft, far + 2, shape, source);
        GroupBarrier.Wait();
        Spread(products.Tap3, spread, warpSpread + lane);
        first = Gather(first, spread, warpSpread - sourceLeft, near + 3, shape, source);
        second = Gather(second, spread, warpSpread - sourceLeft, far + 3, shape, source);
        GroupBarrier.Wait();
        Spread(products.Tap4, spread, warpSpread + lane);
        first = Gather(first, spread, warpSpread - sourceLeft, near + 4, shape, source);
        second = Gather(second, spread, warpSpread - sourceLeft, far + 4, shape, source);
        int row = job / shape.Quads, output = (job - (row * shape.Quads)) * Quad, column = left - shape.X + lane;
        if (row < Window)
        {
            StoreColumn(shape, first, sums, row, output, column, top - shape.Y);
            if (lane + Warp < TileColumns)
            {
                StoreColumn(shape, second, sums, row, output, column + Warp, top - shape.Y);
            }
        }
    }

    /// <summary>Interpolation of the sums along y; grid: columns, rows, fours of outputs.</summary>
    /// <param name="shape">The region of the doubled whole.</param>
    /// <param name="sums">What <see cref="Columns"/> made: as wide as the region; its rows are the source's.</param>
    /// <param name="bias">One value an output, padded to fours.</param>
    /// <param name="sink">Takes the region.</param>
    /// <param name="firstPlane">The plane of output 0.</param>
    public static void Rows<TSink>(ConvolutionShape shape, ConvolutionSource sums, ArrayView<float> bias, TSink sink, int firstPlane)
        where TSink : struct, IPlaneSink
    {
        int column = (Grid.IdxX * Group.DimX) + Group.IdxX, row = (Grid.IdxY * Group.DimY) + Group.IdxY, output = Grid.IdxZ * Quad;
        if (column < shape.Width && row < shape.Height)
        {
            // Where there are fewer than four outputs left, the last one is read for the missing ones, which are not stored.
            int stride = sums.PlaneStride, last = ((shape.Outputs - 1) * stride) + column, p0 = (output * stride) + column;
            int p1 = Math.Min(p0 + stride, last), p2 = Math.Min(p1 + stride, last), p3 = Math.Min(p2 + stride, last);
            float a = bias[output], b = bias[output + 1], c = bias[output + 2], d = bias[output + 3];
            int windowRow = 0;
            for (int y = shape.Y + row - Reach; y <= shape.Y + row + Reach; y++)
            {
                DoubledPlace place = DoubledPlace.At(y, shape.WholeHeight, sums.WholeHeight, sums.RatioY, sums.Offset, shape.Zeros);
                int near = windowRow + ((place.First - sums.Y) * sums.Width), far = near + (place.Step * sums.Width);
                a = Between(a, sums.Planes, p0 + near, p0 + far, place);
                b = Between(b, sums.Planes, p1 + near, p1 + far, place);
                c = Between(c, sums.Planes, p2 + near, p2 + far, place);
                d = Between(d, sums.Planes, p3 + near, p3 + far, place);
                windowRow += shape.Outputs * stride;
            }
            int pixel = shape.TargetOf(column, row);
            Store(shape, sink, firstPlane, output, pixel, a);
            Store(shape, sink, firstPlane, output + 1, pixel, b);
            Store(shape, sink, firstPlane, output + 2, pixel, c);
            Store(shape, sink, firstPlane, output + 3, pixel, d);
        }
    }

    /// <summary>Brings some channels of 32 x 4 pixels of the source into shared memory.</summary>
    private static void StageTile(ConvolutionSource source, ArrayView<float> tile, int left, int top, int begin, int count)
    {
        // Columns and rows past the stored part are needed by no result that is stored; the last one stands in for them.
        int x = Math.Min(left + Group.IdxX, source.X + source.Width - 1) - source.X;
        for (int line = Group.IdxY; line < count * TileRows; line += Group.DimY)
        {
            int channel = line / TileRows, row = line - (channel * TileRows);
            int y = Math.Min(top + row, source.Y + source.Height - 1) - source.Y;
            tile[(line * Warp) + Group.IdxX] = source.Planes[((begin + channel) * source.PlaneStride) + (y * source.Width) + x];
        }
    }

    /// <summary>Brings each warp's weights into shared memory: five taps of one window row, four outputs.</summary>
    private static void StageTaps(ConvolutionShape shape, ArrayView<float> weights, ArrayView<float> taps, int begin, int count)
    {
        int thread = (Group.IdxY * Group.DimX) + Group.IdxX, threads = Group.DimX * Group.DimY, padded = shape.Quads * Quad;
        for (int i = thread; i < count * MaxWarps * WarpTaps; i += threads)
        {
            int line = i / WarpTaps, at = i - (line * WarpTaps), channel = line / MaxWarps;
            int job = (Grid.IdxZ * Group.DimY) + line - (channel * MaxWarps), row = job / shape.Quads, quad = job - (row * shape.Quads);
            int tap = (row * Window) + (at / Quad);
            taps[i] = row < Window ? weights[((((begin + channel) * Window * Window) + tap) * padded) + (quad * Quad) + (at % Quad)] : 0;
        }
    }

    private static DoublingSums Add(DoublingSums sums, ArrayView<float> tile, int at, ArrayView<float> taps, int tap)
    {
        tile = tile.SubView(at, (3 * Warp) + 1);
        taps = taps.SubView(tap, WarpTaps);
        var pixels = new FourPixels { A = tile[0], B = tile[Warp], C = tile[2 * Warp], D = tile[3 * Warp] };
        return new DoublingSums
        {
            Tap0 = sums.Tap0.Add(pixels, taps, 0),
            Tap1 = sums.Tap1.Add(pixels, taps, Quad),
            Tap2 = sums.Tap2.Add(pixels, taps, 2 * Quad),
            Tap3 = sums.Tap3.Add(pixels, taps, 3 * Quad),
            Tap4 = sums.Tap4.Add(pixels, taps, 4 * Quad),
        };
    }

    /// <summary>Shares one tap's products with the other lanes of the warp.</summary>
    private static void Spread(TapSums products, ArrayView<float> spread, int at)
    {
        products.Put(spread.SubView(at, SpreadFloats), Warp);
        GroupBarrier.Wait();
    }

    /// <summary>Adds one tap's products, interpolated at a column of the result.</summary>
    private static TapSums Gather(
        TapSums sums, ArrayView<float> spread, int at, int position, ConvolutionShape shape, ConvolutionSource source)
    {
        DoubledPlace place = DoubledPlace.At(position, shape.WholeWidth, source.WholeWidth, source.RatioX, source.Offset, shape.Zeros);
        ArrayView<float> near = spread.SubView(at + place.First, SpreadFloats);
        return sums.AddBetween(near, spread.SubView(at + place.First + place.Step, SpreadFloats), Warp, place);
    }

    private static void StoreColumn(ConvolutionShape shape, TapSums sums, FloatSink sink, int windowRow, int output, int column, int top)
    {
        if (column < shape.Width)
        {
            StoreOutput(shape, sums.Output0, sink, windowRow, output, column, top);
            StoreOutput(shape, sums.Output1, sink, windowRow, output + 1, column, top);
            StoreOutput(shape, sums.Output2, sink, windowRow, output + 2, column, top);
            StoreOutput(shape, sums.Output3, sink, windowRow, output + 3, column, top);
        }
    }

    private static void StoreOutput(ConvolutionShape shape, FourPixels rows, FloatSink sink, int windowRow, int output, int column, int top)
    {
        if (output < shape.Outputs)
        {
            int plane = (windowRow * shape.Outputs) + output;
            StoreRow(shape, sink, plane, column, top, rows.A);
            StoreRow(shape, sink, plane, column, top + 1, rows.B);
            StoreRow(shape, sink, plane, column, top + 2, rows.C);
            StoreRow(shape, sink, plane, column, top + 3, rows.D);
        }
    }

    private static void StoreRow(ConvolutionShape shape, FloatSink sink, int plane, int column, int row, float sum)
    {
        if (row < shape.Height)
        {
            sink.Store(plane, (row * shape.Width) + column, sum);
        }
    }

    private static float Between(float sum, ArrayView<float> sums, int near, int far, DoubledPlace place) =>
        Fma.Of(place.Far, sums[far], Fma.Of(place.Near, sums[near], sum));

    private static void Store<TSink>(ConvolutionShape shape, TSink sink, int firstPlane, int output, int pixel, float sum)
        where TSink : struct, IPlaneSink
    {
        if (output < shape.Outputs)
        {
            sink.Store(firstPlane + output, pixel, sum);
        }
    }
}
