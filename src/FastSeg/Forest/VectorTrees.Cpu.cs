using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using FastSeg.Native;

namespace FastSeg.Forest;

/// <summary>
/// Prunes a whole tree with a few dozen vector operations, so that it pays for every square of 16 x 16 pixels. A tree of depth up to 6
/// is laid out as a heap: the root is node 1, node p has children 2 p and 2 p + 1. Lane i of a "low" vector stands for node i (splits
/// and upper leaves), lane i of a "high" vector for node 64 + i (leaves of the lowest level).
/// </summary>
internal sealed unsafe class VectorTrees : SquareTrees
{
    private readonly ForestTables _tables;
    private readonly TreeProgram _program;
    private readonly HostBuffer _trees;
    private readonly HostBuffer _patterns;
    private readonly HostBuffer _ranges = new(8 * 64);
    private readonly int _rangeVectors;
    private readonly int[] _firstOf;

    /// <summary>Lays the trees out.</summary>
    /// <param name="tables">A forest that <see cref="SquareTrees.Suits"/>.</param>
    public VectorTrees(ForestTables tables)
    {
        _tables = tables;
        _program = new TreeProgram(tables.Forest);
        _rangeVectors = tables.Planes < 64 ? 1 : tables.Planes < 128 ? 2 : 4;
        _patterns = HeapPatterns.Create();
        _trees = new HostBuffer((long)HeapTree.Stride * tables.Forest.Trees.Length);
        _firstOf = new int[tables.Forest.Groups];
        int laid = 0;
        for (int group = 0; group < tables.Forest.Groups; group++)
        {
            _firstOf[group] = laid;
            foreach (int tree in tables.TreesOf[group])
            {
                HeapTree.Lay(tables, tables.Forest.Trees[tree], _trees.Pointer + ((long)HeapTree.Stride * laid++));
            }
        }
    }

    /// <summary>Whether this machine has the instructions.</summary>
    public static bool IsSupported => Avx512Vbmi2.IsSupported && Avx512Vbmi.IsSupported;

    /// <summary>Bytes the constructor allocates.</summary>
    public static long Bytes(ForestTables tables) =>
        (8 * 64) + HeapPatterns.Bytes + ((long)HeapTree.Stride * tables.Forest.Trees.Length) + TreeProgram.Bytes(tables.Forest);

    /// <inheritdoc/>
    public override void Dispose()
    {
        _program.Dispose();
        _trees.Dispose();
        _patterns.Dispose();
        _ranges.Dispose();
    }

    /// <inheritdoc/>
    public override void AddGroup(int group, byte* least, byte* most, byte* bins, float* margins)
    {
        Prune(group, least, most);
        SplitsEvaluated += _program.Splits;
        Evaluator<Vector512<int>, ForestLanes512>.Run(_program, 0, _program.Trees, bins, 0, margins, 1);
    }

