using ILGPU;

namespace FastSeg.Kernels;

/// <summary>
/// Convolution with any odd window, for the low-resolution cells (5 x 5): a thread computes one pixel of four outputs.
/// </summary>
/// <remarks>
/// Counts: 50 flops a cell, input and output channel for 5 x 5, so with 32 channels both of the network's come to 102 kFLOP a cell:
/// 0.5 kFLOP a pixel of the image (patch 14), under 1 % of the network. A tap costs 1 load of the input and 4 of the weights for 4 fused
/// multiply-adds; all of it comes from the caches, so loads are the bound, by prediction 7 TFLOP/s on an H100. Groups of 32 x 8 threads,
/// no shared memory.
/// </remarks>
public static class CellConvolution
{
    /// <summary>The device function; grid: columns, rows, fours of outputs.</summary>
    /// <param name="shape">What is computed.</param>
    /// <param name="source">What is read.</param>
    /// <param name="weights">Input channel, tap (row by row), output padded to fours.</param>
    /// <param name="bias">One value an output, padded alike.</param>
    /// <param name="sink">Takes the region's pixels.</param>
    public static void Run(
        ConvolutionShape shape, ConvolutionSource source, ArrayView<float> weights, ArrayView<float> bias, FloatSink sink)
    {
        int column = (Grid.IdxX * Group.DimX) + Group.IdxX, row = (Grid.IdxY * Group.DimY) + Group.IdxY, output = Grid.IdxZ * 4;
        if (column < shape.Width && row < shape.Height)
        {
            int window = shape.Kernel * shape.Kernel, padded = shape.Quads * 4, step = window * padded;
            float a = bias[output], b = bias[output + 1], c = bias[output + 2], d = bias[output + 3];
            // Four outputs' sums: each value that is loaded serves all four.
            for (int tap = 0; tap < window; tap++)
            {
                int tapRow = tap / shape.Kernel, reach = shape.Kernel / 2;
                int x = shape.X + column + tap - (tapRow * shape.Kernel) - reach, y = shape.Y + row + tapRow - reach;
                if (!shape.IsZero(x, y))
                {
                    SourcePlace place = source.Place(shape.ReadX(x), shape.ReadY(y));
                    int weight = (tap * padded) + output;
                    for (int channel = 0; channel < source.Channels; channel++)
                    {
                        float value = source.Load(place, channel);
                        a = Fma.Of(weights[weight], value, a);
                        b = Fma.Of(weights[weight + 1], value, b);
                        c = Fma.Of(weights[weight + 2], value, c);
                        d = Fma.Of(weights[weight + 3], value, d);
                        weight += step;
                    }
                }
            }
            int pixel = (row * shape.Width) + column;
            Store(shape, sink, output, pixel, a);
            Store(shape, sink, output + 1, pixel, b);
            Store(shape, sink, output + 2, pixel, c);
            Store(shape, sink, output + 3, pixel, d);
        }
    }

    private static void Store(ConvolutionShape shape, FloatSink sink, int output, int pixel, float sum)
    {
        if (output < shape.Outputs)
        {
            sink.Store(output, pixel, shape.Activate(sum));
        }
    }
}
