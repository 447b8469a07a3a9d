using System.Runtime.InteropServices;

namespace FastSeg.Native;

/// <summary>Memory of a device, allocated in its primary context, which it keeps alive.</summary>
internal sealed class CudaPrimaryMemory : SafeHandle
{
    private readonly CudaPrimaryContext _context;

    /// <summary>Allocates the memory.</summary>
    /// <param name="ordinal">Ordinal of the device.</param>
    /// <param name="bytes">Bytes, at least 1.</param>
    /// <exception cref="FastSegException">There is no such memory, or the driver failed.</exception>
    /// <exception cref="DllNotFoundException">There is no driver.</exception>
    public CudaPrimaryMemory(int ordinal, long bytes) : base(0, ownsHandle: true)
    {
        // The owner is disposed at the end of this constructor, but the reference that is added below keeps the context until ReleaseHandle
        // gives it back. Where an allocation fails, no reference is added, and the context is released here.
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

    /// <summary>Address of the first byte in the primary context; valid until this is disposed.</summary>
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
