using System.Runtime.CompilerServices;
using FastSeg.Native;

namespace FastSeg.Forest;

/// <summary>
/// The trees of a group as they are evaluated on squares: the splits that pruning leaves, parents before children, and their leaves. Every
/// pixel carries a label, a byte. Of the pixels with a split's own label those that go right get another one, those that go left keep it.
/// In the end a pixel's label is its leaf's number.
/// </summary>
internal sealed unsafe class TreeProgram : IDisposable
{
    /// <summary>Most leaves of a tree: labels are bytes.</summary>
    public const int MaxLeaves = 256;

    /// <summary>Spare entries behind the last: a table of 32 leaves may be read there.</summary>
    private const int Spare = 64;

    private readonly HostBuffer _buffer;

    /// <summary>Allocates the arrays for the largest group.</summary>
    public TreeProgram(DecisionForest forest)
    {
        (int trees, int leaves) = LargestGroup(forest);
        _buffer = new HostBuffer(Bytes(forest));
        Tables = (float*)_buffer.Pointer;
        BinsOf = (int*)(Tables + TableFloats(trees, leaves));
        int splits = MostSplits(forest);
        Cut = (uint*)(BinsOf + splits);
        Label = Cut + splits;
        Right = Label + splits;
        FirstSplit = (int*)(Right + splits);
        Leaves = FirstSplit + trees + 1;
        TableOf = Leaves + trees;
        WalkedBefore = TableOf + trees;
        Walked = WalkedBefore + trees;
        FirstSplit[0] = 0;
    }

    /// <summary>The leaves of all trees; see <see cref="TableOf"/>.</summary>
    public float* Tables { get; }

    /// <summary>For each split: where its bins begin within a square's planes, in bytes.</summary>
    public int* BinsOf { get; }

    /// <summary>For each split: its cut, in all four bytes.</summary>
    public uint* Cut { get; }

    /// <summary>For each split: the label of the pixels it decides for, which those that go left keep, in all four bytes.</summary>
    public uint* Label { get; }

    /// <summary>For each split: the label of those that go right, in all four bytes.</summary>
    public uint* Right { get; }

    /// <summary>
    /// For each tree its first split, and behind them the end of the last tree's. The first split of a tree decides for all pixels,
    /// whatever their label.
    /// </summary>
    public int* FirstSplit { get; }

    /// <summary>For each tree: how many leaves are left of it.</summary>
    public int* Leaves { get; }

    /// <summary>For each tree: where its leaves begin in <see cref="Tables"/>, in floats.</summary>
    public int* TableOf { get; }

    /// <summary>Trees so far.</summary>
    public int Trees { get; private set; }

    /// <summary>Splits so far.</summary>
    public int Splits { get; set; }

    /// <summary>Where the next tree's leaves go in <see cref="Tables"/>.</summary>
    public int NextTable { get; private set; }

    /// <summary>Trees that are walked pixel by pixel, so far.</summary>
    public int WalkedTrees { get; private set; }

    /// <summary>For each walked tree: its number in the forest.</summary>
    public int* Walked { get; }

    /// <summary>For each walked tree: how many of the program's trees come before it.</summary>
    public int* WalkedBefore { get; }

    /// <summary>Bytes the constructor allocates.</summary>
    public static long Bytes(DecisionForest forest)
    {
        (int trees, int leaves) = LargestGroup(forest);
        return sizeof(int) * ((long)TableFloats(trees, leaves) + (4L * (leaves + Spare)) + (5L * trees) + 1);
    }

    /// <summary>Splits there is room for: a tree has fewer splits than leaves.</summary>
    private static int MostSplits(DecisionForest forest) => LargestGroup(forest).Leaves + Spare;

    /// <summary>Forgets all trees.</summary>
    public void Clear() => (Trees, Splits, NextTable, WalkedTrees) = (0, 0, 0, 0);

    /// <summary>Completes the tree whose splits and leaves have been written.</summary>
    /// <param name="leaves">Its leaves.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void EndTree(int leaves)
    {
        Leaves[Trees] = leaves;
        TableOf[Trees] = NextTable;
        Trees++;
        FirstSplit[Trees] = Splits;
        // Tables begin at multiples of 16 floats: ByteTables reads whole ones.
        NextTable += (leaves + 15) & ~15;
    }

    /// <summary>Appends a tree that is walked pixel by pixel, between the program's trees so far and those to come.</summary>
    public void AppendWalked(int tree)
    {
        Walked[WalkedTrees] = tree;
        WalkedBefore[WalkedTrees++] = Trees;
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
}
