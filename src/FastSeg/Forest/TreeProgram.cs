using FastSeg.Native;

namespace FastSeg.Forest;

/// <summary>
/// The trees of a group as they are evaluated on squares of 16 x 16 pixels: what pruning leaves of their splits, in an order in which
/// children come before parents, and their leaves. Every value is a leaf number, one byte a pixel, 256 bytes a square: a split chooses
/// between two of them and writes a third. Trees are bundled so that the results of a bundle's splits stay in the L1 cache.
/// </summary>
internal sealed unsafe class TreeProgram : IDisposable
{
    /// <summary>Bytes of a square's bins or leaf numbers.</summary>
    public const int SquareBytes = 256;

    /// <summary>Most leaves of a tree: a leaf's number is a byte.</summary>
    public const int MaxLeaves = 256;

    /// <summary>A bundle is closed once it has so many splits: 12 KiB of results.</summary>
    private const int EnoughSplits = 48;

    // Vector stores may write up to four vectors past the last split and two past the last leaf.
    private const int Spare = 64;

    private const int ResultsAt = MaxLeaves * SquareBytes;

    private const int ResultBytes = ResultsAt + ((EnoughSplits + MaxLeaves) * SquareBytes);

    private readonly HostBuffer _buffer;
    private int _bundleSplit;
    private int _bundleTree;

    /// <summary>Allocates the arrays for the largest group.</summary>
    public TreeProgram(DecisionForest forest)
    {
        (int trees, int leaves) = LargestGroup(forest);
        _buffer = new HostBuffer(Bytes(forest));
        Results = _buffer.Pointer;
        Tables = (float*)(Results + ResultBytes);
        BinsOf = (int*)(Tables + TableFloats(trees, leaves));
        Cut = (uint*)(BinsOf + leaves + Spare);
        Left = (int*)(Cut + leaves + Spare);
        Right = Left + leaves + Spare;
        Root = Right + leaves + Spare;
        Leaves = Root + trees;
        TableOf = Leaves + trees;
        Bundles = (Bundle*)(TableOf + trees);
        for (int leaf = 0; leaf < MaxLeaves; leaf++)
        {
            new Span<byte>(Results + (leaf * SquareBytes), SquareBytes).Fill((byte)leaf);
        }
    }

    /// <summary>Squares of leaf numbers: first one of each constant 0 .. 255, then one for the result of each split of a bundle.</summary>
    public byte* Results { get; }

    /// <summary>The leaves of all trees; see <see cref="TableOf"/>.</summary>
    public float* Tables { get; }

    /// <summary>For each split: where its bins begin within a square's planes, in bytes.</summary>
    public int* BinsOf { get; }

    /// <summary>For each split: its cut, in all four bytes.</summary>
    public uint* Cut { get; }

    /// <summary>For each split: where its left child's leaf numbers are in <see cref="Results"/>.</summary>
    public int* Left { get; }

    /// <summary>For each split: where its right child's leaf numbers are in <see cref="Results"/>.</summary>
    public int* Right { get; }

    /// <summary>For each tree: where its leaf numbers are in <see cref="Results"/>.</summary>
    public int* Root { get; }

    /// <summary>For each tree: how many leaves are left of it.</summary>
    public int* Leaves { get; }

    /// <summary>For each tree: where its leaves begin in <see cref="Tables"/>, in floats.</summary>
    public int* TableOf { get; }

    /// <summary>The bundles, in the order of their trees.</summary>
    public Bundle* Bundles { get; }

    /// <summary>Bundles so far; <see cref="Close"/> counts the last one.</summary>
    public int Count { get; private set; }

    /// <summary>Trees so far.</summary>
    public int Trees { get; private set; }

    /// <summary>Splits so far.</summary>
    public int Splits { get; set; }

    /// <summary>Splits of the open bundle so far.</summary>
    public int SplitsOfBundle => Splits - _bundleSplit;

    /// <summary>Where the next tree's leaves go in <see cref="Tables"/>.</summary>
    public int NextTable { get; private set; }

    /// <summary>Bytes the constructor allocates.</summary>
    public static long Bytes(DecisionForest forest)
    {
        (int trees, int leaves) = LargestGroup(forest);
        return ResultBytes + (sizeof(int) * ((long)TableFloats(trees, leaves) + (4L * (leaves + Spare)) + (3L * trees)))
            + ((long)sizeof(Bundle) * ((2 * trees) + 1));
    }

    /// <summary>Where the result of the open bundle's split number <paramref name="split"/> is in <see cref="Results"/>.</summary>
    public static int ResultOf(int split) => ResultsAt + (split * SquareBytes);

    /// <summary>Forgets all trees.</summary>
    public void Clear() => (Count, Trees, Splits, NextTable, _bundleSplit, _bundleTree) = (0, 0, 0, 0, 0, 0);

    /// <summary>Completes the tree whose splits and leaves have been written.</summary>
    /// <param name="root">Where its leaf numbers are.</param>
    /// <param name="leaves">Its leaves.</param>
    public void EndTree(int root, int leaves)
    {
        Root[Trees] = root;
        Leaves[Trees] = leaves;
        TableOf[Trees] = NextTable;
        Trees++;
        NextTable += (leaves + 15) & ~15;
        if (SplitsOfBundle >= EnoughSplits)
        {
            Close();
        }
    }

    /// <summary>Adds a tree that is walked pixel by pixel.</summary>
    public void AddWalked(int tree)
    {
        Close();
        Bundles[Count++] = new Bundle(0, 0, 0, 0, tree);
    }

    /// <summary>Closes the open bundle.</summary>
    public void Close()
    {
        if (Trees > _bundleTree)
        {
            Bundles[Count++] = new Bundle(_bundleTree, Trees, _bundleSplit, Splits, -1);
            (_bundleTree, _bundleSplit) = (Trees, Splits);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _buffer.Dispose();

    private static int TableFloats(int trees, int leaves) => leaves + (16 * trees) + Spare;

    private static (int Trees, int Leaves) LargestGroup(DecisionForest forest)
    {
        int[] trees = new int[forest.Groups];
        int[] leaves = new int[forest.Groups];
        foreach (Tree tree in forest.Trees)
        {
            trees[tree.Group]++;
            leaves[tree.Group] += (tree.Nodes + 1) / 2;
        }
        return (trees.Max(), leaves.Max());
    }

    /// <summary>Trees that are evaluated together, or one tree that is walked.</summary>
    /// <param name="FirstTree">The first tree.</param>
    /// <param name="EndTree">The tree after the last.</param>
    /// <param name="FirstSplit">The first split.</param>
    /// <param name="EndSplit">The split after the last.</param>
    /// <param name="Walked">Number of the tree in the forest if it is to be walked, else -1.</param>
    public readonly record struct Bundle(int FirstTree, int EndTree, int FirstSplit, int EndSplit, int Walked);
}
