using FastSeg.Images.Labels;

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
    /// and confidence are 0, and the sample does not count in the mean and deviation that a model standardises the image by. A pixel may
    /// be NaN, infinite or, for a model of grey images, coloured there: what lies around it sees the nearest pixel that is finite, and the
    /// first of its channels. Null where every pixel is segmented.
    /// </summary>
    public ImageReader? Mask { get; init; }

    /// <summary>What stands for samples that are NaN or infinite; null for what the model says.</summary>
    public float? NanAs { get; init; }

    /// <summary>Whether the bar of text below a micrograph is left out, as by a mask; null for what the model says.</summary>
    public DataBar? DataBar { get; init; }

    /// <summary>Whether the label values that the model was trained with are written, instead of 1..C.</summary>
    public bool KeepValues { get; init; }

    /// <summary>What is done to the probabilities before each pixel gets its label; null for what the model says.</summary>
    public Smoothing? Smoothing { get; init; }

    /// <summary>
    /// With <see cref="SmoothingMode.Safe"/>, by what each class's probability is multiplied where it was the largest before smoothing:
    /// one number above 0 a class, such as <see cref="RunResult.ClassWeights"/> of another image or of the whole one. Then no areas are
    /// counted, and one pass over the region is enough. Null where the weights are made from the page's own areas.
    /// </summary>
    public IReadOnlyList<double>? ClassWeights { get; init; }

    /// <summary>
    /// Most bytes of deep features at full resolution that a <see cref="PreparedImage"/> holds after the run; within a memory limit, as
    /// many as it leaves. A later run over the same tiles then need not run a learned upsampler again: float32 for each channel and pixel,
    /// 128 bytes a pixel with 32 channels. Tiles that were not used for longest go first. With 0 the run uses what is there and adds
    /// nothing.
    /// </summary>
    public long KeepDeepBytes { get; init; }

    /// <summary>What a caller gave, with a mask of one channel of uint8 or uint16.</summary>
    internal static SegmentOptions Of(SegmentOptions? given) => given switch
    {
        null => new SegmentOptions(),
        { Mask: { } mask } => given with { Mask = LabelSet.OfMask(mask) },
        _ => given,
    };
}
