using System.Runtime.ExceptionServices;

namespace FastSeg.Common;

/// <summary>
/// The numbered steps of one piece of work, of which each thread takes the lowest one that is left. It can be begun again and again, and
/// allocates nothing unless a step fails.
/// </summary>
internal sealed class WorkShare
{
    private readonly Lock _gate = new();
    private long _lastTaken, _done, _count, _failedAt;
    private Exception? _failure;
    private ComputeOptions? _options;
    private Action<int, long>? _step;

    /// <summary>Begins a piece of work; no thread may be at work.</summary>
    /// <param name="count">Steps.</param>
    /// <param name="options">Progress and cancellation.</param>
    /// <param name="step">Receives worker and index.</param>
    public void Begin(long count, ComputeOptions options, Action<int, long> step)
    {
        (_count, _options, _step) = (count, options, step);
        (_lastTaken, _done, _failedAt, _failure) = (-1, 0, long.MaxValue, null);
    }

    /// <summary>
    /// Takes steps until none is left. A failure keeps all threads from taking higher indices, but lower ones are finished.
    /// </summary>
    /// <param name="worker">Number of the calling thread.</param>
    public void Work(int worker)
    {
        while (true)
        {
            long index = Interlocked.Increment(ref _lastTaken);
            if (index >= Math.Min(_count, Volatile.Read(ref _failedAt)))
            {
                return;
            }
            try
            {
                _options!.Cancellation.ThrowIfCancellationRequested();
                _options.Watch?.Look(0);
                _step!(worker, index);
                _options.Progress?.Report((double)Interlocked.Increment(ref _done) / _count);
            }
            catch (Exception e)
            {
                Fail(index, e);
                return;
            }
        }
    }

    /// <summary>Ends the work, when all threads have left it. The failure with the lowest index is thrown again.</summary>
    public void End()
    {
        Exception? failure = _failure;
        (_options, _step, _failure) = (null, null, null);
        if (failure is not null)
        {
            ExceptionDispatchInfo.Throw(failure);
        }
    }

    private void Fail(long index, Exception failure)
    {
        lock (_gate)
        {
            if (index < _failedAt)
            {
                (_failedAt, _failure) = (index, failure);
            }
        }
    }
}
