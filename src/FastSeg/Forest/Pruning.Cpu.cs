using FastSeg.Simd;

namespace FastSeg.Forest;

/// <summary>What is pruned by the range of its bins.</summary>
internal enum Pruning
{
    /// <summary>Nothing: the trees are small, or <see cref="SlicedTrees"/> evaluate them whole.</summary>
    None,

    /// <summary>Each square of 16 x 16 pixels: trees of depth up to 6.</summary>
    Squares,

    /// <summary>Strips of 16 rows, node by node: any tree.</summary>
    Strips,
}

/// <summary>Chooses how a forest is evaluated; the table in <see cref="ForestCpu"/> shows the outcome.</summary>
internal static class PruningChoice
{
    /// <summary>A forest with a tree of at least this depth is pruned, however few splits its trees have on average.</summary>
    private const int DeepTree = 8;

    /// <summary>
    /// How many splits a tree must have on average for pruning to save more than it costs. Measured for forests of depth 2 to 6 on the
    /// images they were trained with, where pruning leaves a third of the splits: with 256 bits, where a tree is pruned and evaluated in
    /// one go, and with 512, where it is not.
    /// </summary>
    private static int SplitsThatPay => VectorPath.Bits == 256 ? 8 : 20;

    /// <summary>What is pruned of a forest.</summary>
    public static Pruning For(ForestTablesCpu tables)
    {
        if (VectorPath.Bits == 512 && SlicedTrees.Suits(tables))
        {
            return Pruning.None;
        }
        DecisionForest forest = tables.Forest;
        bool small = forest.Splits < SplitsThatPay * forest.Trees.Length && forest.Depth.Max() < DeepTree;
        return small ? Pruning.None : VectorPath.Bits == 256 && BitTrees.Suits(tables) ? Pruning.Squares : Pruning.Strips;
    }
}
