using FastSeg.Gpu;
using FastSeg.Kernels;
using ILGPU;
using ILGPU.Runtime;
using Kernel = FastSeg.Kernels.Convolution;

namespace FastSeg.Deep.Convolutions;

/// <summary>Launches the 3 x 3 convolution.</summary>
internal sealed class ConvolutionGpu<TSink> where TSink : struct, IPlaneSink
{
    private readonly GpuDevice _device;
    private readonly Action<
        AcceleratorStream, KernelConfig, ConvolutionShape, ConvolutionSource, ConvolutionSource, ArrayView<float>, ArrayView<float>, TSink,
        int> _run;

    /// <summary>Compiles the kernel.</summary>
    public ConvolutionGpu(GpuDevice device)
    {
        _device = device;
        device.Load(Kernel.Run<TSink>, out _run);
    }

    /// <summary>Launches it.</summary>
    /// <param name="stream">Where it is launched.</param>
    /// <param name="shape">What is computed; how many outputs a group takes is set here.</param>
    /// <param name="first">The first source.</param>
    /// <param name="second">The second source, or null.</param>
    /// <param name="weights">Input channel, tap, output padded to fours.</param>
    /// <param name="bias">One value an output, padded alike.</param>
    /// <param name="sink">Takes the pixels.</param>
    /// <param name="firstPlane">The plane of output 0.</param>
    public void Run(
        AcceleratorStream stream,
        ConvolutionShape shape,
        in ConvolutionSource first,
        ConvolutionSource? second,
        ArrayView<float> weights,
        ArrayView<float> bias,
        TSink sink,
        int firstPlane)
    {
        int most = Math.Min(_device.GroupRows, Kernel.MostQuads);
        // As few passes as possible, all of about the same size: 17 fours of outputs go as 6, 6 and 5.
        shape.GroupQuads = GpuDevice.Groups(shape.Quads, GpuDevice.Groups(shape.Quads, most));
        var grid = new Index3D(
            GpuDevice.Groups(shape.Width, Kernel.TileColumns),
            GpuDevice.Groups(shape.Height, Kernel.TileRows),
            GpuDevice.Groups(shape.Quads, shape.GroupQuads));
        var group = new Index3D(GpuDevice.GroupColumns, _device.GroupRows, 1);
        ConvolutionSource none = first with { Channels = 0, Mapping = ConvolutionSource.Same };
        _run(stream, (grid, group), shape, first, second ?? none, weights, bias, sink, firstPlane);
    }
}
