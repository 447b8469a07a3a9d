using System.Runtime.ExceptionServices;
using ILGPU.Runtime;

namespace FastSeg.Gpu;

/// <summary>
/// One tile's work on the device: upload, kernels, download, in this order in one stream. Each worker has one job and submits it again and
/// again; it waits for the job's end before it submits it anew.
/// </summary>
internal abstract class GpuJob : IDisposable
{
    private readonly ManualResetEventSlim _done = new();
    private Exception? _failure;

    /// <summary>Puts the work into a stream, on the device's thread, and does not wait for it.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="slot">Which slot of the arena belongs to the stream.</param>
    public abstract void Enqueue(AcceleratorStream stream, int slot);

    /// <inheritdoc/>
    public void Dispose()
    {
        _done.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Forgets the last run; called by the thread that submits the job.</summary>
    internal void Begin()
    {
        _failure = null;
        _done.Reset();
    }

    /// <summary>Says that the work is done or has failed; called by the device's thread.</summary>
    internal void End(Exception? failure)
    {
        _failure = failure;
        _done.Set();
    }

    /// <summary>Waits for the end and rethrows what went wrong.</summary>
    internal void Wait()
    {
        _done.Wait();
        if (_failure is not null)
        {
            ExceptionDispatchInfo.Throw(_failure);
        }
    }
}
