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
}
