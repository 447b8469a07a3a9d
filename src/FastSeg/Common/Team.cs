using System.Runtime.ExceptionServices;

namespace FastSeg.Common;

/// <summary>
/// Threads that are started once and do one piece of work after another, together with the thread that calls. One thread calls at a time.
/// A piece of work that begins while another one runs is done by its caller alone.
/// </summary>
internal sealed class Team : IDisposable
{
    private readonly Thread[] _threads;
    private readonly object _gate = new();
    private readonly WorkShare _share = new();
    private int _round, _wanted, _atWork;
    private bool _busy, _ended;

    /// <summary>Starts the threads.</summary>
    /// <param name="workers">Threads that work at once; the calling thread is one of them.</param>
    /// <param name="prepare">Called once by each thread that is started, with its number, from 1; null for nothing.</param>
    public Team(int workers, Action<int>? prepare = null)
    {
        _threads = new Thread[workers - 1];
        for (int i = 0; i < _threads.Length; i++)
        {
            int worker = i + 1;
            _threads[i] = new Thread(() => Serve(worker, prepare)) { IsBackground = true, Name = $"FastSeg worker {worker}" };
        }
        try
        {
            Array.ForEach(_threads, thread => thread.Start());
        }
        catch
        {
            // The system has no more threads; those that run would wait for ever.
            _threads = [.. _threads.Where(thread => thread.IsAlive)];
            Dispose();
            throw;
        }
    }

    /// <summary>Threads that work at once.</summary>
    public int Workers => _threads.Length + 1;

    /// <summary>Does what <see cref="Common.Workers.Run"/> does, on this team's threads; allocates nothing.</summary>
    /// <param name="workers">Most threads that take part; the calling thread is one of them.</param>
    /// <param name="count">Steps.</param>
    /// <param name="options">Progress and cancellation.</param>
    /// <param name="step">Receives worker and index.</param>
    public void Run(int workers, long count, ComputeOptions options, Action<int, long> step)
    {
        if (_busy)
        {
            var alone = new WorkShare();
            alone.Begin(count, options, step);
            alone.Work(0);
            alone.End();
            return;
        }
        _share.Begin(count, options, step);
        int helpers = (int)Math.Min(Math.Min(workers, Workers), count) - 1;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_ended, this);
            _busy = true;
            _wanted = helpers;
            _atWork = Math.Max(helpers, 0);
            _round++;
            Monitor.PulseAll(_gate);
        }
        _share.Work(0);
        Exception? refusal = Wait(options.Watch);
        _share.End();
        if (refusal is not null)
        {
            ExceptionDispatchInfo.Throw(refusal);
        }
    }

    /// <summary>
    /// Waits until the other threads have left the work, and looks after it meanwhile. Returns what stopped it here, which they see, too.
    /// </summary>
    private Exception? Wait(Watch? watch)
    {
        Exception? refusal = null;
        while (true)
        {
            lock (_gate)
            {
                if (_atWork > 0)
                {
                    Monitor.Wait(_gate, Watch.Pause);
                }
                if (_atWork == 0)
                {
                    _busy = false;
                    return refusal;
                }
            }
            try
            {
                watch?.Look(0);
            }
            catch (Exception e)
            {
                refusal ??= e;
            }
        }
    }

    /// <summary>Ends the threads.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _ended = true;
            Monitor.PulseAll(_gate);
        }
        Array.ForEach(_threads, thread => thread.Join());
    }

    /// <summary>One thread's life: waits for a piece of work in which it takes part, and does its share.</summary>
    private void Serve(int worker, Action<int>? prepare)
    {
        prepare?.Invoke(worker);
        for (int seen = 0; ;)
        {
            lock (_gate)
            {
                while (_round == seen && !_ended)
                {
                    Monitor.Wait(_gate);
                }
                if (_ended)
                {
                    return;
                }
                seen = _round;
                if (worker > _wanted)
                {
                    continue;
                }
            }
            _share.Work(worker);
            lock (_gate)
            {
                _atWork--;
                Monitor.PulseAll(_gate);
            }
        }
    }
}
