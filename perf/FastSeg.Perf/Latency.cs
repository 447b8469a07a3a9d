namespace FastSeg.Perf;

/// <summary>How long single frames take, one after the other.</summary>
/// <param name="Name">What is computed, of which frames.</param>
/// <param name="Door">How the engine was called: C#, C or Python; or the name of a peer.</param>
/// <param name="Seconds">The time of each frame, ascending.</param>
internal sealed record Latency(string Name, string Door, IReadOnlyList<double> Seconds)
{
    /// <summary>A percentile is stated where at least so many frames took longer.</summary>
    private const int Above = 10;

    /// <summary>Seconds to open the session; 0 where there is none.</summary>
    public double SetUp { get; init; }

    /// <summary>Seconds of the first frame, which is none of the others.</summary>
    public double First { get; init; }

    /// <summary>Managed bytes that a frame allocated; null where nobody counted.</summary>
    public double? Allocated { get; init; }

    /// <summary>Collections over all frames.</summary>
    public int Collections { get; init; }

    /// <summary>Most that the median is wanted to be, in seconds; null where nothing is wanted.</summary>
    public double? Wanted { get; init; }

    /// <summary>The middle one.</summary>
    public double Median => Seconds[Seconds.Count / 2];

    /// <summary>The slowest one.</summary>
    public double Slowest => Seconds[^1];

    /// <summary>Seconds that a share of the frames took at most; null where too few took longer to say so.</summary>
    /// <param name="share">Such as 0.99.</param>
    public double? Percentile(double share)
    {
        int index = (int)Math.Ceiling(share * Seconds.Count) - 1;
        return Seconds.Count - 1 - index >= Above ? Seconds[index] : null;
    }
}
