using FastSeg.Gpu;
using FastSeg.Kernels;
using ILGPU;
using ILGPU.Runtime;
using DiskKernels = FastSeg.Kernels.Disk;

namespace FastSeg.Features;

/// <summary>Launches the kernel of mean, minimum and maximum over a disk.</summary>
internal sealed class DiskGpu<TSink> where TSink : struct, IPlaneSink
{
    private readonly GpuDevice _device;
    private readonly Action<AcceleratorStream, KernelConfig, PlaneWindow, TileShape, ArrayView<int>, int, float, DiskPlanes, TSink> _run;

    /// <summary>Compiles the kernel.</summary>
    public DiskGpu(GpuDevice device)
    {
        _device = device;
        device.Load(DiskKernels.Run<TSink>, out _run);
    }

    /// <summary>Stores the planes of one disk.</summary>
    public void Run(
        AcceleratorStream stream, PlaneWindow pixels, TileShape shape, in Disk disk, ArrayView<int> halfWidths, DiskPlanes planes,
        TSink sink) => _run(
        stream,
        PlaneGroups.Over(shape.CoreWidth, shape.CoreHeight, _device),
        pixels,
        shape,
        halfWidths,
        disk.Radius,
        1f / disk.Pixels,
        planes,
        sink);
}
