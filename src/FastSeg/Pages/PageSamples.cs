using FastSeg.Images;
using FastSeg.Images.Samples;

namespace FastSeg;

/// <summary>
/// What is known of all samples of a page, as they are stored. Plain numbers: a caller may keep them in a file and give them back, so that
/// the page need not be read again.
/// </summary>
/// <param name="Count">How many samples there are: pixels times channels.</param>
/// <param name="Mean">Their mean.</param>
/// <param name="Squares">The sum of their squared deviations from the mean.</param>
/// <param name="IsGrey">Whether the page has one channel, or red, green and blue that are equal at every pixel.</param>
/// <param name="Least">The least sample of a float32 page; 0 for whole numbers, which are never unfit.</param>
/// <param name="Most">The largest sample of a float32 page; 0 for whole numbers.</param>
public sealed record PageSamples(long Count, double Mean, double Squares, bool IsGrey, float Least, float Most)
{
    /// <summary>
    /// Percentiles and the like, which models keep and images are compared by; null where the numbers come from an older program.
    /// </summary>
    public ImageData? Data { get; init; }

    /// <summary>Mean and deviation.</summary>
    public SampleStatistics Statistics => Moments.Statistics;

    internal SampleMoments Moments => new(Count, Mean, Squares);

    internal SampleLimits Range => new(Least, Most);

    /// <summary>Reads a page once: moments and range, then whether it is grey, which the first coloured pixel decides.</summary>
    /// <exception cref="FastSegException">The file is corrupt, or a sample is not finite or too large.</exception>
    internal static PageSamples Of(ImageReader image, ComputeOptions options)
    {
        int workers = options.WorkerCount;
        using var pass = new SampleStatisticsPass(image, null, workers, Percentiles.OfTraining);
        SampleMoments moments = pass.Run(options);
        bool grey = SampleSearch.IsGrey(image, options);
        return new PageSamples(moments.Count, moments.Mean, moments.Squares, grey, pass.Range.Low, pass.Range.High)
        {
            Data = pass.Data(moments, grey),
        };
    }

    /// <summary>Bytes that <see cref="Of"/> allocates.</summary>
    internal static long Bytes(ImageReader image, ComputeOptions options) =>
        image.HeldBytes(options.WorkerCount) + SampleStatisticsPass.Bytes(image, null, options.WorkerCount, Percentiles.OfTraining);

    /// <summary>Refuses numbers that cannot be those of an image.</summary>
    /// <exception cref="ArgumentException">They are of another image.</exception>
    internal PageSamples Checked(ImageInfo image)
    {
        bool fits = Count == checked(image.Bounds.Pixels * image.Channels) && double.IsFinite(Mean) && Squares >= 0
            && double.IsFinite(Squares) && Least <= Most && float.IsFinite(Most - Least)
            && (IsGrey ? image.Channels == 1 || image.IsColour : image.Channels > 1);
        return fits ? this : throw new ArgumentException($"The samples that were given are not those of {image.Name}; measure it again.");
    }
}
