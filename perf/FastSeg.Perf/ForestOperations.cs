using FastSeg.Forest;
using FastSeg.Simd;

namespace FastSeg.Perf;

/// <summary>How many vector operations the trees take at least, without binning.</summary>
internal static class ForestOperations
{
    /// <summary>Operations of a split on a vector of bytes: it looks up the cut, compares the bin and blends the label.</summary>
    private const int OfASplit = 3;

    /// <summary>
    /// Operations of a tree's leaves for a vector of bytes: 4 lookups and 8 unpacks put the leaves together, 4 additions add them to the
    /// margins, a quarter of the pixels each.
    /// </summary>
    private const int OfLeaves = 16;

    /// <summary>
    /// Operations of a vector a second: a cycle that holds two multiply-adds, each counted as two, holds four operations of 256 bits, or
    /// two of 512.
    /// </summary>
    public static double ASecond(Bounds bounds) => bounds.FlopsPerSecond / (VectorPath.Bits == 512 ? 32 : 8);

    /// <summary>Operations of all trees for a pixel.</summary>
    /// <param name="forest">The trees.</param>
    /// <param name="left">Splits of a tree after pruning.</param>
    public static double APixel(DecisionForest forest, double left) => VectorPath.Bits == 512 && forest.Depth.Max() <= 6
        ? forest.Depth.Sum(OfASlicedTree) / (double)PixelBits.Pixels
        : ((OfASplit * left) + OfLeaves) * forest.Trees.Length / (VectorPath.Bits / 8);

    /// <summary>
    /// A tree for 512 pixels: the choices of every bit of a leaf's number, the transposition of four or six bits, and for each of 32 rows a
    /// shift, a permutation and an addition, or seven operations where the leaves are more than 32.
    /// </summary>
    private static int OfASlicedTree(int depth) => depth switch
    {
        0 => 32,
        <= 4 => 11 + 16 + (32 * 3),
        5 => 26 + 46 + (32 * 3),
        _ => 57 + 46 + (32 * 7),
    };
}
