using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using FastSeg.Native;

namespace FastSeg.Forest;

/// <summary>
/// Trees of depth up to 6, pruned and evaluated one square at a time (AVX2): a whole tree is pruned to bits (<see cref="RangeBits"/>), fast
/// enough to pay for 256 pixels, and evaluated from these. The remaining splits are decoded between the vector
/// operations, which take only two thirds of the instructions that a cycle has room for. Writing the splits to a <see cref="TreeProgram"/>
/// first, to be read from there, cost as much as evaluating them.
/// </summary>
/// <remarks>
/// <para>
/// Every pixel carries a label, a byte: in the end its leaf's rank among the remaining leaves. Splits are visited in order, from left to
/// right, not from the root down. The split between the remaining leaves i and i + 1 gives label i + 1 to the pixels that it sends right,
/// provided that their label is at least that of the first leaf of its left subtree. A pixel with a smaller label does not reach this
/// split: an ancestor keeps it left of the subtree. A pixel that belongs further right gets a larger label later, from the ancestor that
/// sends it there.
/// </para>
/// <para>
/// Up to 16 labels choose their cut by a lookup, which yields a cut above all bins for labels that the split does not concern: three
/// operations for 32 pixels. More labels are compared: four operations. A split is bound by 27 operations on four ports for a square,
/// 6.75 cycles. Measured are 8.5, with the badly predicted end of the loop, for trees with ten splits left. Adding a tree's leaves takes
/// 96 shuffles on two ports, 48 cycles.
/// </para>
/// </remarks>
internal sealed unsafe class BitTrees : IDisposable
{
    /// <summary>Deepest tree.</summary>
    private const int MaxDepth = OrderedTree.Levels;

    /// <summary>Most byte planes: planes are numbered in bytes, and the number behind the last one stands for "no split".</summary>
    private const int MaxPlanes = 255;

    /// <summary>Labels that choose their cut by a lookup.</summary>
    private const int FewLabels = ByteTables.Entries;

    private readonly int[][] _treesOf;
    private readonly HostBuffer _buffer;
    private readonly RangeBits _ranges;
    private readonly int[] _firstOf;

    /// <summary>Lowest cuts for labels 0, 1, 2 ..: all -128, which raises no cut; the 16 bytes before them are all 127.</summary>
    private readonly byte* _fromLabel;

    /// <summary>For each eight bits, the numbers of the bits that are set, ascending: eight bytes.</summary>
    private readonly byte* _kept;

    /// <summary>The remaining leaves of the tree being evaluated.</summary>
    private readonly float* _leaves;

    /// <summary>The same leaves as <see cref="ByteTables"/>.</summary>
    private readonly float* _arranged;

    /// <summary>The labels of a square, where the leaves are too many to be looked up from registers.</summary>
    private readonly byte* _labels;

    /// <summary>The remaining splits and leaves of every tree of a group, from <see cref="RangeBits.Prune"/>.</summary>
    private readonly ulong* _left;

    /// <summary>Every tree as an <see cref="OrderedTree"/>, group by group.</summary>
    private readonly byte* _trees;

    /// <summary>Lays the trees out.</summary>
    /// <param name="tables">A forest that <see cref="Suits"/>.</param>
    public BitTrees(ForestTablesCpu tables)
    {
        _treesOf = tables.Forest.TreesOf;
        _buffer = new HostBuffer(Bytes(tables));
        _ranges = new RangeBits(tables.Planes, _buffer.Pointer);
        _fromLabel = _buffer.Pointer + RangeBits.Bytes + FewLabels;
        _kept = _fromLabel + FewLabels;
        _labels = _kept + (256 * 8);
        _arranged = (float*)(_labels + Square.Pixels);
        _leaves = _arranged + OrderedTree.Nodes;
        _left = (ulong*)(_leaves + OrderedTree.Nodes);
        _trees = (byte*)(_left + (2 * tables.Forest.Trees.Length));
        FillFromLabel();
        FillKept();
        _firstOf = new int[tables.Forest.Groups];
        int laid = 0;
        for (int group = 0; group < tables.Forest.Groups; group++)
        {
            _firstOf[group] = laid;
            foreach (int tree in _treesOf[group])
            {
                OrderedTree.Write(tables, tables.Forest.Trees[tree], _trees + ((long)OrderedTree.Stride * laid++));
            }
        }
    }

    /// <summary>Splits that were evaluated so far.</summary>
    public long SplitsEvaluated { get; private set; }

    /// <summary>Whether the forest's trees and byte planes allow it.</summary>
    public static bool Suits(ForestTablesCpu tables) => tables.Planes <= MaxPlanes && tables.Forest.Depth.Max() <= MaxDepth;

