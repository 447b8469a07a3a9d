using FastSeg.Features;

namespace FastSeg.Probabilities;

/// <summary>
/// The guide of the guided filter: the mean over channels of the page's standardised samples, blurred by a Gaussian whose border repeats
/// the image's edge pixels.
/// </summary>
internal static class Guide
{
    /// <summary>Pixels on each side that the Gaussian looks at.</summary>
    public const int Radius = 4;

    /// <summary>Taps from the centre outwards, for a standard deviation of one pixel.</summary>
    public static float[] Taps => Gaussian.Taps(1, Radius);

    /// <summary>
    /// The factor and the term by which samples become (x - mean) / deviation in one multiply-add. A deviation of 0, or below 1e-6 of the
    /// mean, counts as 1.
    /// </summary>
    public static (float Factor, float Term) Map(SampleStatistics statistics)
    {
        double deviation = statistics.Deviation;
        deviation = deviation == 0 || deviation < 1e-6 * Math.Abs(statistics.Mean) ? 1 : deviation;
        return ((float)(1 / deviation), (float)(-statistics.Mean / deviation));
    }
}
