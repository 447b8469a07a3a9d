using System.Runtime.InteropServices;

namespace FastSeg.Native;

/// <summary>
/// The primary context of a device, kept alive: the one that libraries on CUDA's runtime work in. ILGPU works in a context of its own, and
/// an address of one means nothing in the other.
/// </summary>
internal sealed class CudaPrimaryContext : SafeHandle
{
    private readonly int _device;

    /// <summary>Retains the context.</summary>
    /// <param name="ordinal">Ordinal of the device.</param>
    /// <exception cref="FastSegException">The driver failed.</exception>
    /// <exception cref="DllNotFoundException">There is no driver.</exception>
    public CudaPrimaryContext(int ordinal) : base(0, ownsHandle: true)
    {
        Ordinal = ordinal;
        CudaDriver.ThrowIfFailed(CudaDriver.DeviceGet(out _device, ordinal), $"looking for GPU {ordinal}");
        CudaDriver.ThrowIfFailed(CudaDriver.PrimaryContextRetain(out nint context, _device), $"opening the primary context of GPU {ordinal}");
        SetHandle(context);
    }

    /// <summary>Ordinal of the device.</summary>
    public int Ordinal { get; }

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <summary>The context, while this is not disposed.</summary>
    public nint Context => handle;

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => CudaDriver.PrimaryContextRelease(_device) == 0;
}

/// <summary>Memory of a device in its primary context, which it keeps alive.</summary>
internal sealed class CudaPrimaryMemory : SafeHandle
{
    private readonly CudaPrimaryContext _context;

    /// <summary>Allocates.</summary>
    /// <param name="ordinal">Ordinal of the device.</param>
    /// <param name="bytes">Bytes, at least 1.</param>
    /// <exception cref="FastSegException">There is no such memory, or the driver failed.</exception>
    /// <exception cref="DllNotFoundException">There is no driver.</exception>
    public CudaPrimaryMemory(int ordinal, long bytes) : base(0, ownsHandle: true)
    {
        // Disposed here and released with the memory: the reference outlives the owner.
        using var context = new CudaPrimaryContext(ordinal);
        _context = context;
        CudaDriver.ThrowIfFailed(CudaDriver.ContextPush(context.Context), "entering the primary context");
        int error = CudaDriver.MemoryAllocate(out nint address, (nuint)bytes);
        _ = CudaDriver.ContextPop(out _);
        CudaDriver.ThrowIfFailed(error, $"allocating {bytes / 1048576.0:F1} MiB for XGBoost's rows");
        bool kept = false;
        context.DangerousAddRef(ref kept);
        SetHandle(address);
    }

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <summary>The first byte, in the primary context, while this is not disposed.</summary>
    public nint Address => handle;

    /// <summary>The primary context.</summary>
    public nint Context => _context.Context;

    /// <summary>Ordinal of the device.</summary>
    public int Ordinal => _context.Ordinal;

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        bool entered = CudaDriver.ContextPush(_context.Context) == 0;
        bool freed = entered && CudaDriver.MemoryFree(handle) == 0;
        if (entered)
        {
            _ = CudaDriver.ContextPop(out _);
        }
        _context.DangerousRelease();
        return freed;
    }
}