    /// <summary>Bytes the constructor allocates.</summary>
    public static long Bytes(ForestTablesCpu tables) =>
        RangeBits.Bytes + (2 * FewLabels) + (256 * 8) + Square.Pixels + (2 * OrderedTree.Nodes * sizeof(float))
        + ((2 * sizeof(ulong)) + OrderedTree.Stride) * (long)tables.Forest.Trees.Length;

    /// <inheritdoc/>
    public void Dispose() => _buffer.Dispose();

    /// <summary>Prunes a group's trees by a square's bins and adds each pixel's leaves to its margin.</summary>
    /// <param name="group">Which group.</param>
    /// <param name="least">The least bin of each plane.</param>
    /// <param name="most">The largest bin of each plane, not below the least.</param>
    /// <param name="bins">The square's planes, from <see cref="ByteSearch"/>.</param>
    /// <param name="margins">16 x 16 margins.</param>
    public void AddLeavesOf(int group, byte* least, byte* most, byte* bins, float* margins)
    {
        byte* tree = _trees + ((long)OrderedTree.Stride * _firstOf[group]);
        int count = _treesOf[group].Length;
        _ranges.Set(least, most);
        _ranges.Prune(tree, count, _left);
        for (int i = 0; i < count; i++, tree += OrderedTree.Stride)
        {
            SplitsEvaluated += BitOperations.PopCount(_left[2 * i]);
            AddLeaves(tree, _left[2 * i], _left[(2 * i) + 1], bins, margins);
        }
    }

    /// <summary>Evaluates a tree on a square and adds each pixel's leaf to its margin.</summary>
    /// <param name="tree">An <see cref="OrderedTree"/>.</param>
    /// <param name="splits">A bit for each remaining split.</param>
    /// <param name="leaves">A bit for each remaining leaf: one more than splits.</param>
    /// <param name="bins">The square's planes.</param>
    /// <param name="margins">16 x 16 margins.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddLeaves(byte* tree, ulong splits, ulong leaves, byte* bins, float* margins)
    {
        const int Step = 32;
        if (splits == 0)
        {
            LeafBytes.AddOne(((float*)(tree + OrderedTree.Leaves))[Bmi1.X64.TrailingZeroCount(leaves)], margins);
            return;
        }
        KeepLeaves((float*)(tree + OrderedTree.Leaves), leaves);

        // Eight vectors hold the labels of the whole square: four rows' left half, their right half, the next four rows' left half, and so
        // on. All pixels begin at label 0. `right` counts the splits visited, so it is the label that the next one gives.
        Vector256<byte> right = Vector256<byte>.Zero;
        Vector256<byte> label0 = right, label1 = right, label2 = right, label3 = right;
        Vector256<byte> label4 = right, label5 = right, label6 = right, label7 = right;
        int leafCount = BitOperations.PopCount(leaves);
        byte* fromLabel = _fromLabel - leafCount;

        // The first 16 splits: no label is above 15 yet, so labels look their cut up.
        for (int few = Math.Min(leafCount - 1, FewLabels); few > 0; few--)
        {
            ulong split = Bmi1.X64.TrailingZeroCount(splits);
            splits = Bmi1.X64.ResetLowestSetBit(splits);
            byte* value = bins + ((ushort*)(tree + OrderedTree.Place))[split];

            // L = leafCount - LeavesFrom(split) is the label of the first leaf of the left subtree. `_fromLabel - L` gives each label's
            // lowest cut: 127 (always keep) below L, -128 (none) from L on. The split's own cut decides for the labels from L on.
            Vector256<byte> cuts = Avx2.Max(
                Avx2.BroadcastScalarToVector256((sbyte*)tree + OrderedTree.Cut + split),
                Avx2.BroadcastVector128ToVector256((sbyte*)fromLabel + LeavesFrom(split, leaves))).AsByte();
            right -= Vector256<byte>.AllBitsSet;
            label0 = Decide(label0, cuts, value, right);
            label1 = Decide(label1, cuts, value + Step, right);
            label2 = Decide(label2, cuts, value + (2 * Step), right);
            label3 = Decide(label3, cuts, value + (3 * Step), right);
            label4 = Decide(label4, cuts, value + (4 * Step), right);
            label5 = Decide(label5, cuts, value + (5 * Step), right);
            label6 = Decide(label6, cuts, value + (6 * Step), right);
            label7 = Decide(label7, cuts, value + (7 * Step), right);
        }

        // Later splits meet labels above 15, which a lookup of 16 bytes cannot hold: they are compared with L instead.
        while (splits != 0)
        {
            ulong split = Bmi1.X64.TrailingZeroCount(splits);
            splits = Bmi1.X64.ResetLowestSetBit(splits);
            byte* value = bins + ((ushort*)(tree + OrderedTree.Place))[split];
            Vector256<sbyte> cut = Avx2.BroadcastScalarToVector256((sbyte*)tree + OrderedTree.Cut + split);
            Vector256<sbyte> first = Avx2.BroadcastScalarToVector256(
                Vector128.CreateScalarUnsafe(leafCount - (int)LeavesFrom(split, leaves)).AsSByte());
            right -= Vector256<byte>.AllBitsSet;
            label0 = Decide(label0, first, cut, value, right);
            label1 = Decide(label1, first, cut, value + Step, right);
            label2 = Decide(label2, first, cut, value + (2 * Step), right);
            label3 = Decide(label3, first, cut, value + (3 * Step), right);
            label4 = Decide(label4, first, cut, value + (4 * Step), right);
            label5 = Decide(label5, first, cut, value + (5 * Step), right);
            label6 = Decide(label6, first, cut, value + (6 * Step), right);
            label7 = Decide(label7, first, cut, value + (7 * Step), right);
        }

        // Labels now number the remaining leaves. Margins lie 16 to a row: + 8 is the right half, + 64 the next four rows.
        byte* tables = (byte*)ByteTables.Arrange(_leaves, leafCount, _arranged);
        if (leafCount <= ByteTables.Entries)
        {
            LeafBytes.AddFew(label0, tables, margins);
            LeafBytes.AddFew(label1, tables, margins + 8);
            LeafBytes.AddFew(label2, tables, margins + 64);
            LeafBytes.AddFew(label3, tables, margins + 72);
            LeafBytes.AddFew(label4, tables, margins + 128);
            LeafBytes.AddFew(label5, tables, margins + 136);
            LeafBytes.AddFew(label6, tables, margins + 192);
            LeafBytes.AddFew(label7, tables, margins + 200);
            return;
        }

        // Through memory: vectors that live across a call would not stay in registers in the loops above.
        Avx.Store(_labels, label0);
        Avx.Store(_labels + Step, label1);
        Avx.Store(_labels + (2 * Step), label2);
        Avx.Store(_labels + (3 * Step), label3);
        Avx.Store(_labels + (4 * Step), label4);
        Avx.Store(_labels + (5 * Step), label5);
        Avx.Store(_labels + (6 * Step), label6);
        Avx.Store(_labels + (7 * Step), label7);
        LeafBytes.AddMany(_labels, tables, leafCount, margins);
    }

