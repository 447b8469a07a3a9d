using FastSeg.Simd;

namespace FastSeg.Probabilities;

/// <summary>The guided filter on a strip of a tile's columns, from the top to the bottom.</summary>
internal abstract unsafe class GuidedStrip
{
    /// <summary>
    /// Columns of the widest strip. Narrow ones repeat more around them, wide ones have buffers that leave the L2 cache; and a panel's
    /// probabilities are smoothed as soon as they are there, so a strip is no wider than a panel.
    /// </summary>
    public const int MaxWidth = Band.MaxWidth;

    /// <summary>Floats from a class to the next in the rows that <see cref="Next"/> gives.</summary>
    public nint Stride { get; protected init; }

    /// <summary>
    /// Floats of a plane's row: the columns of a strip with those that are read around it, in whole steps of the widest vectors, and an odd
    /// number of cache lines, so that the rows of a column lie in different sets of the L1 cache.
    /// </summary>
    public static nint StrideOf(int radius)
    {
        const int Step = 2 * Arena.Line;
        int widest = (MaxWidth + (4 * radius) + Step - 1) / Step * Step;
        return ((widest / Arena.Line) | 1) * Arena.Line;
    }

    /// <summary>Begins a strip.</summary>
    /// <param name="tile">What is read.</param>
    /// <param name="core">The part of the tile's core that is smoothed; at most <see cref="MaxWidth"/> columns.</param>
    public abstract void Start(in GuidedTileCpu tile, Region core);

    /// <summary>The next row of the core.</summary>
    /// <param name="y">Its number in the image.</param>
    /// <returns>g of class 0, first column, until the next call; null behind the last row.</returns>
    public abstract float* Next(out long y);
}
