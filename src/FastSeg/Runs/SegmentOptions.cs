namespace FastSeg;

/// <summary>Which pixels a segmentation covers and how its labels are numbered.</summary>
public sealed record SegmentOptions
{
    /// <summary>
    /// The part of the image to segment; the outputs have its size. Null for the whole image. Features still see real neighbours outside.
    /// </summary>
    public Region? Region { get; init; }

    /// <summary>
    /// An image of the same size as the segmented image whose pixels are zero where nothing should be segmented (label 0, probability 0).
    /// </summary>
    public ImageReader? Mask { get; init; }

    /// <summary>Write the label values the model was trained with instead of 1..C.</summary>
    public bool KeepValues { get; init; }
}
