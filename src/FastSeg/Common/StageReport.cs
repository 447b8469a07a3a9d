namespace FastSeg;

/// <summary>What one stage of a finished run took.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="Seconds">Busy time, summed over threads and divided by the number of threads.</param>
/// <param name="Pixels">Pixels that the stage worked on; for reading, halos are included.</param>
/// <param name="Bytes">Bytes that were read, written or trained on; 0 for other stages.</param>
public sealed record StageReport(Stage Stage, double Seconds, long Pixels, long Bytes)
{
    /// <summary>The stage's name in lower case, as reports write it.</summary>
    public string Name => Stage.ToString().ToLowerInvariant();
}
