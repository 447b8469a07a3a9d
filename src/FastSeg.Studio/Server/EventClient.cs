namespace FastSeg.Studio.Server;

/// <summary>
/// The events that one page has not been sent yet. A page that is slow gets the present state instead of a long past, and hears that it
/// missed something.
/// </summary>
internal sealed class EventClient
{
    /// <summary>Most events that wait for a page.</summary>
    public const int Most = 256;

    /// <summary>Tells a page that it missed events: whatever it shows may have changed.</summary>
    public static readonly StudioEvent Resync = new("resync", "{}");

    private readonly Lock _gate = new();
    private readonly Queue<StudioEvent> _waiting = new();
    private readonly SemaphoreSlim _arrived = new(0);
    private bool _stale = true, _missed;

    /// <summary>Puts an event in line; where too many wait, the page is to be told the state afresh.</summary>
    public void Add(StudioEvent arrived)
    {
        lock (_gate)
        {
            if (_stale)
            {
                return;
            }
            if (_waiting.Count == Most)
            {
                _waiting.Clear();
                _stale = _missed = true;
            }
            else
            {
                _waiting.Enqueue(arrived);
            }
        }
        Wake();
    }

    /// <summary>Waits for something to send, at most for a time. False where the time went by.</summary>
    public Task<bool> Wait(TimeSpan most, CancellationToken cancellation)
    {
        lock (_gate)
        {
            if (_stale || _waiting.Count > 0)
            {
                return Task.FromResult(true);
            }
        }
        return _arrived.WaitAsync(most, cancellation);
    }

    /// <summary>Takes what waits.</summary>
    /// <param name="state">Makes the present state, which a page that is new or was too slow gets first.</param>
    public IReadOnlyList<StudioEvent> Take(Func<IReadOnlyList<StudioEvent>> state)
    {
        lock (_gate)
        {
            IReadOnlyList<StudioEvent> taken = _missed ? [Resync, .. state()] : _stale ? state() : [.. _waiting];
            _waiting.Clear();
            _stale = _missed = false;
            return taken;
        }
    }

    private void Wake()
    {
        lock (_gate)
        {
            if (_arrived.CurrentCount == 0)
            {
                _arrived.Release();
            }
        }
    }
}
