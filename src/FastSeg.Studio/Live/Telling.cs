using System.Diagnostics;

namespace FastSeg.Studio.Live;

/// <summary>Tells progress now and then, not each time: several threads report, hundreds of times a second.</summary>
/// <param name="seconds">Least time between two tellings.</param>
/// <param name="tell">Gets the fraction that is done.</param>
internal sealed class Telling(double seconds, Action<double> tell) : IProgress<double>
{
    private readonly Lock _lock = new();
    private long _last;

    /// <inheritdoc/>
    public void Report(double value)
    {
        lock (_lock)
        {
            if (_last == 0 || Stopwatch.GetElapsedTime(_last).TotalSeconds >= seconds)
            {
                _last = Stopwatch.GetTimestamp();
                tell(value);
            }
        }
    }
}
