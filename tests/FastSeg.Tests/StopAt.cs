namespace FastSeg.Tests;

/// <summary>Cancels a run when its progress first gets to <paramref name="share"/>, or with the first report for 0.</summary>
internal sealed class StopAt(double share) : IProgress<double>, IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private int _reports;

    /// <summary>How many reports there were from the one that cancelled on, which is counted too.</summary>
    public int ReportsSince => _reports;

    public ComputeOptions Options(int threads) => new() { Threads = threads, Progress = this, Cancellation = _source.Token };

    public void Report(double value)
    {
        if (value >= share)
        {
            Interlocked.Increment(ref _reports);
            _source.Cancel();
        }
    }

    public void Dispose() => _source.Dispose();
}
