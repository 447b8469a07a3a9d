using ILGPU;
using ILGPU.Runtime;

namespace FastSeg.Gpu;

/// <summary>Constants of a run in device memory, uploaded when the table is made. Made and disposed on the device's thread.</summary>
internal sealed class DeviceTable<T> : IDisposable where T : unmanaged
{
    private readonly DeviceArena _arena;

    /// <summary>Uploads the values. Where there are none, the view is empty.</summary>
    public DeviceTable(GpuDevice device, ReadOnlySpan<T> values)
    {
        _arena = new DeviceArena(device, Bytes(values.Length));
        View = _arena.Take((long)values.Length * Interop.SizeOf<T>()).Cast<T>();
        if (values.Length > 0)
        {
            View.CopyFromCPU(values.ToArray());
        }
    }

    /// <summary>The values on the device.</summary>
    public ArrayView<T> View { get; }

    /// <summary>Bytes that so many values take; never 0, because some devices have no empty buffers.</summary>
    public static long Bytes(long count) => DeviceArena.Aligned(Math.Max(1, count * Interop.SizeOf<T>()));

    /// <inheritdoc/>
    public void Dispose() => _arena.Dispose();
}
