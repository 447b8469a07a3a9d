namespace FastSeg;

/// <summary>
/// Which outputs a segmentation will write, and as what: what a writer holds in memory depends on its format. A plan needs no more, so
/// no file is created for it.
/// </summary>
public sealed record PlannedOutputs
{
    /// <summary>The label map's file name, or any name with its ending (".tif", ".png", ".npy"); null for memory of the caller's.</summary>
    public string? Labels { get; init; }

    /// <summary>The probabilities' file name, or any name with its ending; null where none are wanted.</summary>
    public string? Probabilities { get; init; }

    /// <summary>The probabilities' type: <see cref="SampleType.Float32"/> or <see cref="SampleType.UInt8"/>.</summary>
    public SampleType ProbabilityType { get; init; } = SampleType.Float32;

    /// <summary>The confidence's file name, or any name with its ending; null where none is wanted.</summary>
    public string? Confidence { get; init; }
}
