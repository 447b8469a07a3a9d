using FastSeg.Gpu;
using FastSeg.Kernels;
using ILGPU;
using ILGPU.Runtime;

namespace FastSeg.Deep.Tokens;

/// <summary>
/// The twin of <see cref="LowResolutionPlanesCpu"/> on a GPU, with the same bits: brings low-resolution features to full resolution for a
/// tile's core. It needs no scratch.
/// </summary>
internal sealed class LowResolutionPlanesGpu<TSink> where TSink : struct, IPlaneSink
{
    private readonly GpuDevice _device;
    private readonly Action<AcceleratorStream, KernelConfig, CellMap, TSink, int> _kernel;

    /// <summary>Compiles the kernel.</summary>
    /// <param name="device">The device.</param>
    /// <param name="bilinear">Bilinear, or nearest.</param>
    public LowResolutionPlanesGpu(GpuDevice device, bool bilinear)
    {
        _device = device;
        device.Load(bilinear ? FastSeg.Kernels.Resize.Bilinear<TSink> : FastSeg.Kernels.Resize.Nearest<TSink>, out _kernel);
    }

    /// <summary>Computes a tile's core.</summary>
    /// <param name="stream">Where it is launched.</param>
    /// <param name="map">The features of the whole image; its core is set here.</param>
    /// <param name="core">What to compute, in pixels of the image.</param>
    /// <param name="sink">Takes the core's pixels.</param>
    /// <param name="firstPlane">The plane of channel 0.</param>
    public void Run(AcceleratorStream stream, CellMap map, Region core, TSink sink, int firstPlane)
    {
        (map.X, map.Y, map.Width, map.Height) = checked(((int)core.X, (int)core.Y, (int)core.Width, (int)core.Height));
        int rows = _device.GroupRows;
        var config = new KernelConfig(
            new Index3D((map.Width + GpuDevice.GroupColumns - 1) / GpuDevice.GroupColumns, (map.Height + rows - 1) / rows, 1),
            new Index3D(GpuDevice.GroupColumns, rows, 1));
        _kernel(stream, config, map, sink, firstPlane);
    }
}
