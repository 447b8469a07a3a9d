namespace FastSeg.Probabilities;

/// <summary>The constants of what is decided pixel by pixel.</summary>
internal static class SafeRule
{
    /// <summary>Where a class has a probability above this, the forest is sure, and the pixel is not smoothed.</summary>
    public const float Sure = 0.8f;

    /// <summary>A probability of 1 as it is kept in the low 15 of 16 bits.</summary>
    public const int One = 32767;

    /// <summary>
    /// The highest of 16 bits: the class had the pixel's largest probability before smoothing. Only there is it multiplied by its weight,
    /// so that a weight gives a class back what the smoothing took, and nothing else.
    /// </summary>
    public const int Own = 32768;

    /// <summary>Sums of probabilities count as at least this: a pixel whose values are all 0 keeps them.</summary>
    public const float LeastSum = 1e-30f;
}
