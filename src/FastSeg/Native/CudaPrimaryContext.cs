using System.Runtime.InteropServices;

namespace FastSeg.Native;

/// <summary>
/// Keeps alive a device's primary context, the one in which libraries on CUDA's runtime work. ILGPU works in a context of its own, and an
/// address of one context means nothing in the other.
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
        CudaDriver.ThrowIfFailed(
            CudaDriver.PrimaryContextRetain(out nint context, _device), $"opening the primary context of GPU {ordinal}");
        SetHandle(context);
    }

    /// <summary>Ordinal of the device among CUDA's.</summary>
    public int Ordinal { get; }

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <summary>The context; valid until this is disposed.</summary>
    public nint Context => handle;

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => CudaDriver.PrimaryContextRelease(_device) == 0;
}
