namespace FastSeg.Studio.Pictures;

/// <summary>How often samples occur. The channels of an RGB image count together.</summary>
/// <param name="Least">The smallest sample that was seen.</param>
/// <param name="Most">The largest one.</param>
/// <param name="Bins">How many samples lie in each 256th of the range between them.</param>
/// <param name="Low">Auto-contrast: 0.35 % of the samples are below.</param>
/// <param name="High">Auto-contrast: 0.35 % of the samples are above; larger than <paramref name="Low"/>.</param>
/// <param name="Sampled">Whether only a part of the image was looked at.</param>
internal sealed record Histogram(double Least, double Most, long[] Bins, double Low, double High, bool Sampled)
{
    /// <summary>The auto-contrast.</summary>
    public Window Auto => new(Low, High);
}
