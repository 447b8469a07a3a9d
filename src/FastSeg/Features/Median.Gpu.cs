using FastSeg.Gpu;
using FastSeg.Kernels;
using ILGPU;
using ILGPU.Runtime;
using MedianKernels = FastSeg.Kernels.Median;

namespace FastSeg.Features;

/// <summary>Launches the kernel of the median over a disk.</summary>
internal sealed class MedianGpu<TSink> where TSink : struct, IPlaneSink
{
    private readonly GpuDevice _device;
    private readonly Action<AcceleratorStream, KernelConfig, PlaneWindow, TileShape, ArrayView<int>, int, int, int, TSink> _run;

    /// <summary>Compiles the kernel.</summary>
    public MedianGpu(GpuDevice device)
    {
        _device = device;
        device.Load(MedianKernels.Run<TSink>, out _run);
    }

    /// <summary>Stores the plane of one disk.</summary>
    public void Run(
        AcceleratorStream stream, PlaneWindow pixels, TileShape shape, in Disk disk, ArrayView<int> halfWidths, int plane,
        TSink sink) => _run(
        stream,
        PlaneGroups.Over(shape.CoreWidth, shape.CoreHeight, _device),
        pixels,
        shape,
        halfWidths,
        disk.Radius,
        disk.Pixels / 2,
        plane,
        sink);
}
