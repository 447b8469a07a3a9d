namespace FastSeg.Studio.Exports;

/// <summary>Long work behind the page: one job after the other, each of which can be cancelled.</summary>
/// <param name="tell">Told of every change, in order.</param>
internal sealed class JobQueue(Action<JobState> tell) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, (JobState State, CancellationTokenSource Stop)> _jobs = [];
    private Task _last = Task.CompletedTask;
    private int _number;
    private bool _closed;

    /// <summary>Puts a job behind the others.</summary>
    /// <param name="kind">What it does.</param>
    /// <param name="work">Does it, and says in a sentence what came of it.</param>
    /// <returns>Its id.</returns>
    public string Add(string kind, Func<JobRun, string> work)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            string id = $"j{++_number}";
            var stop = new CancellationTokenSource();
            _jobs[id] = (new JobState(id, kind, "waiting"), stop);
            tell(_jobs[id].State);
            _last = _last.ContinueWith(
                _ => Run(id, work, stop.Token), CancellationToken.None, TaskContinuationOptions.LongRunning, TaskScheduler.Default);
            return id;
        }
    }

    /// <summary>Stops a job, or takes it out of the row.</summary>
    /// <returns>Whether there is such a job that has not ended.</returns>
    public bool Cancel(string id)
    {
        CancellationTokenSource stop;
        lock (_gate)
        {
            if (!_jobs.TryGetValue(id, out (JobState State, CancellationTokenSource Stop) job))
            {
                return false;
            }
            stop = job.Stop;
            if (job.State.State == "waiting")
            {
                // Those before it may take long, and whoever cancelled it waits for none of them.
                End(id, "cancelled", "Cancelled before it began.");
            }
        }
        stop.Cancel();
        return true;
    }

    /// <summary>Cancels all jobs and waits until they have ended.</summary>
    public void Dispose()
    {
        string[] ids;
        lock (_gate)
        {
            _closed = true;
            ids = [.. _jobs.Keys];
        }
        Array.ForEach(ids, id => Cancel(id));
        _last.Wait();
    }

    private void Run(string id, Func<JobRun, string> work, CancellationToken cancellation)
    {
        try
        {
            if (!Change(id, state => state with { State = "running" }))
            {
                // It was cancelled while it waited, and that was told.
                return;
            }
            string text = work(new JobRun(change => Change(id, change), cancellation));
            End(id, "done", text);
        }
        catch (OperationCanceledException)
        {
            End(id, "cancelled", "Cancelled; what was finished is there.");
        }
        catch (FastSegException e)
        {
            End(id, "failed", e.Message);
        }
        catch (Exception e)
        {
            // The next job must run whatever became of this one.
            End(id, "failed", e.Message.ReplaceLineEndings(" "));
        }
    }

    private void End(string id, string how, string text)
    {
        Change(id, state => state with { State = how, Text = text, SecondsLeft = null });
        lock (_gate)
        {
            _jobs.Remove(id);
        }
    }

    /// <summary>Changes the state of a job and tells it. Returns whether there is such a job that has not ended.</summary>
    private bool Change(string id, Func<JobState, JobState> change)
    {
        lock (_gate)
        {
            if (!_jobs.TryGetValue(id, out (JobState State, CancellationTokenSource Stop) job))
            {
                return false;
            }
            _jobs[id] = (change(job.State), job.Stop);
            tell(_jobs[id].State);
            return true;
        }
    }
}
