namespace FastSeg.Common;

/// <summary>Lets threads that work on numbered steps do one part of every step in the steps' order, one at a time.</summary>
internal sealed class Turns
{
    private readonly object _gate = new();
    private long _next;
    private long _failedAt = long.MaxValue;

    /// <summary>Waits until every earlier step has done its part, and does this step's.</summary>
    /// <exception cref="OperationCanceledException">An earlier step failed, so this one's turn does not come.</exception>
    public void Take(long step, Action part)
    {
        lock (_gate)
        {
            while (_next != step)
            {
                if (_failedAt < step)
                {
                    throw new OperationCanceledException("an earlier step failed");
                }
                Monitor.Wait(_gate);
            }
        }
        part();
        lock (_gate)
        {
            _next = step + 1;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Tells the steps behind a failed one that their turn does not come.</summary>
    public void Fail(long step)
    {
        lock (_gate)
        {
            _failedAt = Math.Min(_failedAt, step);
            Monitor.PulseAll(_gate);
        }
    }
}
