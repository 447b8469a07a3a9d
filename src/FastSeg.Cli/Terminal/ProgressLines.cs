using System.Globalization;
using FastSeg.Cli.Text;

namespace FastSeg.Cli.Terminal;

/// <summary>
/// Says how far a long run is where no terminal shows a bar, in a log for instance: nothing of a run that is over soon, then a line every
/// few seconds. Reports come from several threads.
/// </summary>
/// <param name="error">Where the lines go.</param>
/// <param name="what">What runs.</param>
/// <param name="pixels">Pixels of the whole run, for the rate; 0 where they are not known.</param>
/// <param name="clock">The time.</param>
internal sealed class ProgressLines(TextWriter error, string what, long pixels, TimeProvider clock) : IProgress<double>
{
    /// <summary>When the first line comes, and how long after a line the next one.</summary>
    public static readonly TimeSpan First = TimeSpan.FromSeconds(10), Between = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly long _start = clock.GetTimestamp();
    private readonly RecentRate _recent = new();
    private TimeSpan _next = First;
    private double _done;

    /// <inheritdoc/>
    public void Report(double value)
    {
        lock (_gate)
        {
            _done = Math.Max(_done, value);
            TimeSpan elapsed = clock.GetElapsedTime(_start);
            double rate = _recent.Take(elapsed, _done);
            if (elapsed >= _next && rate > 0 && _done < 1)
            {
                _next = elapsed + Between;
                error.WriteLine($"fastseg: {what}: {Text(_done, rate, pixels)}");
            }
        }
    }

    /// <summary>"42 %, 3.1 Mpx/s, 20 s left".</summary>
    /// <param name="done">The fraction that is done, above 0.</param>
    /// <param name="rate">The fraction that a second does.</param>
    /// <param name="pixels">Pixels of the whole run; 0 where they are not known.</param>
    public static string Text(double done, double rate, long pixels)
    {
        string shown = pixels > 0 ? $", {Rate(rate, pixels)}" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{100 * done:F0} %{shown}, {Units.Seconds((1 - done) / rate)} left");
    }

    /// <summary>"3.1 Mpx/s".</summary>
    public static string Rate(double rate, long pixels) =>
        string.Create(CultureInfo.InvariantCulture, $"{pixels * rate / 1e6:G2} Mpx/s");
}
