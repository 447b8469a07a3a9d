using ILGPU;
using ILGPU.Runtime;

namespace FastSeg.Gpu;

/// <summary>One buffer of device memory that a plan's views are carved out of. Made and disposed on the device's thread.</summary>
internal sealed class DeviceArena : IDisposable
{
    /// <summary>Every view begins on a multiple of this, so that each starts a line of any device's memory.</summary>
    public const int Alignment = 256;

    private static long _allocations;

    private readonly MemoryBuffer1D<byte, Stride1D.Dense> _buffer;
    private long _used;

    /// <summary>Allocates the buffer.</summary>
    public DeviceArena(GpuDevice device, long bytes)
    {
        Interlocked.Increment(ref _allocations);
        _buffer = device.Accelerator.Allocate1D<byte>(Aligned(Math.Max(bytes, 1)));
    }

    /// <summary>Device buffers that this process allocated so far; tests see that tiles add none.</summary>
    public static long Allocations => Interlocked.Read(ref _allocations);

    /// <summary>Bytes of the buffer.</summary>
    public long Length => _buffer.Length;

    /// <summary>Bytes as they are carved.</summary>
    public static long Aligned(long bytes) => (bytes + Alignment - 1) / Alignment * Alignment;

    /// <summary>The next <paramref name="bytes"/>.</summary>
    /// <exception cref="InvalidOperationException">The plan counted less than is taken.</exception>
    public ArrayView<byte> Take(long bytes)
    {
        long first = _used;
        _used += Aligned(bytes);
        return _used <= _buffer.Length
            ? _buffer.View.AsContiguous().SubView(first, bytes)
            : throw new InvalidOperationException($"The device plan holds {_buffer.Length} bytes, but {_used} are taken.");
    }

    /// <inheritdoc/>
    public void Dispose() => _buffer.Dispose();
}
