using FastSeg.Backends;
using FastSeg.Images;

namespace FastSeg.Training;

/// <summary>An image that rows of features are gathered from: one that the caller gave, or a flipped copy of it.</summary>
/// <param name="Image">The image.</param>
/// <param name="Pixels">Its labelled pixels.</param>
/// <param name="Original">Which of the caller's images it is, or is a copy of.</param>
/// <param name="Flip">How a copy lies; null for the caller's image itself.</param>
internal sealed record LabelledImage(ImageReader Image, LabelledPixels Pixels, int Original, Flip? Flip = null)
{
    /// <summary>0 where a pixel is left out; null where none is.</summary>
    public ImageReader? Mask { get; init; }

    /// <summary>The caller's images with their labelled pixels.</summary>
    public static LabelledImage[] Originals(IReadOnlyList<TrainingImage> images, CancellationToken cancellation) =>
    [
        .. images.Select((image, i) =>
            new LabelledImage(image.Image, new(image.Image.Info, image.Labels, cancellation), i) { Mask = image.Mask }),
    ];

    /// <summary>The copies that an augmentation adds, image by image; their rows come behind those of the originals.</summary>
    public static IEnumerable<LabelledImage> Copies(
        IReadOnlyList<TrainingImage> images, Augmentation augment, CancellationToken cancellation) =>
        from i in Enumerable.Range(0, augment == Augmentation.Flips ? images.Count : 0)
        from flip in Enum.GetValues<Flip>()
        let image = new FlippedImage(images[i].Image, flip)
        select new LabelledImage(image, new(image.Info, new FlippedImage(images[i].Labels, flip), cancellation), i, flip)
        {
            Mask = images[i].Mask is { } mask ? new FlippedImage(mask, flip) : null,
        };

    /// <summary>The rank that a pixel of a copy has among the labelled pixels of its original.</summary>
    /// <param name="rank">The pixel's rank in this image.</param>
    /// <param name="original">The original.</param>
    public int RankIn(LabelledImage original, int rank)
    {
        if (Flip is not { } flip)
        {
            return rank;
        }
        (long y, long x) = Math.DivRem(Pixels.Position(rank), Pixels.Width);
        (x, y) = FlippedImage.Position(original.Image.Info, flip, x, y);
        return original.Pixels.Ranks(x, y, 1).First;
    }
}
