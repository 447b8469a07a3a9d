using System.Collections.Concurrent;

namespace FastSeg.Native;

/// <summary>
/// Work of a native library that cannot be stopped inside a call. It runs on a thread of its own, so that whoever waits for it can go as
/// soon as it is cancelled: the call then ends by itself some time later, and its result is dropped.
/// </summary>
internal static class LeavableWork
{
    private static int _left;

    /// <summary>
    /// Whether work is left where it stands when it is cancelled. A process that does so must look at <see cref="IsLeft"/> before it ends:
    /// libraries that are unloaded under a call crash. Where it is not set, cancelled work is waited for.
    /// </summary>
    public static bool MayLeave { get; set; }

    /// <summary>Whether a call still runs for which nobody waits any more.</summary>
    public static bool IsLeft => Volatile.Read(ref _left) > 0;

    /// <summary>Runs work and returns its result.</summary>
    /// <param name="work">
    /// The work, all of it on one thread. It is given what to call with its progress, and a token to look at between its calls. It owns
    /// what it uses, since it may outlive this call.
    /// </param>
    /// <param name="told">Hears of the progress, on the calling thread.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static T Run<T>(Func<Action<int>, CancellationToken, T> work, Action<int>? told, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        CancellationToken stopped = stop.Token;
        // Neither is disposed: the work may still add to it.
        var progress = new BlockingCollection<int>();
        Task<T> task = Task.Factory.StartNew(
            () =>
            {
                try
                {
                    return work(progress.Add, stopped);
                }
                finally
                {
                    progress.CompleteAdding();
                }
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            foreach (int done in progress.GetConsumingEnumerable(cancellation))
            {
                told?.Invoke(done);
            }
        }
        catch
        {
            stop.Cancel();
            Leave(task);
            throw;
        }
        return task.GetAwaiter().GetResult();
    }

    /// <summary>Goes, and counts the work until it ends, or waits for it.</summary>
    private static void Leave(Task task)
    {
        Interlocked.Increment(ref _left);
        Task ended = task.ContinueWith(
            one =>
            {
                // What it failed with, if it did, is nobody's any more.
                _ = one.Exception;
                Interlocked.Decrement(ref _left);
            },
            CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        if (!MayLeave)
        {
            ended.Wait(CancellationToken.None);
        }
    }
}
