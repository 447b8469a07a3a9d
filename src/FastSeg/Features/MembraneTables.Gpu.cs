using FastSeg.Gpu;
using FastSeg.Kernels;

namespace FastSeg.Features;

/// <summary>The lines of a membrane geometry in device memory, in the form of <see cref="MembraneTables"/>.</summary>
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

    /// <summary>Bytes of the tables on the device.</summary>
    public static long Bytes(MembraneGeometry geometry)
    {
        MembraneProgram program = new(new MembranePlan(geometry));
        return DeviceTable<int>.Bytes(program.Entries.Count) + DeviceTable<int>.Bytes(program.FirstEntry.Length)
            + DeviceTable<float>.Bytes(program.Reciprocals.Length) + DeviceTable<int>.Bytes(program.Comparators.Length);
    }

    /// <summary>The tables as the kernel takes them.</summary>
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
