using FastSeg.Deep.Tokens;

namespace FastSeg;

/// <summary>How fast a backbone runs windows of one size.</summary>
/// <param name="WindowTokens">Cells of a window's side.</param>
/// <param name="Patch">Side of a cell, in pixels.</param>
/// <param name="FlipAverage">Whether a window's tokens are the mean over its four flips, which takes four passes.</param>
/// <param name="Seconds">Seconds of a window where one runs at a time.</param>
/// <param name="AtOnce">Windows that run at once in the second measurement.</param>
/// <param name="SecondsAtOnce">Seconds for each window where so many run at once.</param>
public sealed record BackboneSpeed(int WindowTokens, int Patch, bool FlipAverage, double Seconds, int AtOnce, double SecondsAtOnce)
{
    /// <summary>
    /// Pixels a second of a page, computed: its windows' time with <see cref="AtOnce"/> of them at once. Reading, blending and what follows
    /// the transformer come on top.
    /// </summary>
    /// <param name="width">Columns of the page, in pixels.</param>
    /// <param name="height">Rows of the page, in pixels.</param>
    /// <param name="overlap">Cells that neighbouring windows share, 0 to one less than a window's side.</param>
    public double PixelsPerSecond(long width, long height, int overlap)
    {
        var policy = new WindowPolicy(WindowTokens, overlap, FlipAverage);
        policy.Check();
        long Windows(long pixels) => new WindowAxis(LowResolutionTokens.Cells(pixels, Patch), policy, fixedSize: true).Count;
        return width * (double)height / (Windows(width) * Windows(height) * SecondsAtOnce);
    }
}
