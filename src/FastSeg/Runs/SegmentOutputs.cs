using FastSeg.Files.Runs;

namespace FastSeg;

/// <summary>The writers that a segmentation's results go to; each of them may be left out.</summary>
public sealed record SegmentOutputs
{
    /// <summary>Receives the label map: uint8, or uint16 where a kept value is above 255.</summary>
    public ImageWriter? Labels { get; init; }

    /// <summary>
    /// Receives the probabilities, one page for each class: float32 of 0 to 1, or uint8 of 0 to 255 (rounded to nearest).
    /// </summary>
    public ImageWriter? Probabilities { get; init; }

    /// <summary>Receives the probability of the chosen class: float32.</summary>
    public ImageWriter? Confidence { get; init; }

    /// <summary>The folder of a run that can go on, where results grow; null for a run that leaves nothing. The caller's.</summary>
    internal RunFolder? Folder { get; init; }

    /// <summary>The writers that are there.</summary>
    internal IEnumerable<ImageWriter> Writers => ((ImageWriter?[])[Labels, Probabilities, Confidence]).OfType<ImageWriter>();
}
