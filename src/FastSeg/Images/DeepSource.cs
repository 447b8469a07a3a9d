namespace FastSeg.Images;

/// <summary>
/// What deep features and their upsampling are given of an image: one channel or three as they are, the three that were chosen, or else
/// the mean of all channels.
/// </summary>
internal static class DeepSource
{
    /// <summary>The image as it is given; itself where nothing changes. It stays the caller's.</summary>
    /// <param name="image">The image, standardised by its neighbourhood or not.</param>
    /// <param name="rgb">Numbers of the channels that are taken for red, green and blue; null where none were chosen.</param>
    /// <param name="divided">Whether samples are divided by their type's divisor, because nothing standardises them.</param>
    public static ImageReader Of(ImageReader image, IReadOnlyList<int>? rgb, bool divided) => image.Info.Channels switch
    {
        1 => image,
        _ when rgb is not null => ChannelView.Chosen(image, rgb),
        3 => image,
        _ => ChannelView.Mean(image, divided),
    };

    /// <summary>The type of the samples that an image of <see cref="Of"/> is made of.</summary>
    public static SampleType TypeOf(ImageReader image) => image is ChannelView view ? view.OriginalType : image.Info.Type;
}