    private void Prune(int group, byte* least, byte* most)
    {
        _program.Clear();
        int size = _rangeVectors * 64;
        byte* low = _ranges.Pointer;
        byte* high = low + (4 * 64);
        // A lane that is no split asks for the plane behind the last one, which decides nothing.
        Unsafe.CopyBlock(low, least, (uint)_tables.Planes);
        Unsafe.CopyBlock(high, most, (uint)_tables.Planes);
        new Span<byte>(low + _tables.Planes, size - _tables.Planes).Clear();
        new Span<byte>(high + _tables.Planes, size - _tables.Planes).Fill(255);
        byte* tree = _trees.Pointer + ((long)HeapTree.Stride * _firstOf[group]);
        for (int i = _tables.TreesOf[group].Length; i > 0; i--, tree += HeapTree.Stride)
        {
            Add(tree, low, high, _program);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Add(byte* tree, byte* least, byte* most, TreeProgram program)
    {
        byte* pattern = _patterns.Pointer;
        Vector512<byte> plane = Avx512BW.LoadVector512(tree + HeapTree.Plane);
        Vector512<byte> cut = Avx512BW.LoadVector512(tree + HeapTree.Cut);
        Vector512<byte> goesLeft = Avx512BW.CompareLessThanOrEqual(Of(most, plane), cut);
        Vector512<byte> goesRight = Avx512BW.CompareGreaterThan(Of(least, plane), cut);

        // The node a pixel that arrives here goes on to: the node itself where it is a leaf or undecided. Doubling the step three times
        // reaches past six levels.
        Vector512<byte> leftChild = Avx512BW.LoadVector512(pattern + HeapPatterns.LeftChild);
        Vector512<byte> rightChild = Avx512BW.LoadVector512(pattern + HeapPatterns.RightChild);
        Vector512<byte> number = Avx512BW.LoadVector512(pattern + HeapPatterns.Number);
        Vector512<byte> next = Avx512BW.BlendVariable(Avx512BW.BlendVariable(number, rightChild, goesRight), leftChild, goesLeft);
        next = Follow(next, next);
        next = Follow(next, next);
        next = Follow(next, next);

        // A node is cut off if its parent decides for its sibling, or if the parent is cut off.
        Vector512<byte> decision = (goesLeft & Vector512<byte>.One) | (goesRight & Vector512.Create((byte)2));
        Vector512<byte> parent = Avx512BW.LoadVector512(pattern + HeapPatterns.Parent);
        Vector512<byte> off = Avx512Vbmi.PermuteVar64x8(decision, parent) & Avx512BW.LoadVector512(pattern + HeapPatterns.CutOffBy);
        off |= Avx512Vbmi.PermuteVar64x8(off, parent);
        off |= Avx512Vbmi.PermuteVar64x8(off, Avx512BW.LoadVector512(pattern + HeapPatterns.Parent2));
        off |= Avx512Vbmi.PermuteVar64x8(off, Avx512BW.LoadVector512(pattern + HeapPatterns.Parent4));
        Vector512<byte> parentHigh = Avx512BW.LoadVector512(pattern + HeapPatterns.ParentHigh);
        Vector512<byte> offHigh = Avx512Vbmi.PermuteVar64x8(decision, parentHigh) & Avx512BW.LoadVector512(pattern + HeapPatterns.CutOffByHigh);
        offHigh |= Avx512Vbmi.PermuteVar64x8(off, parentHigh);

        Vector512<byte> on = Avx512BW.CompareEqual(off, Vector512<byte>.Zero);
        Vector512<byte> splits = Avx512BW.CompareEqual(off | decision, Vector512<byte>.Zero) & Avx512BW.LoadVector512(tree + HeapTree.Split);
        Vector512<byte> leaves = on & Avx512BW.LoadVector512(tree + HeapTree.Leaf);
        Vector512<byte> leavesHigh = Avx512BW.CompareEqual(offHigh, Vector512<byte>.Zero) & Avx512BW.LoadVector512(tree + HeapTree.LeafHigh);
        ulong leafBits = leaves.ExtractMostSignificantBits();
        ulong leafHighBits = leavesHigh.ExtractMostSignificantBits();
        int low = BitOperations.PopCount(leafBits);
        int leafCount = low + BitOperations.PopCount(leafHighBits);
        int splitCount = BitOperations.PopCount(splits.ExtractMostSignificantBits());
        CopyLeaves(tree, leafBits, leafHighBits, program.Tables + program.NextTable);
        if (splitCount == 0)
        {
            program.EndTree(leafCount);
            return;
        }

        // A leaf's label is its rank among those left, a split's is 64 + its node number.
        Vector512<byte> label = Avx512Vbmi2.Expand(number + Vector512.Create((byte)64), leaves, number);
        Vector512<byte> labelHigh = Avx512Vbmi2.Expand(Vector512<byte>.Zero, leavesHigh, number + Vector512.Create((byte)low));
        Vector512<byte> left = Avx512Vbmi.PermuteVar64x8x2(label, Follow(leftChild, next), labelHigh);
        Vector512<byte> right = Avx512Vbmi.PermuteVar64x8x2(label, Follow(rightChild, next), labelHigh);
        Vector512<byte> kept = Avx512Vbmi2.Compress(Vector512<byte>.Zero, splits, number);
        Vector512<byte> fourfold = Avx512BW.LoadVector512(pattern + HeapPatterns.Fourfold);
        for (int i = 0; i < splitCount; i += 16)
        {
            int split = program.Splits + i;
            Vector512<byte> nodes = Avx512Vbmi.PermuteVar64x8(kept, fourfold + Vector512.Create((byte)i));
            Vector512<int> bins = Avx512Vbmi.PermuteVar64x8(plane, nodes).AsInt32() & Vector512.Create(0xff00);
            Avx512F.Store(program.BinsOf + split, bins);
            Avx512BW.Store((byte*)(program.Cut + split), Avx512Vbmi.PermuteVar64x8(cut, nodes));
            Avx512BW.Store((byte*)(program.Label + split), nodes + Vector512.Create((byte)64));
            Avx512BW.Store((byte*)(program.Left + split), Avx512Vbmi.PermuteVar64x8(left, nodes));
            Avx512BW.Store((byte*)(program.Right + split), Avx512Vbmi.PermuteVar64x8(right, nodes));
        }
        program.Splits += splitCount;
        program.EndTree(leafCount);
    }

    /// <summary>Closes the gaps that leaves cut off leave in a tree's table, 16 leaves at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyLeaves(byte* tree, ulong bits, ulong highBits, float* table)
    {
        ulong present = *(ulong*)(tree + HeapTree.LeafBits);
        ulong presentHigh = *(ulong*)(tree + HeapTree.LeafHighBits);
        int count = *(int*)(tree + HeapTree.LeafCount);
        float* values = (float*)(tree + HeapTree.Values);
        ulong kept = Bmi2.X64.ParallelBitExtract(bits, present)
            | (Bmi2.X64.ParallelBitExtract(highBits, presentHigh) << BitOperations.PopCount(present));
        Vector512<int> lane = Vector512.Create(1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768);
        for (int i = 0; i < count; i += 16, kept >>= 16)
        {
            Vector512<int> mask = Avx512F.CompareNotEqual(Vector512.Create((int)kept) & lane, Vector512<int>.Zero);
            Avx512F.Store(table, Avx512F.Compress(Vector512<float>.Zero, mask.AsSingle(), Avx512F.LoadVector512(values + i)));
            table += BitOperations.PopCount((ushort)kept);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<byte> Follow(Vector512<byte> node, Vector512<byte> next) =>
        Avx512BW.BlendVariable(node, Avx512Vbmi.PermuteVar64x8(next, node), Avx512BW.CompareLessThan(node, Vector512.Create((byte)64)));

    /// <summary>A table of up to 256 bytes, looked up.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector512<byte> Of(byte* table, Vector512<byte> index)
    {
        Vector512<byte> first = Avx512BW.LoadVector512(table);
        if (_rangeVectors == 1)
        {
            return Avx512Vbmi.PermuteVar64x8(first, index);
        }
        Vector512<byte> lower = Avx512Vbmi.PermuteVar64x8x2(first, index, Avx512BW.LoadVector512(table + 64));
        return _rangeVectors == 2
            ? lower
            : Avx512BW.BlendVariable(
                lower, Avx512Vbmi.PermuteVar64x8x2(Avx512BW.LoadVector512(table + 128), index, Avx512BW.LoadVector512(table + 192)),
                Avx512BW.CompareGreaterThan(index, Vector512.Create((byte)127)));
    }
}
