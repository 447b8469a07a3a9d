using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using FastSeg.Native;

namespace FastSeg.Forest;

/// <summary>
/// Prunes a whole tree with a few dozen vector operations (AVX-512 VBMI), so that it pays for every square, and evaluates what is left as a
/// <see cref="TreeProgram"/>. A tree of depth up to 6 is laid out as a heap: the root is node 1, node p has children 2 p and 2 p + 1. Lane
/// i of a "low" vector stands for node i (splits and upper leaves), lane i of a "high" vector for node 64 + i (leaves of the lowest level).
/// </summary>
internal sealed unsafe class VectorTrees : SquareTrees
{
    private readonly ForestTablesCpu _tables;
    private readonly int[][] _treesOf;
    private readonly TreeProgram _program;
    private readonly HostBuffer _trees;
    private readonly HostBuffer _patterns;
    private readonly HostBuffer _ranges = new(8 * 64);
    private readonly int _rangeVectors;
    private readonly int[] _firstOf;

    /// <summary>Lays the trees out.</summary>
    /// <param name="tables">A forest that <see cref="SquareTrees.Suits"/>.</param>
    public VectorTrees(ForestTablesCpu tables)
    {
        _tables = tables;
        _treesOf = tables.Forest.TreesOf;
        _program = new TreeProgram(tables.Forest);
        _rangeVectors = tables.Planes < 64 ? 1 : tables.Planes < 128 ? 2 : 4;
        _patterns = HeapPatterns.Create();
        _trees = new HostBuffer((long)HeapTree.Stride * tables.Forest.Trees.Length);
        _firstOf = new int[tables.Forest.Groups];
        int laid = 0;
        for (int group = 0; group < tables.Forest.Groups; group++)
        {
            _firstOf[group] = laid;
            foreach (int tree in _treesOf[group])
            {
                HeapTree.Write(tables, tables.Forest.Trees[tree], _trees.Pointer + ((long)HeapTree.Stride * laid++));
            }
        }
    }

    /// <summary>Whether this machine has the instructions.</summary>
    public static bool IsSupported => Avx512Vbmi2.IsSupported && Avx512Vbmi.IsSupported;

    /// <summary>Bytes the constructor allocates.</summary>
    public static long Bytes(ForestTablesCpu tables) =>
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
    public override void AddLeavesOf(int group, byte* least, byte* most, byte* bins, float* margins)
    {
        Prune(group, least, most);
        SplitsEvaluated += _program.Splits;
        Evaluator<Vector512<int>, ForestLanes512>.Run(_program, 0, _program.Trees, bins, 0, margins, 1);
    }

    /// <summary>Fills the program with what the ranges leave of a group's trees.</summary>
    private void Prune(int group, byte* least, byte* most)
    {
        _program.Clear();
        int size = _rangeVectors * 64;
        byte* low = _ranges.Pointer;
        byte* high = low + (4 * 64);
        // A lane without a split asks for the plane behind the last one: its range is 0 to 255, which decides nothing at any cut.
        Unsafe.CopyBlock(low, least, (uint)_tables.Planes);
        Unsafe.CopyBlock(high, most, (uint)_tables.Planes);
        new Span<byte>(low + _tables.Planes, size - _tables.Planes).Clear();
        new Span<byte>(high + _tables.Planes, size - _tables.Planes).Fill(255);
        byte* tree = _trees.Pointer + ((long)HeapTree.Stride * _firstOf[group]);
        for (int i = _treesOf[group].Length; i > 0; i--, tree += HeapTree.Stride)
        {
            Append(tree, low, high, _program);
        }
    }

