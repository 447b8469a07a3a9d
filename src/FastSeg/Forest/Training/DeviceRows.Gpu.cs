using FastSeg.Gpu;
using FastSeg.Native;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;

namespace FastSeg.Forest.Training;

/// <summary>
/// The feature rows of every labelled pixel of a training set, left in the device's memory, where they were gathered: <c>count x planes</c>
/// floats.
/// </summary>
internal sealed unsafe class DeviceRows : IDisposable
{
    private readonly GpuThread _thread;
    private readonly long _count;
    private readonly int _planes;
    private DeviceArena? _arena;
    private ArrayView<float> _rows;

    /// <summary>Allocates; the content is not defined.</summary>
    /// <param name="thread">The device's thread.</param>
    /// <param name="count">Rows, at least 1.</param>
    /// <param name="planes">Features of a row, at least 1.</param>
    /// <exception cref="FastSegException">There is no such memory.</exception>
    public DeviceRows(GpuThread thread, long count, int planes)
    {
        (_thread, _count, _planes) = (thread, count, planes);
        thread.Invoke(device =>
        {
            _arena = new DeviceArena(device, Bytes(count, planes));
            _rows = _arena.Take(count * planes * sizeof(float)).Cast<float>();
        });
    }

    /// <summary>The rows; written by the device's jobs only.</summary>
    public ArrayView<float> View => _rows;

    /// <summary>Bytes on the device.</summary>
    public static long Bytes(long count, int planes) => DeviceArena.Aligned(checked(count * planes * sizeof(float)));

    /// <summary>Copies rows to the host and waits for them.</summary>
    /// <param name="first">The first row.</param>
    /// <param name="count">How many.</param>
    /// <param name="to">Gets count x planes floats.</param>
    public void CopyDown(long first, long count, float* to) => _thread.Invoke(device =>
    {
        long floats = count * _planes;
        using CPUMemoryBuffer host = CPUMemoryBuffer.Create(device.Accelerator, (nint)to, floats, sizeof(float));
        host.AsArrayView<float>(0, floats).CopyFrom(device.Accelerator.DefaultStream, _rows.SubView(first * _planes, floats));
        device.Accelerator.DefaultStream.Synchronize();
    });

    /// <summary>
    /// Copies all rows within the device to where XGBoost can read them: ILGPU has a CUDA context of its own, XGBoost uses the primary one.
    /// The copy is queued on the device's own stream, behind what wrote the rows, and done when this returns. The caller disposes the copy.
    /// </summary>
    /// <exception cref="FastSegException">The driver failed, or the device is none of CUDA's.</exception>
    public CudaPrimaryMemory ToPrimaryContext()
    {
        int ordinal = _thread.Device.CudaOrdinal
            ?? throw new FastSegException($"XGBoost cannot read the memory of a device that is {_thread.Device.Name}.");
        long bytes = _count * _planes * sizeof(float);
        var memory = new CudaPrimaryMemory(ordinal, bytes);
        try
        {
            _thread.Invoke(device =>
            {
                nint stream = ((CudaStream)device.Accelerator.DefaultStream).StreamPtr;
                CudaDriver.ThrowIfFailed(CudaDriver.ContextCurrent(out nint own), "asking for the device's context");
                int error = CudaDriver.CopyPeer(memory.Address, memory.Context, _arena!.Address, own, (nuint)bytes, stream);
                CudaDriver.ThrowIfFailed(
                    error == 0 ? CudaDriver.StreamSynchronize(stream) : error, "copying the rows to XGBoost's context");
            });
            return memory;
        }
        catch
        {
            memory.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _thread.Invoke(_ => _arena?.Dispose());
}
