namespace FastSeg;

/// <summary>Which pixels a segmentation covers and how its labels are numbered.</summary>
public sealed record SegmentOptions
{
    /// <summary>
    /// The part of the image to segment, in pixels of the image; the outputs have its size. Null stands for the whole image. The features
    /// of a pixel at the region's edge still see the image's pixels outside the region.
    /// </summary>
    public Region? Region { get; init; }

    /// <summary>
    /// An image of the segmented image's size, one channel of uint8 or uint16. Where it is 0, nothing is segmented: label, probabilities
    /// and confidence are 0. Null where every pixel is segmented.
    /// </summary>
    public ImageReader? Mask { get; init; }

    /// <summary>Whether the label values that the model was trained with are written, instead of 1..C.</summary>
    public bool KeepValues { get; init; }
}
