using FastSeg.Gpu;
using FastSeg.Kernels;
using ILGPU;
using ILGPU.Runtime;
using MembraneKernels = FastSeg.Kernels.Membrane;

namespace FastSeg.Features;

/// <summary>A membrane geometry in device memory, as <see cref="MembraneTables"/> describes it.</summary>
internal sealed class MembraneTablesGpu : IDisposable
{
    private readonly DeviceTable<int> _program;
    private readonly DeviceTable<int> _firstEntry;
    private readonly DeviceTable<float> _reciprocals;
    private readonly DeviceTable<int> _comparators;
    private readonly int _angles;

    /// <summary>Uploads the tables.</summary>
    public MembraneTablesGpu(GpuDevice device, MembraneGeometry geometry)
    {
        MembraneProgram program = new(new MembranePlan(geometry));
        _angles = geometry.Angles;
        _program = new DeviceTable<int>(device, [.. program.Entries]);
        _firstEntry = new DeviceTable<int>(device, program.FirstEntry);
        _reciprocals = new DeviceTable<float>(device, program.Reciprocals);
        _comparators = new DeviceTable<int>(device, program.Comparators);
    }

    /// <summary>Bytes on the device.</summary>
    public static long Bytes(MembraneGeometry geometry)
    {
        MembraneProgram program = new(new MembranePlan(geometry));
        return DeviceTable<int>.Bytes(program.Entries.Count) + DeviceTable<int>.Bytes(program.FirstEntry.Length)
            + DeviceTable<float>.Bytes(program.Reciprocals.Length) + DeviceTable<int>.Bytes(program.Comparators.Length);
    }

    /// <summary>The kernel's parameter.</summary>
    public MembraneTables Tables => new()
    {
        Program = _program.View,
        FirstEntry = _firstEntry.View,
        Reciprocals = _reciprocals.View,
        Comparators = _comparators.View,
        Angles = _angles,
        Share = 1f / _angles,
    };

    /// <inheritdoc/>
    public void Dispose()
    {
        _program.Dispose();
        _firstEntry.Dispose();
        _reciprocals.Dispose();
        _comparators.Dispose();
    }
}

/// <summary>Launches the membrane: straight-line code for the default geometry, tables for any other.</summary>
internal sealed class MembraneGpu<TSink> where TSink : struct, IPlaneSink
{
    private readonly GpuDevice _device;
    private readonly MembraneTablesGpu? _tables;
    private readonly Action<AcceleratorStream, KernelConfig, PlaneWindow, TileShape, int, TSink>? _default;
    private readonly Action<AcceleratorStream, KernelConfig, PlaneWindow, TileShape, MembraneTables, int, TSink>? _any;

    /// <summary>Compiles the kernel.</summary>
    /// <param name="device">The device.</param>
    /// <param name="tables">The geometry; null for the default one.</param>
    public MembraneGpu(GpuDevice device, MembraneTablesGpu? tables)
    {
        _device = device;
        _tables = tables;
        if (tables is null)
        {
            _default = device.Accelerator.LoadKernel<PlaneWindow, TileShape, int, TSink>(MembraneKernels.Default);
        }
        else
        {
            _any = device.Accelerator.LoadKernel<PlaneWindow, TileShape, MembraneTables, int, TSink>(MembraneKernels.Any);
        }
    }

    /// <summary>Stores the six planes of the core.</summary>
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
