using System.Runtime.ExceptionServices;
using ILGPU.Runtime;

namespace FastSeg.Gpu;

/// <summary>
/// Work of one tile on the device: upload, kernels, download, in this order in one stream. One object a worker, used again and again;
/// whoever submits it waits for it.
/// </summary>
internal abstract class GpuJob : IDisposable
{
    private readonly ManualResetEventSlim _done = new();
    private Exception? _failure;

    /// <summary>Puts the work into a stream, on the device's thread; does not wait.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="half">Which half of the arena belongs to it.</param>
    public abstract void Enqueue(AcceleratorStream stream, int half);

    /// <inheritdoc/>
    public void Dispose()
    {
        _done.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Starts anew; called by whoever submits it.</summary>
    internal void Begin()
    {
        _failure = null;
        _done.Reset();
    }

    /// <summary>Ends it; called by the device's thread.</summary>
    internal void End(Exception? failure)
    {
        _failure = failure;
        _done.Set();
    }

    /// <summary>Waits for its end and rethrows what went wrong.</summary>
    internal void Wait()
    {
        _done.Wait();
        if (_failure is not null)
        {
            ExceptionDispatchInfo.Throw(_failure);
        }
    }
}
