namespace FastSeg.Forest;

/// <summary>
/// Trees of depth up to 6, pruned and evaluated one square at a time: a whole tree is pruned with a few vector operations, fast enough to
/// pay for 256 pixels.
/// </summary>
internal abstract unsafe class SquareTrees : IDisposable
{
    /// <summary>Deepest tree.</summary>
    private const int MaxDepth = 6;

    /// <summary>Most byte planes: planes are numbered in bytes, and the number behind the last one stands for "no split".</summary>
    private const int MaxPlanes = 255;

    /// <summary>Splits that were evaluated so far.</summary>
    public long SplitsEvaluated { get; protected set; }

    /// <summary>Whether the forest's trees and byte planes allow it.</summary>
    public static bool Suits(ForestTablesCpu tables) => tables.Planes <= MaxPlanes && tables.Forest.Depth.Max() <= MaxDepth;

    /// <summary>Prunes a group's trees by a square's bins and adds each pixel's leaves to its margin.</summary>
    /// <param name="group">Which group.</param>
    /// <param name="least">The least bin of each plane.</param>
    /// <param name="most">The largest bin of each plane, not below the least.</param>
    /// <param name="bins">The square's planes, from <see cref="IForestLanes{TInt}.Bin"/>.</param>
    /// <param name="margins">16 x 16 margins.</param>
    public abstract void AddLeavesOf(int group, byte* least, byte* most, byte* bins, float* margins);

    /// <inheritdoc/>
    public abstract void Dispose();
}
