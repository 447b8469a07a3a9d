using FastSeg.Native;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;

namespace FastSeg.Gpu;

/// <summary>
/// Host memory that the device copies from and to while kernels run: page-locked where the device has such a notion. Made and disposed on
/// the device's thread.
/// </summary>
internal sealed unsafe class PinnedBuffer : IDisposable
{
    private readonly HostBuffer _memory;
    private readonly CPUMemoryBuffer _view;
    private readonly PageLockScope<byte> _lock;

    /// <summary>Allocates and locks the memory.</summary>
    public PinnedBuffer(Accelerator accelerator, long bytes)
    {
        _memory = new HostBuffer(bytes);
        try
        {
            _view = CPUMemoryBuffer.Create(accelerator, (nint)_memory.Pointer, bytes, 1);
            _lock = accelerator.CreatePageLockFromPinned<byte>((nint)_memory.Pointer, bytes);
        }
        catch
        {
            _view?.Dispose();
            _memory.Dispose();
            throw;
        }
    }

    /// <summary>The first byte.</summary>
    public byte* Pointer => _memory.Pointer;

    /// <summary>ILGPU's view of <paramref name="bytes"/> bytes from byte <paramref name="at"/> on, as copies take it.</summary>
    public ArrayView<byte> View(long at, long bytes) => _view.AsArrayView<byte>(at, bytes);

    /// <inheritdoc/>
    public void Dispose()
    {
        _lock.Dispose();
        _view.Dispose();
        _memory.Dispose();
    }
}
