namespace FastSeg;

/// <summary>One stage of a finished run.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="Seconds">Busy time summed over threads, divided by the number of threads.</param>
/// <param name="Pixels">Pixels it processed.</param>
/// <param name="Bytes">Bytes it read or wrote, where that is what it does; 0 elsewhere.</param>
public sealed record StageReport(Stage Stage, double Seconds, long Pixels, long Bytes)
{
    /// <summary>The stage's name in lower case, as reports write it.</summary>
    public string Name => Stage.ToString().ToLowerInvariant();
}
