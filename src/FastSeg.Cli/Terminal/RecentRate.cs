namespace FastSeg.Cli.Terminal;

/// <summary>
/// How fast a run has been for the last 30 seconds: what came before says little of what is left, where the transformer was slower than the
/// tiles, the first slices were empty, or another program had the machine.
/// </summary>
internal sealed class RecentRate
{
    /// <summary>How long a report is looked back to, and how far reports lie apart that are kept.</summary>
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(30), Between = TimeSpan.FromSeconds(0.5);

    private readonly Queue<(TimeSpan At, double Done)> _past = new([(TimeSpan.Zero, 0)]);
    private TimeSpan _last;

    /// <summary>Takes what is done, and returns how much of the run a second does; 0 where nothing was done lately.</summary>
    /// <param name="now">The time since the run began.</param>
    /// <param name="done">The fraction that is done, never less than before.</param>
    public double Take(TimeSpan now, double done)
    {
        if (now - _last >= Between)
        {
            _past.Enqueue((now, done));
            _last = now;
        }
        // One report that is too old is kept, so that there are always 30 seconds to look at.
        while (_past.Count > 1 && now - _past.ElementAt(1).At >= Window)
        {
            _past.Dequeue();
        }
        (TimeSpan at, double before) = _past.Peek();
        return now > at ? (done - before) / (now - at).TotalSeconds : 0;
    }
}
