namespace FastSeg.Images.Samples;

/// <summary>Where the samples of an image lie, as they are stored.</summary>
/// <param name="Low">Their 0.1 percentile.</param>
/// <param name="High">Their 99.9 percentile.</param>
/// <param name="AtLeast">Share of the samples that are the least number of their type, 0 to 1; 0 for floats.</param>
/// <param name="AtMost">Share of the samples that are the largest number of their type.</param>
internal readonly record struct SampleSpread(double Low, double High, double AtLeast, double AtMost)
{
    /// <summary>An image of more different numbers is no label map.</summary>
    public const int MostValues = 16;

    private const double LowShare = 0.001, HighShare = 0.999;

    /// <summary>Bits of a sample with which an image has few values by its nature.</summary>
    private const int FewBits = 4;

    /// <summary>
    /// How many different whole numbers the samples are; 0 where there are more than <see cref="MostValues"/>, or one is no whole number.
    /// </summary>
    public int Values { get; init; }

    /// <summary>What is known of an image with these samples.</summary>
    /// <param name="image">Its type and channels.</param>
    /// <param name="samples">Mean and deviation.</param>
    /// <param name="grey">Whether three channels are equal at every pixel, where that was found out.</param>
    public ImageData Data(ImageInfo image, SampleStatistics samples, bool grey = false)
    {
        ChannelKind kind = grey || image.Channels == 1 ? ChannelKind.Grey : image.IsColour ? ChannelKind.Colour : ChannelKind.Channels;
        return new ImageData(image.Stored, kind, Low, High, samples.Mean, samples.Deviation)
        {
            ChannelNames = image.ChannelNames.Count == 0 ? null : image.ChannelNames,
            AtLeast = AtLeast,
            AtMost = AtMost,
            Values = image.Bits <= FewBits ? 0 : Values,
        };
    }

    /// <summary>
    /// Takes the percentiles as numpy does: percentile q of n sorted samples lies at q (n - 1), between its two neighbours in proportion.
    /// </summary>
    /// <param name="count">How many samples there are, at least 1.</param>
    /// <param name="sorted">Gives the sample of a rank, from 0.</param>
    /// <param name="atLeast">Samples at the least number of their type.</param>
    /// <param name="atMost">Samples at the largest.</param>
    public static SampleSpread Of(long count, Func<long, double> sorted, long atLeast = 0, long atMost = 0)
    {
        double At(double share)
        {
            double place = share * (count - 1);
            long below = (long)place;
            double least = sorted(below), next = sorted(Math.Min(count - 1, below + 1));
            return least + ((place - below) * (next - least));
        }
        return new SampleSpread(At(LowShare), At(HighShare), (double)atLeast / count, (double)atMost / count);
    }
}
