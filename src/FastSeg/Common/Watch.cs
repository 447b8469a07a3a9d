using System.Diagnostics;

namespace FastSeg.Common;

/// <summary>
/// Looks after a computation while it runs: band by band, which is every 16 rows of at most 320 columns, it stops what was cancelled, and
/// tells the caller's function how far it has come. That function is called only on the thread that began the computation.
/// </summary>
internal sealed class Watch
{
    /// <summary>Milliseconds from one call of the caller's function to the next, at least; bands are far shorter.</summary>
    public const int Pause = 20;

    private static readonly long PauseTicks = Stopwatch.Frequency * Pause / 1000;

    private long _all = 1, _done, _last;
    private int _caller;
    private volatile bool _stopped;

    /// <summary>Stops the computation.</summary>
    public CancellationToken Cancellation { get; set; }

    /// <summary>Receives the fraction that is done, 0 to 1, and returns whether to go on; null where nobody asks.</summary>
    public Func<double, bool>? Progress { get; set; }

    /// <summary>What the caller's function threw, which stopped the computation; null where it threw nothing.</summary>
    public Exception? Thrown { get; private set; }

    /// <summary>Begins a computation, on the thread that hears of its progress.</summary>
    /// <param name="pixels">Pixels that will be computed.</param>
    public void Begin(long pixels)
    {
        (_all, _done, _last) = (Math.Max(pixels, 1), 0, Stopwatch.GetTimestamp());
        (_caller, _stopped, Thrown) = (Environment.CurrentManagedThreadId, false, null);
    }

    /// <summary>Looks after some pixels have been computed, or none.</summary>
    /// <param name="pixels">How many.</param>
    /// <exception cref="OperationCanceledException">The computation was cancelled.</exception>
    public void Look(long pixels)
    {
        Cancellation.ThrowIfCancellationRequested();
        if (Progress is null)
        {
            return;
        }
        Interlocked.Add(ref _done, pixels);
        if (Environment.CurrentManagedThreadId == _caller)
        {
            Tell();
        }
        if (_stopped)
        {
            throw new OperationCanceledException("The function that is told the progress stopped the computation.");
        }
    }

    /// <summary>Tells the caller's function how far the computation has come, unless it heard of it just before.</summary>
    private void Tell()
    {
        long now = Stopwatch.GetTimestamp();
        if (now - _last < PauseTicks || _stopped)
        {
            return;
        }
        _last = now;
        try
        {
            _stopped = !Progress!(Math.Min(1, (double)Interlocked.Read(ref _done) / _all));
        }
        catch (Exception e)
        {
            Thrown = e;
            _stopped = true;
            throw;
        }
    }
}
