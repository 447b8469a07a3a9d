namespace FastSeg.Interop.Calls;

/// <summary>
/// Lets work that reports from threads of its own call the caller's callback on the calling thread alone: the work runs on another thread,
/// while this one waits and looks.
/// </summary>
internal static unsafe class ProgressWatch
{
    private const int Milliseconds = 25;

    /// <summary>The newest fraction; written by any thread.</summary>
    private sealed class Latest : IProgress<double>
    {
        private double _value;

        public double Value => Volatile.Read(ref _value);

        public void Report(double value) => Volatile.Write(ref _value, value);
    }

    /// <summary>Runs work that may take long.</summary>
    /// <param name="work">The work, given where to report and what cancels it.</param>
    /// <param name="callback">The caller's callback; null for none, and then the work runs on this thread.</param>
    /// <param name="user">What the callback is given.</param>
    /// <exception cref="OperationCanceledException">The callback asked for it.</exception>
    public static T Run<T>(
        Func<IProgress<double>?, CancellationToken, T> work, delegate* unmanaged[Cdecl]<double, void*, int> callback, void* user)
    {
        if (callback is null)
        {
            return work(null, CancellationToken.None);
        }
        using var cancel = new CancellationTokenSource();
        var latest = new Latest();
        Task<T> task = Task.Factory.StartNew(
            () => work(latest, cancel.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        while (!Finished(task))
        {
            if (!cancel.IsCancellationRequested && callback(latest.Value, user) != 0)
            {
                cancel.Cancel();
            }
        }
        T result = task.GetAwaiter().GetResult();
        // Work may be over before it has looked; whoever cancelled it is not asked again, and gets no result.
        return !cancel.IsCancellationRequested && callback(1, user) == 0 ? result : throw new OperationCanceledException();
    }

    /// <summary>Waits for a moment.</summary>
    private static bool Finished(Task task)
    {
        try
        {
            return task.Wait(Milliseconds);
        }
        catch (AggregateException)
        {
            return true;
        }
    }
}
