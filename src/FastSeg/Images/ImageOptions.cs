using System.Text.Json.Serialization;
using static FastSeg.Common.Arguments;

namespace FastSeg;

/// <summary>How image files are opened. A model keeps how its training images were opened, and others should be opened alike.</summary>
public sealed record ImageOptions
{
    /// <summary>What a file is opened with where nothing else is asked for.</summary>
    public static ImageOptions Default { get; } = new();

    /// <summary>
    /// Whether the pages of a file are channels of one image: all of its pages, or, where OME-XML or ImageJ says what they are, the
    /// pages of all channels of the slice and the frame that the named page, or else the first, is one of.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool ChannelsFromPages { get; init; }

    /// <summary>Whether images, labels and masks are turned as their files say (orientations of TIFF and EXIF).</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Orient { get; init; }

    /// <summary>Which plane of an OME-Zarr image is opened; null for the first, with all channels. No model keeps it.</summary>
    [JsonIgnore]
    public PlaneSelection? Select { get; init; }

    /// <summary>At which size an image that its file holds at several is opened: 0 is the largest. No model keeps it.</summary>
    [JsonIgnore]
    public int Level { get; init; }

    /// <summary>What of this a model keeps.</summary>
    internal ImageOptions Kept => this with { Select = null, Level = 0 };

    /// <summary>How the images of one training were opened, as far as a model keeps it.</summary>
    /// <exception cref="FastSegException">Two were opened differently.</exception>
    internal static ImageOptions Of(IEnumerable<ImageReader> images)
    {
        ImageReader[] all = [.. images];
        ImageReader? other = all.FirstOrDefault(image => image.Opening.Kept != all[0].Opening.Kept);
        return other is null
            ? all[0].Opening.Kept
            : throw new FastSegException(
                $"{other.Info.Name} and {all[0].Info.Name} were opened with different options; open all images of a training alike.");
    }

    /// <summary>What either asks for.</summary>
    /// <param name="other">What else is asked for.</param>
    public ImageOptions And(ImageOptions other) => new()
    {
        ChannelsFromPages = ChannelsFromPages || NotNull(other).ChannelsFromPages,
        Orient = Orient || other.Orient,
        Select = other.Select ?? Select,
        Level = Math.Max(other.Level, Level),
    };
}
