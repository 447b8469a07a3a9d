namespace FastSeg.Forest;

/// <summary>Prunes whole trees fast enough to do so for every square of 16 x 16 pixels; what is left equals <see cref="Pruner"/>'s.</summary>
internal abstract unsafe class SquarePruner : IDisposable
{
    /// <summary>Deepest tree.</summary>
    protected const int MaxDepth = 6;

    /// <summary>Most byte planes; one more number stands for none.</summary>
    protected const int MaxPlanes = 255;

    /// <summary>Whether every tree of the forest allows it.</summary>
    public static bool Suits(ForestTables tables) => tables.Planes <= MaxPlanes && tables.Depth.Max() <= MaxDepth;

    /// <summary>The pruner for a vector width.</summary>
    public static SquarePruner Create(ForestTables tables, int bits) =>
        bits == 512 && VectorPruner.IsSupported ? new VectorPruner(tables) : new BitPruner(tables);

    /// <summary>Bytes that <see cref="Create"/> allocates.</summary>
    public static long Bytes(ForestTables tables, int bits) =>
        bits == 512 && VectorPruner.IsSupported ? VectorPruner.Bytes(tables) : BitPruner.Bytes(tables);

    /// <summary>Adds every tree of a group.</summary>
    /// <param name="group">Which group.</param>
    /// <param name="least">The least bin of each plane.</param>
    /// <param name="most">The largest bin of each plane, not below the least.</param>
    /// <param name="program">Empty.</param>
    public abstract void AddGroup(int group, byte* least, byte* most, TreeProgram program);

    /// <inheritdoc/>
    public abstract void Dispose();
}
