using System.Diagnostics;

namespace FastSeg.Studio.Exports;

/// <summary>What a job has while it runs: a way to say how far it is, and to hear that it is not wanted any more.</summary>
/// <param name="tell">Told how far the job is.</param>
/// <param name="cancellation">Stops it.</param>
internal sealed class JobRun(Action<Func<JobState, JobState>> tell, CancellationToken cancellation)
{
    private const double TellEverySeconds = 0.25, KnowAfterSeconds = 1, KnowAfterFraction = 0.01;

    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private readonly Lock _gate = new();
    private double _told = double.NegativeInfinity;

    public CancellationToken Cancellation => cancellation;

    /// <summary>Says what begins.</summary>
    /// <param name="done">Pages that are done.</param>
    /// <param name="total">Pages that there are.</param>
    /// <param name="text">What is done now.</param>
    public void Begin(int done, int total, string text) =>
        tell(state => state with { Done = done, Total = total, Text = text });

    /// <summary>Says which share of all the work is done; several threads may say it at once.</summary>
    public void Progress(double fraction)
    {
        double seconds = _watch.Elapsed.TotalSeconds;
        lock (_gate)
        {
            if (seconds - _told < TellEverySeconds)
            {
                return;
            }
            _told = seconds;
        }
        bool known = seconds > KnowAfterSeconds && fraction > KnowAfterFraction;
        tell(state => state with { SecondsLeft = known ? seconds * (1 - fraction) / fraction : null });
    }

    /// <summary>The options of a part of the work.</summary>
    /// <param name="options">Threads and memory.</param>
    /// <param name="start">Share of all the work that is done before.</param>
    /// <param name="share">Share that the part is.</param>
    public ComputeOptions Part(ComputeOptions options, double start, double share) => options with
    {
        Cancellation = cancellation,
        Progress = new Telling(fraction => Progress(start + (share * fraction))),
    };

    /// <summary>Tells on the thread that says it.</summary>
    private sealed class Telling(Action<double> tell) : IProgress<double>
    {
        public void Report(double value) => tell(value);
    }
}
