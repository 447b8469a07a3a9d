using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using FastSeg.Native;

namespace FastSeg.Forest;

/// <summary>
/// Prunes trees to bits (<see cref="RangeBits"/>) and evaluates them from these (AVX2). The splits that remain are decoded while the vectors
/// work, which alone would use two thirds of a cycle's instructions: writing them to memory first, to be read from there, cost as much as
/// evaluating them.
/// </summary>
/// <remarks>
/// <para>
/// Every pixel carries a label, a byte: in the end the number of its leaf among those left. Splits are visited from left to right, not from
/// the root down. The split between leaves i and i + 1 gives the label i + 1 to the pixels that it sends to the right, provided that their
/// label is at least that of the first leaf of its left subtree. Others have a smaller one: an ancestor keeps them to the left of the
/// subtree. A pixel that belongs further right gets a larger label later, from the ancestor that sends it there.
/// </para>
/// <para>
/// Up to 16 labels choose the cut by a lookup, and one below all bins where the split is not theirs: three operations for 32 pixels.
/// Further labels are compared: four. The bound of a split is 27 operations on four ports for a square, 6.75 cycles; measured are 8.5,
/// with the loop's end, which is foreseen badly, for trees with ten splits left. Adding a tree's leaves is 96 shuffles on two ports, 48 cycles.
/// </para>
/// </remarks>
internal sealed unsafe class BitTrees : SquareTrees
{
    /// <summary>Labels that choose among cuts by a lookup.</summary>
    private const int FewLabels = ByteTables.Entries;

    private readonly ForestTables _tables;
    private readonly HostBuffer _buffer;
    private readonly RangeBits _ranges;
    private readonly int[] _firstOf;
    private readonly byte* _fromLabel;
    private readonly byte* _kept;
    private readonly float* _leaves;
    private readonly float* _arranged;
    private readonly byte* _labels;
    private readonly ulong* _left;
    private readonly byte* _trees;

    /// <summary>Lays the trees out.</summary>
    /// <param name="tables">A forest that <see cref="SquareTrees.Suits"/>.</param>
    public BitTrees(ForestTables tables)
    {
        _tables = tables;
        _buffer = new HostBuffer(Bytes(tables));
        _ranges = new RangeBits(tables.Planes, _buffer.Pointer);
        _fromLabel = _buffer.Pointer + RangeBits.Bytes + FewLabels;
        _kept = _fromLabel + FewLabels;
        _labels = _kept + (256 * 8);
        _arranged = (float*)(_labels + TreeProgram.SquareBytes);
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
            foreach (int tree in tables.TreesOf[group])
            {
                OrderedTree.Lay(tables, tables.Forest.Trees[tree], _trees + ((long)OrderedTree.Stride * laid++));
            }
        }
    }

    /// <summary>Bytes the constructor allocates.</summary>
    public static long Bytes(ForestTables tables) =>
        RangeBits.Bytes + (2 * FewLabels) + (256 * 8) + TreeProgram.SquareBytes + (2 * OrderedTree.Nodes * sizeof(float))
        + ((2 * sizeof(ulong)) + OrderedTree.Stride) * (long)tables.Forest.Trees.Length;

    /// <inheritdoc/>
    public override void Dispose() => _buffer.Dispose();

    /// <inheritdoc/>
    public override void AddGroup(int group, byte* least, byte* most, byte* bins, float* margins)
    {
        byte* tree = _trees + ((long)OrderedTree.Stride * _firstOf[group]);
        int count = _tables.TreesOf[group].Length;
        _ranges.Set(least, most);
        _ranges.Prune(tree, count, _left);
        for (int i = 0; i < count; i++, tree += OrderedTree.Stride)
        {
            SplitsEvaluated += BitOperations.PopCount(_left[2 * i]);
            Add(tree, _left[2 * i], _left[(2 * i) + 1], bins, margins);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Add(byte* tree, ulong splits, ulong leaves, byte* bins, float* margins)
    {
        const int Step = 32;
        if (splits == 0)
        {
            LeafBytes.AddOne(((float*)(tree + OrderedTree.Leaves))[Bmi1.X64.TrailingZeroCount(leaves)], margins);
            return;
        }
        KeepLeaves((float*)(tree + OrderedTree.Leaves), leaves);
        Vector256<byte> right = Vector256<byte>.Zero;
        Vector256<byte> label0 = right, label1 = right, label2 = right, label3 = right, label4 = right, label5 = right, label6 = right, label7 = right;
        int leafCount = BitOperations.PopCount(leaves);
        byte* fromLabel = _fromLabel - leafCount;
        for (int few = Math.Min(leafCount - 1, FewLabels); few > 0; few--)
        {
            ulong split = Bmi1.X64.TrailingZeroCount(splits);
            splits = Bmi1.X64.ResetLowestSetBit(splits);
            byte* value = bins + ((ushort*)(tree + OrderedTree.Place))[split];
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
        while (splits != 0)
        {
            ulong split = Bmi1.X64.TrailingZeroCount(splits);
            splits = Bmi1.X64.ResetLowestSetBit(splits);
            byte* value = bins + ((ushort*)(tree + OrderedTree.Place))[split];
            Vector256<sbyte> cut = Avx2.BroadcastScalarToVector256((sbyte*)tree + OrderedTree.Cut + split);
            Vector256<sbyte> first = Avx2.BroadcastScalarToVector256(Vector128.CreateScalarUnsafe(leafCount - (int)LeavesFrom(split, leaves)).AsSByte());
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

    /// <summary>Leaves from a split's left subtree on, which reaches as far to the left as the lowest set bit of its number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong LeavesFrom(ulong split, ulong leaves) => Popcnt.X64.PopCount(leaves >> (int)Bmi1.X64.ResetLowestSetBit(split));

    /// <summary>Keeps the label of those that go left: the label chooses the cut, and where there is none for it every bin is below.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Decide(Vector256<byte> label, Vector256<byte> cuts, byte* bins, Vector256<byte> right) => Avx2.BlendVariable(
        right, label, Avx2.CompareGreaterThan(Avx2.Shuffle(cuts, label).AsSByte(), Avx.LoadVector256((sbyte*)bins)).AsByte());

    /// <summary>The same for any label.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Decide(Vector256<byte> label, Vector256<sbyte> first, Vector256<sbyte> cut, byte* bins, Vector256<byte> right)
    {
        Vector256<sbyte> keeps = Avx2.CompareGreaterThan(cut, Avx.LoadVector256((sbyte*)bins)) | Avx2.CompareGreaterThan(first, label.AsSByte());
        return Avx2.BlendVariable(right, label, keeps.AsByte());
    }

    /// <summary>Closes the gaps between the leaves that are left, eight at a time: without a branch.</summary>
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

    /// <summary>
    /// What cuts are raised to, for label 0 and on: up to here 127, which no bin less 128 reaches, from here on -128. So many before this
    /// begins what a split takes whose first label that is.
    /// </summary>
    private void FillFromLabel()
    {
        new Span<byte>(_fromLabel - FewLabels, FewLabels).Fill(127);
        new Span<byte>(_fromLabel, FewLabels).Fill(128);
    }

    /// <summary>For each eight bits, the numbers of those that are set.</summary>
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
