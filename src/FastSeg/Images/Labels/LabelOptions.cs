using FastSeg.Images.Labels;
using static FastSeg.Common.Arguments;

namespace FastSeg;

/// <summary>How the samples of a label image are read as classes.</summary>
public sealed record LabelOptions
{
    /// <summary>
    /// A value that is unlabelled, as 0 is; 255 is the usual one. Null: no value is, but 0 and those below it. It is compared before values
    /// above 65535 are refused, so it may be one of them.
    /// </summary>
    public long? Void { get; init; }

    /// <summary>
    /// The label value of each colour that strokes were drawn in; every other colour is unlabelled. Null: each exact colour is a class, by
    /// ascending red, green and blue, but for the background.
    /// </summary>
    public IReadOnlyDictionary<LabelColour, int>? Colours { get; init; }

    /// <summary>Whether files are turned as they say; see <see cref="ImageOptions.Orient"/>.</summary>
    public bool Orient { get; init; }

    /// <summary>
    /// Which plane of an OME-Zarr is opened, and at which size, as for the image that the labels belong to; files that have no such axis or
    /// size are opened as they are.
    /// </summary>
    public ImageOptions Opening { get; init => field = NotNull(value); } = ImageOptions.Default;

    /// <summary>Reads an image, such as one in memory, as labels.</summary>
    /// <param name="image">The stored samples, of any type; the caller keeps owning it.</param>
    /// <returns>One channel of uint8 or uint16, 0 where nothing is drawn.</returns>
    /// <exception cref="FastSegException">It is no label image.</exception>
    public ImageReader Read(ImageReader image) => LabelSet.Of([NotNull(image)], this, LabelSet.Values, owned: false)[0];
}
