using System.Runtime.ExceptionServices;

namespace FastSeg.Common;

/// <summary>Runs numbered steps on a fixed number of threads, handing them out in order.</summary>
internal static class Workers
{
    /// <summary>
    /// Calls <paramref name="step"/>(worker, index) once for every index. The first failure by index is rethrown after every worker has
    /// stopped, so a run's error does not depend on the threads.
    /// </summary>
    public static void Run(int workers, long count, ComputeOptions options, Action<int, long> step)
    {
        long next = -1, done = 0;
        var gate = new Lock();
        long failedAt = long.MaxValue;
        Exception? failure = null;

        void Work(int worker)
        {
            while (true)
            {
                long index = Interlocked.Increment(ref next);
                if (index >= Math.Min(count, Volatile.Read(ref failedAt)))
                {
                    return;
                }
                try
                {
                    options.Cancellation.ThrowIfCancellationRequested();
                    step(worker, index);
                    options.Progress?.Report((double)Interlocked.Increment(ref done) / count);
                }
                catch (Exception e)
                {
                    lock (gate)
                    {
                        if (index < failedAt)
                        {
                            (failedAt, failure) = (index, e);
                        }
                    }
                    return;
                }
            }
        }

        var threads = new Thread[Math.Max(0, (int)Math.Min(workers, count) - 1)];
        for (int i = 0; i < threads.Length; i++)
        {
            int worker = i + 1;
            threads[i] = new Thread(() => Work(worker)) { IsBackground = true, Name = $"FastSeg worker {worker}" };
            threads[i].Start();
        }
        Work(0);
        foreach (Thread thread in threads)
        {
            thread.Join();
        }
        if (failure is not null)
        {
            ExceptionDispatchInfo.Throw(failure);
        }
    }
}