    /// <summary>Appends what the ranges leave of a tree to a program.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Append(byte* tree, byte* least, byte* most, TreeProgram program)
    {
        byte* pattern = _patterns.Pointer;
        Vector512<byte> plane = Avx512BW.LoadVector512(tree + HeapTree.Plane);
        Vector512<byte> cut = Avx512BW.LoadVector512(tree + HeapTree.Cut);
        Vector512<byte> goesLeft = Avx512BW.CompareLessThanOrEqual(Of(most, plane), cut);
        Vector512<byte> goesRight = Avx512BW.CompareGreaterThan(Of(least, plane), cut);

        // Where a pixel that arrives at a node ends up: at the node itself where it is a leaf or undecided, else further down. One step
        // goes to a child; each Follow doubles the step, so three reach eight levels, past the six there are.
        Vector512<byte> leftChild = Avx512BW.LoadVector512(pattern + HeapPatterns.LeftChild);
        Vector512<byte> rightChild = Avx512BW.LoadVector512(pattern + HeapPatterns.RightChild);
        Vector512<byte> number = Avx512BW.LoadVector512(pattern + HeapPatterns.Number);
        Vector512<byte> next = Avx512BW.BlendVariable(Avx512BW.BlendVariable(number, rightChild, goesRight), leftChild, goesLeft);
        next = Follow(next, next);
        next = Follow(next, next);
        next = Follow(next, next);

        // A node is cut off if its parent decides for its sibling (decision: 1 left, 2 right), or if an ancestor is cut off: the nodes 1, 2
        // and 4 levels up say so for up to seven levels.
        Vector512<byte> decision = (goesLeft & Vector512<byte>.One) | (goesRight & Vector512.Create((byte)2));
        Vector512<byte> parent = Avx512BW.LoadVector512(pattern + HeapPatterns.Parent);
        Vector512<byte> off = Avx512Vbmi.PermuteVar64x8(decision, parent) & Avx512BW.LoadVector512(pattern + HeapPatterns.CutOffBy);
        off |= Avx512Vbmi.PermuteVar64x8(off, parent);
        off |= Avx512Vbmi.PermuteVar64x8(off, Avx512BW.LoadVector512(pattern + HeapPatterns.Parent2));
        off |= Avx512Vbmi.PermuteVar64x8(off, Avx512BW.LoadVector512(pattern + HeapPatterns.Parent4));
        Vector512<byte> parentHigh = Avx512BW.LoadVector512(pattern + HeapPatterns.ParentHigh);
        Vector512<byte> offHigh = Avx512Vbmi.PermuteVar64x8(decision, parentHigh)
            & Avx512BW.LoadVector512(pattern + HeapPatterns.CutOffByHigh);
        offHigh |= Avx512Vbmi.PermuteVar64x8(off, parentHigh);

        // What is left: undecided splits and leaves that are not cut off.
        Vector512<byte> on = Avx512BW.CompareEqual(off, Vector512<byte>.Zero);
        Vector512<byte> splits = Avx512BW.CompareEqual(off | decision, Vector512<byte>.Zero)
            & Avx512BW.LoadVector512(tree + HeapTree.Split);
        Vector512<byte> leaves = on & Avx512BW.LoadVector512(tree + HeapTree.Leaf);
        Vector512<byte> leavesHigh = Avx512BW.CompareEqual(offHigh, Vector512<byte>.Zero)
            & Avx512BW.LoadVector512(tree + HeapTree.LeafHigh);
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

        // A leaf's label is its rank among those left, a split's is 64 + its node number: expanding 0, 1, 2 .. into the lanes of the leaves
        // numbers them.
        Vector512<byte> label = Avx512Vbmi2.Expand(number + Vector512.Create((byte)64), leaves, number);
        Vector512<byte> labelHigh = Avx512Vbmi2.Expand(Vector512<byte>.Zero, leavesHigh, number + Vector512.Create((byte)low));
        Vector512<byte> left = Avx512Vbmi.PermuteVar64x8x2(label, Follow(leftChild, next), labelHigh);
        Vector512<byte> right = Avx512Vbmi.PermuteVar64x8x2(label, Follow(rightChild, next), labelHigh);
        Vector512<byte> kept = Avx512Vbmi2.Compress(Vector512<byte>.Zero, splits, number);
        Vector512<byte> fourfold = Avx512BW.LoadVector512(pattern + HeapPatterns.Fourfold);

        // Sixteen splits at a time, each number four times: in all four bytes of a lane, as the program wants cuts and labels. In ascending
        // node numbers parents come before children.
        for (int i = 0; i < splitCount; i += 16)
        {
            int split = program.Splits + i;
            Vector512<byte> nodes = Avx512Vbmi.PermuteVar64x8(kept, fourfold + Vector512.Create((byte)i));
            // Plane * 256, which is where its bins begin: only the byte that counts 256s is kept of the four.
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

    /// <summary>
    /// Copies the remaining leaves next to each other, 16 candidates at a time. Only lanes that hold a leaf at all have a place among the
    /// tree's values, so bits of lanes become bits of values first.
    /// </summary>
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

    /// <summary>Where <paramref name="next"/> leads from each low node; high nodes are leaves and stay.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<byte> Follow(Vector512<byte> node, Vector512<byte> next) =>
        Avx512BW.BlendVariable(node, Avx512Vbmi.PermuteVar64x8(next, node), Avx512BW.CompareLessThan(node, Vector512.Create((byte)64)));

    /// <summary>A table of up to 256 bytes, looked up: 64, 128 or twice 128 bytes a permutation, as many as there are planes.</summary>
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
