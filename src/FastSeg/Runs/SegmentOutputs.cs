namespace FastSeg;

/// <summary>Where a segmentation goes; each output may be left out.</summary>
public sealed record SegmentOutputs
{
    /// <summary>Label map, uint8, or uint16 where a kept value is above 255.</summary>
    public ImageWriter? Labels { get; init; }

    /// <summary>Class probabilities, one page a class: float32 0..1, or uint8 0..255 (rounded to nearest).</summary>
    public ImageWriter? Probabilities { get; init; }

    /// <summary>Probability of the chosen class, float32.</summary>
    public ImageWriter? Confidence { get; init; }

    internal IEnumerable<ImageWriter> Writers => ((ImageWriter?[])[Labels, Probabilities, Confidence]).OfType<ImageWriter>();
}
