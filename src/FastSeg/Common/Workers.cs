namespace FastSeg.Common;

/// <summary>Runs numbered steps on several threads; each thread takes the lowest number that is left.</summary>
internal static class Workers
{
    /// <summary>
    /// Calls <paramref name="step"/> once for every index, and returns when all calls have ended. A failure keeps the threads from taking
    /// higher indices, but lower ones are finished, and the failure with the lowest index is rethrown: so a run's error does not depend on
    /// the threads.
    /// </summary>
    /// <param name="workers">Threads; the calling thread is one of them.</param>
    /// <param name="count">Steps.</param>
    /// <param name="options">Progress and cancellation; the threads are those of <paramref name="workers"/>.</param>
    /// <param name="step">
    /// Receives the number of the worker, 0 to workers - 1, and the index. Calls with the same worker follow one another.
    /// </param>
    public static void Run(int workers, long count, ComputeOptions options, Action<int, long> step)
    {
        if (options.Team is { } team)
        {
            team.Run(workers, count, options, step);
        }
        else
        {
            RunOnce(workers, count, options, step);
        }
    }

    /// <summary>
    /// The same for steps of three parts, of which the first and the last come in the order of the indices, one at a time, while several
    /// threads are in the middle. Results are therefore those of one thread.
    /// </summary>
    /// <param name="workers">Threads; the calling thread is one of them.</param>
    /// <param name="count">Steps.</param>
    /// <param name="options">Progress, reported in order, and cancellation; the threads are those of <paramref name="workers"/>.</param>
    /// <param name="begin">Receives worker and index, as the other parts do.</param>
    /// <param name="work">Must touch only what belongs to its worker.</param>
    /// <param name="end">Takes what the worker has made.</param>
    public static void RunInOrder(
        int workers, long count, ComputeOptions options, Action<int, long> begin, Action<int, long> work, Action<int, long> end)
    {
        (Turns begun, Turns ended) = (new Turns(), new Turns());
        // Every step that was taken tells the others how it ended, cancelled ones too: they would wait for their turn for ever.
        Run(workers, count, options with { Progress = null, Cancellation = default, Watch = null }, (worker, index) =>
        {
            try
            {
                options.Cancellation.ThrowIfCancellationRequested();
                options.Watch?.Look(0);
                begun.Take(index, () => begin(worker, index));
                work(worker, index);
                ended.Take(index, () =>
                {
                    end(worker, index);
                    options.Progress?.Report((double)(index + 1) / count);
                });
            }
            catch
            {
                begun.Fail(index);
                ended.Fail(index);
                throw;
            }
        });
    }

    /// <summary>The same on threads that are started for it.</summary>
    private static void RunOnce(int workers, long count, ComputeOptions options, Action<int, long> step)
    {
        var share = new WorkShare();
        share.Begin(count, options, step);
        var threads = new Thread[Math.Max(0, (int)Math.Min(workers, count) - 1)];
        for (int i = 0; i < threads.Length; i++)
        {
            int worker = i + 1;
            threads[i] = new Thread(() => share.Work(worker)) { IsBackground = true, Name = $"FastSeg worker {worker}" };
            threads[i].Start();
        }
        share.Work(0);
        foreach (Thread thread in threads)
        {
            thread.Join();
        }
        share.End();
    }
}
