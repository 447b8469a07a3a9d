using FastSeg.Images;
using FastSeg.Simd;

namespace FastSeg.Probabilities;

/// <summary>
/// The guided filter on a strip of a tile's columns, from the top to the bottom. It takes rows in blocks, of which each completes as many
/// rows of the result, so that the rows of the tile need not all be there at once.
/// </summary>
internal abstract unsafe class GuidedStrip
{
    /// <summary>Floats from a class to the next in the rows that <see cref="Next"/> gives.</summary>
    public nint Stride { get; protected init; }

    /// <summary>The part of the tile's core that is smoothed.</summary>
    public Region Core { get; protected set; }

    /// <summary>The first row that blocks to come read, of the probabilities or the guide; results above it are made.</summary>
    public abstract long FirstRead { get; }

    /// <summary>
    /// Columns of the widest strip: the widest panel, and those before it that wait for it. Narrow strips repeat more around them, wide
    /// ones have buffers that leave the L2 cache; and a panel's probabilities are smoothed as soon as they are there.
    /// </summary>
    public static int MaxWidth(int radius) => Band.MaxWidth + GuidedFilter.Halo(radius);

    /// <summary>
    /// Floats of a plane's row: the columns of a strip with those that are read around it, in whole steps of the widest vectors, and an odd
    /// number of cache lines, so that the rows of a column lie in different sets of the L1 cache.
    /// </summary>
    public static nint StrideOf(int radius)
    {
        const int Step = 2 * Arena.Line;
        int widest = (MaxWidth(radius) + (2 * GuidedFilter.Halo(radius)) + Step - 1) / Step * Step;
        return ((widest / Arena.Line) | 1) * Arena.Line;
    }

    /// <summary>Begins a strip.</summary>
    /// <param name="tile">What is read.</param>
    /// <param name="core">The part of the tile's core that is smoothed; at most <see cref="MaxWidth"/> columns.</param>
    public abstract void Start(in GuidedTileCpu tile, Region core);

    /// <summary>Begins the next block; false where its rows are not all there yet, or no result is left to make.</summary>
    /// <param name="tile">The tile that the strip began with, whose planes may begin with a later row now.</param>
    /// <param name="bottom">The row behind the last one that is there.</param>
    public abstract bool Begins(in GuidedTileCpu tile, long bottom);

    /// <summary>The next row of the core that the block completes.</summary>
    /// <param name="y">Its number in the image.</param>
    /// <returns>g of class 0, first column, until the next call; null behind the block's last row.</returns>
    public abstract float* Next(out long y);
}
