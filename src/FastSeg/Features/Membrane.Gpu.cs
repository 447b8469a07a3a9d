using FastSeg.Gpu;
using FastSeg.Kernels;
using ILGPU;
using ILGPU.Runtime;
using MembraneKernels = FastSeg.Kernels.Membrane;

namespace FastSeg.Features;

/// <summary>Launches the membrane's kernel: straight-line code for the default geometry, one that reads tables for any other.</summary>
internal sealed class MembraneGpu<TSink> where TSink : struct, IPlaneSink
{
    private readonly GpuDevice _device;
    private readonly MembraneTablesGpu? _tables;
    private readonly Action<AcceleratorStream, KernelConfig, PlaneWindow, TileShape, int, TSink>? _default;
    private readonly Action<AcceleratorStream, KernelConfig, PlaneWindow, TileShape, MembraneTables, int, TSink>? _any;

    /// <summary>Compiles the kernel.</summary>
    /// <param name="device">The device.</param>
    /// <param name="tables">The lines; null for those of the default geometry.</param>
    public MembraneGpu(GpuDevice device, MembraneTablesGpu? tables)
    {
        _device = device;
        _tables = tables;
        if (tables is null)
        {
            device.Load(MembraneKernels.Default<TSink>, out _default);
        }
        else
        {
            device.Load(MembraneKernels.Any<TSink>, out _any);
        }
    }

    /// <summary>Stores the six planes, from <paramref name="plane"/> on.</summary>
    public void Run(AcceleratorStream stream, PlaneWindow pixels, TileShape shape, int plane, TSink sink)
    {
        int width = shape.CoreWidth, height = shape.CoreHeight;
        if (_tables is null)
        {
            KernelConfig config = PlaneGroups.Over(width, height, _device.GroupRows, GpuDevice.GroupColumns, MembraneKernels.ThreadRows);
            _default!(stream, config, pixels, shape, plane, sink);
        }
        else
        {
            KernelConfig config = PlaneGroups.Over(width, height, MembraneKernels.AnyGroupRows, GpuDevice.GroupColumns);
            _any!(stream, config, pixels, shape, _tables.Tables, plane, sink);
        }
    }
}
