using FastSeg.Studio.Live;
using NUnit.Framework;

namespace FastSeg.Studio.Tests.Live;

/// <summary>What a live loop said, and a way to wait for it.</summary>
internal sealed class StatusLog
{
    private const int MostSeconds = 60;

    private readonly List<LiveStatus> _said = [];

    public StatusLog(LiveLoop loop) => loop.Status += status =>
    {
        lock (_said)
        {
            _said.Add(status);
            Monitor.PulseAll(_said);
        }
    };

    /// <summary>Waits until a state is told for a version of the project, or a newer one; fails where it does not come.</summary>
    public LiveStatus Wait(LiveState state, long version)
    {
        DateTime end = DateTime.UtcNow.AddSeconds(MostSeconds);
        lock (_said)
        {
            while (true)
            {
                if (_said.LastOrDefault(status => status.State == state && status.Version >= version) is { } found)
                {
                    return found;
                }
                if (DateTime.UtcNow > end || !Monitor.Wait(_said, end - DateTime.UtcNow))
                {
                    throw new AssertionException(
                        $"{state} of version {version} did not come; said were {string.Join("; ", _said.TakeLast(5))}.");
                }
            }
        }
    }

    public void Clear()
    {
        lock (_said)
        {
            _said.Clear();
        }
    }
}
