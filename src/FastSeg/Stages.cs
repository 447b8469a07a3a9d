using System.Diagnostics;

namespace FastSeg;

/// <summary>What a run spends its time on; the names in a report are these in lower case.</summary>
public enum Stage
{
    /// <summary>Decoding image samples.</summary>
    Read,

    /// <summary>Classical features.</summary>
    Filters,

    /// <summary>The vision transformer.</summary>
    Vit,

    /// <summary>Projection of tokens on the principal components.</summary>
    Projection,

    /// <summary>Upsampling deep features to full resolution.</summary>
    Upsampler,

    /// <summary>Collecting the labelled pixels' rows.</summary>
    Gather,

    /// <summary>Training the trees.</summary>
    Train,

    /// <summary>Binning and walking the trees, and deciding.</summary>
    Forest,

    /// <summary>Encoding and writing results.</summary>
    Write,
}

/// <summary>One stage of a finished run.</summary>
/// <param name="Name">Name of the stage, in lower case.</param>
/// <param name="Seconds">Busy time summed over threads, divided by the number of threads.</param>
/// <param name="Pixels">Pixels it processed.</param>
/// <param name="Bytes">Bytes it read or wrote, where that is what it does; 0 elsewhere.</param>
public sealed record StageReport(string Name, double Seconds, long Pixels, long Bytes);

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
                stages.Add(new StageReport(((Stage)i).ToString().ToLowerInvariant(), seconds, _pixels[i], _bytes[i]));
            }
        }
        return stages;
    }
}
