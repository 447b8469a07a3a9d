namespace FastSeg;

/// <summary>Where the results of a segmented frame go; each may be left out, but not all of them.</summary>
public readonly record struct SegmentTargets
{
    /// <summary>
    /// Receives the label of each pixel: uint8, or uint16 for kept values above 255. Labels are 1..C unless the session keeps values.
    /// </summary>
    public FrameMemory Labels { get; init; }

    /// <summary>Receives the probabilities, a plane a class: float32 of 0 to 1, or uint8 of 0 to 255, rounded to nearest.</summary>
    public FrameMemory Probabilities { get; init; }

    /// <summary>Receives the probability of the chosen class: float32.</summary>
    public FrameMemory Confidence { get; init; }

    /// <summary>
    /// Receives the margins, which are the sums of the trees' leaves before any softmax or smoothing: float32, one plane for two classes
    /// (positive for the second), otherwise a plane a class.
    /// </summary>
    public FrameMemory Margins { get; init; }

    /// <summary>Whether any result is wanted.</summary>
    internal bool Any => Labels.IsGiven || Probabilities.IsGiven || Confidence.IsGiven || Margins.IsGiven;
}
