using FastSeg.Gpu;
using FastSeg.Kernels;
using ILGPU;
using ILGPU.Runtime;
using DerivativesKernels = FastSeg.Kernels.Derivatives;

namespace FastSeg.Features;

/// <summary>Launches the kernel that makes the derivatives of one blur and the planes derived from them.</summary>
internal sealed class DerivativesGpu<TSink> where TSink : struct, IPlaneSink
{
    private readonly GpuDevice _device;
    private readonly Action<AcceleratorStream, KernelConfig, PlaneWindow, TileShape, DerivativePlanes, TSink> _run;

    /// <summary>Compiles the kernel.</summary>
    public DerivativesGpu(GpuDevice device)
    {
        _device = device;
        device.Load(DerivativesKernels.Run<TSink>, out _run);
    }

    /// <summary>Stores the planes of the tile's core; which ones, and under what numbers, <paramref name="planes"/> says.</summary>
    public void Run(AcceleratorStream stream, PlaneWindow blur, TileShape shape, DerivativePlanes planes, TSink sink) => _run(
        stream,
        PlaneGroups.Over(shape.CoreWidth, shape.CoreHeight, _device.GroupRows, GpuDevice.GroupColumns, DerivativesKernels.ThreadRows),
        blur,
        shape,
        planes,
        sink);
}
