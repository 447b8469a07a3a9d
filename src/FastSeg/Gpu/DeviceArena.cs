using ILGPU;
using ILGPU.Runtime;

namespace FastSeg.Gpu;

/// <summary>
/// One buffer of device memory, out of which a plan's views are carved one after the other. Made and disposed on the device's thread.
/// </summary>
internal sealed class DeviceArena : IDisposable
{
    /// <summary>Every view begins on a multiple of so many bytes, and so at the start of a line of any device's memory.</summary>
    public const int Alignment = 256;

    private static long _allocations;
    private static long _liveBytes;
    private static long _peakBytes;

    private readonly MemoryBuffer1D<byte, Stride1D.Dense> _buffer;
    private long _used;

    /// <summary>Allocates the buffer, at least one byte: ILGPU takes no empty ones.</summary>
    public DeviceArena(GpuDevice device, long bytes)
    {
        _buffer = device.Accelerator.Allocate1D<byte>(Aligned(Math.Max(bytes, 1)));
        Interlocked.Increment(ref _allocations);
        long live = Interlocked.Add(ref _liveBytes, _buffer.Length);
        _peakBytes = Math.Max(_peakBytes, live);
    }

    /// <summary>How many device buffers this process has allocated so far. By this number tests see that tiles add none.</summary>
    public static long Allocations => Interlocked.Read(ref _allocations);

    /// <summary>Bytes of buffers that are not disposed.</summary>
    public static long LiveBytes => Interlocked.Read(ref _liveBytes);

    /// <summary>Largest <see cref="LiveBytes"/> since <see cref="ResetPeak"/>: tests see that a plan counts every buffer.</summary>
    public static long PeakBytes => Interlocked.Read(ref _peakBytes);

    /// <summary>Lets <see cref="PeakBytes"/> begin anew with what is alive now.</summary>
    public static void ResetPeak() => Interlocked.Exchange(ref _peakBytes, LiveBytes);

    /// <summary>Bytes of the buffer.</summary>
    public long Length => _buffer.Length;

    /// <summary>Address of the first byte, for calls of the driver itself.</summary>
    public nint Address => _buffer.NativePtr;

    /// <summary>Bytes that a view of so many takes, rounded up to <see cref="Alignment"/>.</summary>
    public static long Aligned(long bytes) => (bytes + Alignment - 1) / Alignment * Alignment;

    /// <summary>A part of a view, which may be empty: ILGPU's SubView takes no empty ones.</summary>
    public static ArrayView<T> Part<T>(ArrayView<T> view, long first, long count) where T : unmanaged =>
        count == 0 ? ArrayView<T>.Empty : view.SubView(first, count);

    /// <summary>Carves out a view of the next <paramref name="bytes"/>.</summary>
    /// <exception cref="InvalidOperationException">The plan counted fewer bytes than are taken.</exception>
    public ArrayView<byte> Take(long bytes)
    {
        long first = _used;
        _used += Aligned(bytes);
        return _used <= _buffer.Length
            ? Part(_buffer.View.AsContiguous(), first, bytes)
            : throw new InvalidOperationException($"The device plan holds {_buffer.Length} bytes, but {_used} are taken.");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Interlocked.Add(ref _liveBytes, -_buffer.Length);
        _buffer.Dispose();
    }
}
