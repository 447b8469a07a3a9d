using static FastSeg.Common.Arguments;

namespace FastSeg;

/// <summary>One image of a training set and the labels drawn on it; the caller keeps owning both.</summary>
/// <param name="Image">The image.</param>
/// <param name="Labels">
/// The labels: one channel of uint8 or uint16 of the image's size. 0 is unlabelled, every other value is a class.
/// </param>
public sealed record TrainingImage(ImageReader Image, ImageReader Labels)
{
    /// <summary>The image.</summary>
    public ImageReader Image { get; init => field = NotNull(value); } = NotNull(Image);

    /// <summary>
    /// One channel of whole numbers of the image's size: where it is 0, labels do not count, nor do samples in mean and deviation, and a
    /// sample may be NaN. Null where every pixel counts.
    /// </summary>
    public ImageReader? Mask { get; init; }

    /// <summary>The labels.</summary>
    public ImageReader Labels { get; init => field = NotNull(value); } = NotNull(Labels);
}
