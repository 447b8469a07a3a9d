namespace FastSeg;

/// <summary>What a run did.</summary>
/// <param name="Pixels">Pixels segmented or trained on.</param>
/// <param name="ClassPixels">Pixels of each class, in class order; empty for runs that do not segment.</param>
/// <param name="Stages">Where the time went.</param>
/// <param name="Seconds">Wall time.</param>
/// <param name="PlannedPeakBytes">Peak memory of the process as planned before the first tile.</param>
public sealed record RunResult(
    long Pixels, IReadOnlyList<long> ClassPixels, IReadOnlyList<StageReport> Stages, double Seconds, long PlannedPeakBytes)
{
    /// <summary>What computed; never <see cref="BackendKind.Auto"/>.</summary>
    public BackendKind Backend { get; init; } = BackendKind.Cpu;

    /// <summary>Why a GPU that is there was not used, or not for training; null where there is nothing to say.</summary>
    public string? Note { get; init; }
}
