using FastSeg.Images;
using static FastSeg.Common.Arguments;

namespace FastSeg;

/// <summary>Which channels a picture of an image shows: one or three as they are, the first of two, and the first three of more.</summary>
public static class ShownChannels
{
    /// <summary>The image with the channels that are shown: itself, where these are all. It stays the caller's.</summary>
    public static ImageReader Of(ImageReader image) => Count(NotNull(image).Info) is var count && count == image.Info.Channels
        ? image
        : ChannelView.Chosen(image, [.. Enumerable.Range(0, count)]);

    /// <summary>What a picture leaves out, as a part of a sentence: "the first 3 of 4 channels"; null where it is nothing.</summary>
    public static string? Note(ImageInfo image) => Count(NotNull(image)) is var count && count == image.Channels ? null
        : count == 1 ? $"the first of {image.Channels} channels"
        : $"the first {count} of {image.Channels} channels";

    private static int Count(ImageInfo image) => image.Channels < 3 ? 1 : 3;
}
