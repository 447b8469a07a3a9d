using FastSeg.Gpu;
using FastSeg.Kernels;
using ILGPU;
using ILGPU.Runtime;

namespace FastSeg.Deep.Convolutions;

/// <summary>
/// Launches the convolution behind a doubling: first <see cref="Doubling.Columns"/> into sums, then <see cref="Doubling.Rows"/>.
/// </summary>
internal sealed class DoublingConvolutionGpu<TSink> where TSink : struct, IPlaneSink
{
    private readonly GpuDevice _device;
    private readonly Align _align;
    private readonly Action<AcceleratorStream, KernelConfig, ConvolutionShape, ConvolutionSource, ArrayView<float>, FloatSink> _columns;
    private readonly Action<AcceleratorStream, KernelConfig, ConvolutionShape, ConvolutionSource, ArrayView<float>, TSink, int> _rows;

    /// <summary>Compiles the kernels.</summary>
    /// <param name="device">The device.</param>
    /// <param name="align">Where doublings take their values; sources say the same in numbers.</param>
    public DoublingConvolutionGpu(GpuDevice device, Align align)
    {
        (_device, _align) = (device, align);
        device.Load(Doubling.Columns, out _columns);
        device.Load(Doubling.Rows<TSink>, out _rows);
    }

    /// <summary>Launches both steps.</summary>
    /// <param name="stream">Where it is launched.</param>
    /// <param name="shape">What is computed, in pixels of the doubled whole.</param>
    /// <param name="source">What is doubled, at least the region's window.</param>
    /// <param name="weights">Input channel, tap, output padded to fours.</param>
    /// <param name="bias">One value an output, padded alike.</param>
    /// <param name="scratch">Takes the sums: window rows x outputs x the source's rows that are needed x the region's columns.</param>
    /// <param name="sink">Takes the pixels.</param>
    /// <param name="firstPlane">The plane of output 0.</param>
    public void Run(
        AcceleratorStream stream,
        in ConvolutionShape shape,
        in ConvolutionSource source,
        ArrayView<float> weights,
        ArrayView<float> bias,
        ArrayView<float> scratch,
        TSink sink,
        int firstPlane)
    {
        (int low, int high) = SourceRows(shape.Y, shape.Y + shape.Height - 1, source.WholeHeight, _align);
        ConvolutionShape half = shape with { Y = low, Height = high - low + 1, WholeHeight = source.WholeHeight };
        ConvolutionSource sums = source with
        {
            Planes = scratch,
            Channels = Doubling.Window * shape.Outputs,
            X = shape.X,
            Y = low,
            Width = shape.Width,
            Height = half.Height,
        };
        var grid = new Index3D(
            GpuDevice.Groups(half.Width, Doubling.TileColumns),
            GpuDevice.Groups(half.Height, Doubling.TileRows),
            GpuDevice.Groups(Doubling.Window * shape.Quads, _device.GroupRows));
        var group = new Index3D(GpuDevice.GroupColumns, _device.GroupRows, 1);
        _columns(stream, (grid, group), half, source, weights, new FloatSink { Planes = scratch, PlaneStride = sums.PlaneStride });
        _rows(stream, _device.Cover(shape.Width, shape.Height, shape.Quads), shape, sums, bias, sink, firstPlane);
    }

    /// <summary>Rows of the source that rows of the result need.</summary>
    public static (int Low, int High) SourceRows(int first, int last, int source, Align align)
    {
        const int Reach = Doubling.Window / 2;
        int low = Math.Max(0, first - Reach), high = Math.Min((2 * source) - 1, last + Reach);
        return (Resize.Doubled(low, source, align).First, Resize.Doubled(high, source, align).Second);
    }
}
