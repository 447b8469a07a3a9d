using Microsoft.ML.OnnxRuntime;

namespace FastSeg.Deep.Backbones;

/// <summary>
/// Who uses a backbone's session, so that nobody's memory is freed under him. A session that is closed starts no further pass; passes that
/// run end first, and the session is freed with its last user.
/// </summary>
/// <param name="owner">What the exception says was disposed.</param>
/// <param name="session">ONNX Runtime's session, which is owned here.</param>
/// <param name="severalAtOnce">Whether passes may run at once; otherwise each waits until the one before it has ended.</param>
internal sealed class BackbonePasses(object owner, InferenceSession session, bool severalAtOnce)
{
    private readonly object _gate = new();
    private int _users, _running, _waitingAlone;
    private bool _alone, _closed;

    /// <summary>How many use the session now.</summary>
    public int Users
    {
        get
        {
            lock (_gate)
            {
                return _users;
            }
        }
    }

    /// <summary>Refuses a session that was closed.</summary>
    /// <exception cref="ObjectDisposedException">It was.</exception>
    public void ThrowIfClosed() => ObjectDisposedException.ThrowIf(Volatile.Read(ref _closed), owner);

    /// <summary>Keeps the session from being freed until <see cref="Leave"/>.</summary>
    /// <exception cref="ObjectDisposedException">It was closed.</exception>
    public InferenceSession Enter()
    {
        lock (_gate)
        {
            ThrowIfClosed();
            _users++;
            return session;
        }
    }

    /// <summary>Ends one <see cref="Enter"/>.</summary>
    public void Leave()
    {
        lock (_gate)
        {
            _users--;
            FreeIfUnused();
        }
    }

    /// <summary>Waits until a pass may begin. The caller has entered, and calls <see cref="End"/> after the pass.</summary>
    /// <param name="alone">Whether no other pass may run beside this one.</param>
    /// <exception cref="ObjectDisposedException">The session was closed.</exception>
    public void Begin(bool alone = false)
    {
        alone |= !severalAtOnce;
        lock (_gate)
        {
            // Those who must be alone go first; passes that need not be would otherwise follow one another for ever.
            _waitingAlone += alone ? 1 : 0;
            while (!_closed && (_alone || (alone ? _running > 0 : _waitingAlone > 0)))
            {
                Monitor.Wait(_gate);
            }
            _waitingAlone -= alone ? 1 : 0;
            if (_closed)
            {
                Monitor.PulseAll(_gate);
                ThrowIfClosed();
            }
            _running++;
            _alone = alone;
        }
    }

    /// <summary>Ends one <see cref="Begin"/>.</summary>
    public void End()
    {
        lock (_gate)
        {
            _running--;
            _alone = false;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Lets no further pass begin, and frees the session when nobody uses it any more. A second call does nothing.</summary>
    public void Close()
    {
        lock (_gate)
        {
            if (!_closed)
            {
                _closed = true;
                Monitor.PulseAll(_gate);
                FreeIfUnused();
            }
        }
    }

    private void FreeIfUnused()
    {
        if (_closed && _users == 0)
        {
            session.Dispose();
        }
    }
}
