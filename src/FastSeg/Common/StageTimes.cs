using System.Diagnostics;

namespace FastSeg.Common;

/// <summary>Busy time, pixels and bytes by stage. Not thread-safe: each worker has its own, and the run adds them up at the end.</summary>
internal sealed class StageTimes
{
    private static readonly int Count = Enum.GetValues<Stage>().Length;
    private readonly long[] _ticks = new long[Count];
    private readonly long[] _pixels = new long[Count];
    private readonly long[] _bytes = new long[Count];

    /// <summary>
    /// Adds the time since <paramref name="start"/> to a stage, with the pixels and bytes it worked on. Returns the present time, at which
    /// the next stage starts.
    /// </summary>
    public long Add(Stage stage, long start, long pixels = 0, long bytes = 0)
    {
        long now = Stopwatch.GetTimestamp();
        _ticks[(int)stage] += now - start;
        _pixels[(int)stage] += pixels;
        _bytes[(int)stage] += bytes;
        return now;
    }

    /// <summary>
    /// Adds the numbers of one of <paramref name="workers"/> workers. Its time counts for that fraction; pixels and bytes count in full.
    /// </summary>
    public void Add(StageTimes other, int workers)
    {
        for (int i = 0; i < Count; i++)
        {
            _ticks[i] += other._ticks[i] / workers;
            _pixels[i] += other._pixels[i];
            _bytes[i] += other._bytes[i];
        }
    }

    /// <summary>Adds what a finished run reports of a stage.</summary>
    public void Add(StageReport stage)
    {
        _ticks[(int)stage.Stage] += (long)(stage.Seconds * Stopwatch.Frequency);
        _pixels[(int)stage.Stage] += stage.Pixels;
        _bytes[(int)stage.Stage] += stage.Bytes;
    }

    /// <summary>The stages that took any time, in the order of <see cref="Stage"/>.</summary>
    public IReadOnlyList<StageReport> Report()
    {
        var stages = new List<StageReport>();
        for (int i = 0; i < Count; i++)
        {
            if (_ticks[i] > 0)
            {
                double seconds = (double)_ticks[i] / Stopwatch.Frequency;
                stages.Add(new StageReport((Stage)i, seconds, _pixels[i], _bytes[i]));
            }
        }
        return stages;
    }
}
