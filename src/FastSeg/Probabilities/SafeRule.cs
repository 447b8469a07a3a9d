namespace FastSeg.Probabilities;

/// <summary>The constants of what is decided pixel by pixel.</summary>
internal static class SafeRule
{
    /// <summary>Where a class has a probability above this, the forest is sure, and the pixel is not smoothed.</summary>
    public const float Sure = 0.8f;

    /// <summary>Sums of probabilities count as at least this: a pixel whose values are all 0 keeps them.</summary>
    public const float LeastSum = 1e-30f;
}
