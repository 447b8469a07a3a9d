namespace FastSeg.Forest;

/// <summary>
/// Trees of depth up to 6, pruned as a whole, fast enough to do so for every square of 16 x 16 pixels, and evaluated on it.
/// </summary>
internal abstract unsafe class SquareTrees : IDisposable
{
    /// <summary>Deepest tree.</summary>
    protected const int MaxDepth = 6;

    /// <summary>Most byte planes; one more number stands for none.</summary>
    protected const int MaxPlanes = 255;

    /// <summary>Splits that were evaluated so far.</summary>
    public long SplitsEvaluated { get; protected set; }

    /// <summary>Whether every tree of the forest allows it.</summary>
    public static bool Suits(ForestTables tables) => tables.Planes <= MaxPlanes && tables.Depth.Max() <= MaxDepth;

    /// <summary>The trees for a vector width.</summary>
    public static SquareTrees Create(ForestTables tables, int bits) => bits == 512 ? new VectorTrees(tables) : new BitTrees(tables);

    /// <summary>Bytes that <see cref="Create"/> allocates.</summary>
    public static long Bytes(ForestTables tables, int bits) => bits == 512 ? VectorTrees.Bytes(tables) : BitTrees.Bytes(tables);

    /// <summary>Adds the leaves of every tree of a group to a square's margins.</summary>
    /// <param name="group">Which group.</param>
    /// <param name="least">The least bin of each plane.</param>
    /// <param name="most">The largest bin of each plane, not below the least.</param>
    /// <param name="bins">The square's planes, from <see cref="IForestLanes{TInt}.Bin"/>.</param>
    /// <param name="margins">16 x 16 margins.</param>
    public abstract void AddGroup(int group, byte* least, byte* most, byte* bins, float* margins);

    /// <inheritdoc/>
    public abstract void Dispose();
}