    /// <summary>
    /// Counts the remaining leaves from a split's left subtree on. By in-order numbering split i's left subtree starts at leaf
    /// <c>i &amp; (i - 1)</c>, which is i without its lowest set bit.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong LeavesFrom(ulong split, ulong leaves) =>
        Popcnt.X64.PopCount(leaves >> (int)Bmi1.X64.ResetLowestSetBit(split));

    /// <summary>Keeps the label where the bin goes left at the label's cut, and takes <paramref name="right"/> elsewhere.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Decide(Vector256<byte> label, Vector256<byte> cuts, byte* bins, Vector256<byte> right) =>
        Avx2.BlendVariable(
            right, label, Avx2.CompareGreaterThan(Avx2.Shuffle(cuts, label).AsSByte(), Avx.LoadVector256((sbyte*)bins)).AsByte());

    /// <summary>
    /// Keeps the label where the bin goes left or the label is below <paramref name="first"/>, and takes <paramref name="right"/>
    /// elsewhere.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Decide(
        Vector256<byte> label, Vector256<sbyte> first, Vector256<sbyte> cut, byte* bins, Vector256<byte> right)
    {
        Vector256<sbyte> keeps = Avx2.CompareGreaterThan(cut, Avx.LoadVector256((sbyte*)bins))
            | Avx2.CompareGreaterThan(first, label.AsSByte());
        return Avx2.BlendVariable(right, label, keeps.AsByte());
    }

    /// <summary>
    /// Copies the remaining leaves next to each other, eight candidates at a time: a permutation moves those that remain to the front, and
    /// the next eight are written over what follows them. No branch depends on the leaves.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void KeepLeaves(float* values, ulong leaves)
    {
        float* to = _leaves;
        byte* kept = _kept;
        for (int i = 0; i < OrderedTree.Nodes; i += 8)
        {
            ulong eight = (leaves >> i) & 255;
            Vector256<int> order = Avx2.ConvertToVector256Int32(kept + (8 * eight));
            Avx.Store(to, Avx2.PermuteVar8x32(Avx.LoadVector256(values + i), order));
            to += Popcnt.X64.PopCount(eight);
        }
    }

    private void FillFromLabel()
    {
        new Span<byte>(_fromLabel - FewLabels, FewLabels).Fill(127);
        new Span<byte>(_fromLabel, FewLabels).Fill(128);
    }

    private void FillKept()
    {
        for (int bits = 0; bits < 256; bits++)
        {
            int at = 8 * bits;
            for (int bit = 0; bit < 8; bit++)
            {
                if (((bits >> bit) & 1) != 0)
                {
                    _kept[at++] = (byte)bit;
                }
            }
        }
    }
}
