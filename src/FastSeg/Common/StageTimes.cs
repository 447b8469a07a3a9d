using System.Diagnostics;

namespace FastSeg.Common;

/// <summary>Busy time, pixels and bytes of one worker, by stage. Not thread-safe: one a worker, added up at the end.</summary>
internal sealed class StageTimes
{
    private static readonly int Count = Enum.GetValues<Stage>().Length;
    private readonly long[] _ticks = new long[Count];
    private readonly long[] _pixels = new long[Count];
    private readonly long[] _bytes = new long[Count];

    /// <summary>Adds the time since <paramref name="start"/> and returns the present time, where the next stage starts.</summary>
    public long Add(Stage stage, long start, long pixels = 0, long bytes = 0)
    {
        long now = Stopwatch.GetTimestamp();
        _ticks[(int)stage] += now - start;
        _pixels[(int)stage] += pixels;
        _bytes[(int)stage] += bytes;
        return now;
    }

    /// <summary>Adds one of <paramref name="workers"/> workers' numbers; its time counts for that fraction.</summary>
    public void Add(StageTimes other, int workers)
    {
        for (int i = 0; i < Count; i++)
        {
            _ticks[i] += other._ticks[i] / workers;
            _pixels[i] += other._pixels[i];
            _bytes[i] += other._bytes[i];
        }
    }

    /// <summary>The stages that were busy, in order.</summary>
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
