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

    /// <summary>The labels.</summary>
    public ImageReader Labels { get; init => field = NotNull(value); } = NotNull(Labels);
}
