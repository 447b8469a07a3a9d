using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using FastSeg.Native;

namespace FastSeg.Forest;

/// <summary>
/// Evaluates whole trees of depth up to 6 on two squares at once (AVX-512), from one <see cref="PixelBits"/> for each threshold: the number
/// of a pixel's leaf, bit by bit.
/// </summary>
/// <remarks>
/// <para>
/// The leaves of a completed tree are numbered from left to right, so the highest bit of a leaf's number is the root's comparison, the next
/// one that of the root's child which this bit names, and so on: a choice is one operation on 512 pixels, and a tree of depth d takes
/// 2^d - 1 - d of them. Transposed, the bits are numbers again, four or eight bits a pixel in a lane, which a permutation of the leaves
/// takes as they are, since it looks at a lane's lowest bits alone.
/// </para>
/// <para>
/// With depth 4 that is 11 choices, 16 operations to transpose, and for each of 32 rows a shift, a permutation and an addition: 123
/// operations on two ports, 62 cycles for 512 pixels. Comparing bytes took four operations a split and 64 pixels, 14 splits 450 operations;
/// pruning for each square took as long as it saved.
/// </para>
/// </remarks>
internal sealed unsafe class SlicedTrees : IDisposable
{
    private const int MaxDepth = 6;

    private readonly HostBuffer _trees;
    private readonly TreeRun[][] _runsOf;

    /// <summary>Lays the trees out.</summary>
    /// <param name="tables">A forest that <see cref="Suits"/>.</param>
    public SlicedTrees(ForestTablesCpu tables)
    {
        DecisionForest forest = tables.Forest;
        int[] places = Places(tables);
        _trees = new HostBuffer(Bytes(tables));
        Splits = forest.Splits;
        long laid = 0;
        _runsOf = new TreeRun[forest.Groups][];
        for (int group = 0; group < forest.Groups; group++)
        {
            _runsOf[group] = RunsOf(tables, forest.TreesOf[group], places, ref laid);
        }
    }

    /// <summary>Splits of all trees.</summary>
    public int Splits { get; }

    /// <summary>Whether the forest's trees are shallow enough.</summary>
    public static bool Suits(ForestTablesCpu tables) => tables.Forest.Depth.Max() <= MaxDepth;

    /// <summary>Bytes the constructor allocates: each run of trees begins at a multiple of 64.</summary>
    public static long Bytes(ForestTablesCpu tables) => tables.Forest.Depth.Sum(depth => 64L + SlicedTree.Bytes(Completed(depth)));

    /// <summary>Bytes of the comparisons that <see cref="AddLeavesOf"/> takes.</summary>
    public static int PassedBytes(ForestTablesCpu tables) => PixelBits.Bytes * (1 + tables.Thresholds.Sum());

    /// <summary>
    /// Where each plane's comparisons begin, in bytes: one for each threshold. The first of all is zero everywhere, for places without a
    /// split.
    /// </summary>
    public static int[] Places(ForestTablesCpu tables)
    {
        int[] places = new int[tables.Planes];
        for (int plane = 0, next = 1; plane < places.Length; next += tables.Thresholds[plane++])
        {
            places[plane] = next * PixelBits.Bytes;
        }
        return places;
    }

    /// <inheritdoc/>
    public void Dispose() => _trees.Dispose();

    /// <summary>Adds each pixel's leaves of a group's trees to its margin, tree after tree.</summary>
    /// <param name="group">Which group.</param>
    /// <param name="passed">Each threshold's comparison: set where a pixel's value is not below it.</param>
    /// <param name="margins">The left square's 16 x 16 margins, and behind them the right one's.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void AddLeavesOf(int group, byte* passed, float* margins)
    {
        foreach (TreeRun run in _runsOf[group])
        {
            byte* tree = _trees.Pointer + run.First;
            switch (run.Depth)
            {
                case 0:
                    ForestLanes512.AddOne((float*)tree, 1, run.Count, margins, PixelBits.Squares);
                    break;
                case 4:
                    Add16(tree, run.Count, passed, margins);
                    break;
                case 5:
                    Add32(tree, run.Count, passed, margins);
                    break;
                default:
                    Add64(tree, run.Count, passed, margins);
                    break;
            }
        }
    }

    /// <summary>The depth a tree is completed to: up to 4 most of the work is the same, adding a leaf to each pixel.</summary>
    private static int Completed(int depth) => depth is 1 or 2 or 3 ? 4 : depth;

    /// <summary>Lays a group's trees out: those of one depth that follow one another are a run.</summary>
    private TreeRun[] RunsOf(ForestTablesCpu tables, int[] group, int[] places, ref long laid)
    {
        var runs = new List<TreeRun>();
        foreach (int tree in group)
        {
            int depth = Completed(tables.Forest.Depth[tree]);
            if (runs.Count == 0 || runs[^1].Depth != depth)
            {
                laid = (laid + 63) & ~63L;
                runs.Add(new TreeRun(depth, 0, laid));
            }
            runs[^1] = runs[^1] with { Count = runs[^1].Count + 1 };
            SlicedTree.Write(tables, tables.Forest.Trees[tree], depth, places, _trees.Pointer + laid);
            laid += SlicedTree.Bytes(depth);
        }
        return [.. runs];
    }

    /// <summary>Trees of up to 16 leaves. Vector m holds the numbers of rows m, 4 + m, 8 + m .., four bits each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add16(byte* tree, int count, byte* passed, float* margins)
    {
        for (; count > 0; count--, tree += SlicedTree.Bytes(4))
        {
            Vector512<float> leaves = Avx512F.LoadVector512((float*)(tree + SlicedTree.Leaves(4)));
            Vector512<uint> bit3 = Of1(tree, passed, 1);
            Vector512<uint> bit2 = Of2(tree, passed, 2, 1, bit3);
            Vector512<uint> bit1 = Of4(tree, passed, 4, 1, bit3, bit2);
            Vector512<uint> bit0 = Of8(tree, passed, 8, 1, bit3, bit2, bit1);
            PixelBits.TransposeFour(ref bit0, ref bit1, ref bit2, ref bit3);
            for (float* at = margins; at < margins + PixelBits.Pixels; at += 64)
            {
                AddTo(at, Avx512F.PermuteVar16x32(leaves, bit0.AsInt32()));
                AddTo(at + 16, Avx512F.PermuteVar16x32(leaves, bit1.AsInt32()));
                AddTo(at + 32, Avx512F.PermuteVar16x32(leaves, bit2.AsInt32()));
                AddTo(at + 48, Avx512F.PermuteVar16x32(leaves, bit3.AsInt32()));
                (bit0, bit1, bit2, bit3) = (bit0 >>> 4, bit1 >>> 4, bit2 >>> 4, bit3 >>> 4);
            }
        }
    }

    /// <summary>Trees of up to 32 leaves. Vector m holds the numbers of rows m, 8 + m, 16 + m and 24 + m, a byte each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add32(byte* tree, int count, byte* passed, float* margins)
    {
        for (; count > 0; count--, tree += SlicedTree.Bytes(5))
        {
            float* leaves = (float*)(tree + SlicedTree.Leaves(5));
            Vector512<uint> bit4 = Of1(tree, passed, 1);
            Vector512<uint> bit3 = Of2(tree, passed, 2, 1, bit4);
            Vector512<uint> bit2 = Of4(tree, passed, 4, 1, bit4, bit3);
            Vector512<uint> bit1 = Of8(tree, passed, 8, 1, bit4, bit3, bit2);
            Vector512<uint> bit0 = Of16(tree, passed, 16, 1, bit4, bit3, bit2, bit1);
            Labels(
                bit0, bit1, bit2, bit3, bit4, Vector512<uint>.Zero,
                out Vector512<uint> label0, out Vector512<uint> label1, out Vector512<uint> label2, out Vector512<uint> label3,
                out Vector512<uint> label4, out Vector512<uint> label5, out Vector512<uint> label6, out Vector512<uint> label7);
            Vector512<float> lower = Avx512F.LoadVector512(leaves), upper = Avx512F.LoadVector512(leaves + 16);
            for (float* at = margins; at < margins + PixelBits.Pixels; at += 128)
            {
                AddTo(at, Avx512F.PermuteVar16x32x2(lower, label0.AsInt32(), upper));
                AddTo(at + 16, Avx512F.PermuteVar16x32x2(lower, label1.AsInt32(), upper));
                AddTo(at + 32, Avx512F.PermuteVar16x32x2(lower, label2.AsInt32(), upper));
                AddTo(at + 48, Avx512F.PermuteVar16x32x2(lower, label3.AsInt32(), upper));
                AddTo(at + 64, Avx512F.PermuteVar16x32x2(lower, label4.AsInt32(), upper));
                AddTo(at + 80, Avx512F.PermuteVar16x32x2(lower, label5.AsInt32(), upper));
                AddTo(at + 96, Avx512F.PermuteVar16x32x2(lower, label6.AsInt32(), upper));
                AddTo(at + 112, Avx512F.PermuteVar16x32x2(lower, label7.AsInt32(), upper));
                (label0, label1, label2, label3) = (label0 >>> 8, label1 >>> 8, label2 >>> 8, label3 >>> 8);
                (label4, label5, label6, label7) = (label4 >>> 8, label5 >>> 8, label6 >>> 8, label7 >>> 8);
            }
        }
    }

    /// <summary>Trees of up to 64 leaves: the same as up to 32, but a permutation chooses among the lower or the upper 32.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add64(byte* tree, int count, byte* passed, float* margins)
    {
        for (; count > 0; count--, tree += SlicedTree.Bytes(6))
        {
            float* leaves = (float*)(tree + SlicedTree.Leaves(6));
            Vector512<uint> bit5 = Of1(tree, passed, 1);
            Vector512<uint> bit4 = Of2(tree, passed, 2, 1, bit5);
            Vector512<uint> bit3 = Of4(tree, passed, 4, 1, bit5, bit4);
            Vector512<uint> bit2 = Of8(tree, passed, 8, 1, bit5, bit4, bit3);
            Vector512<uint> bit1 = Of16(tree, passed, 16, 1, bit5, bit4, bit3, bit2);
            Vector512<uint> bit0 = PixelBits.Choose(
                bit1, Of16(tree, passed, 33, 2, bit5, bit4, bit3, bit2), Of16(tree, passed, 32, 2, bit5, bit4, bit3, bit2));
            Labels(
                bit0, bit1, bit2, bit3, bit4, bit5,
                out Vector512<uint> label0, out Vector512<uint> label1, out Vector512<uint> label2, out Vector512<uint> label3,
                out Vector512<uint> label4, out Vector512<uint> label5, out Vector512<uint> label6, out Vector512<uint> label7);
            Vector512<float> leaves0 = Avx512F.LoadVector512(leaves), leaves1 = Avx512F.LoadVector512(leaves + 16);
            Vector512<float> leaves2 = Avx512F.LoadVector512(leaves + 32), leaves3 = Avx512F.LoadVector512(leaves + 48);
            for (float* at = margins; at < margins + PixelBits.Pixels; at += 128)
            {
                AddTo(at, Leaf(label0, leaves0, leaves1, leaves2, leaves3));
                AddTo(at + 16, Leaf(label1, leaves0, leaves1, leaves2, leaves3));
                AddTo(at + 32, Leaf(label2, leaves0, leaves1, leaves2, leaves3));
                AddTo(at + 48, Leaf(label3, leaves0, leaves1, leaves2, leaves3));
                AddTo(at + 64, Leaf(label4, leaves0, leaves1, leaves2, leaves3));
                AddTo(at + 80, Leaf(label5, leaves0, leaves1, leaves2, leaves3));
                AddTo(at + 96, Leaf(label6, leaves0, leaves1, leaves2, leaves3));
                AddTo(at + 112, Leaf(label7, leaves0, leaves1, leaves2, leaves3));
                (label0, label1, label2, label3) = (label0 >>> 8, label1 >>> 8, label2 >>> 8, label3 >>> 8);
                (label4, label5, label6, label7) = (label4 >>> 8, label5 >>> 8, label6 >>> 8, label7 >>> 8);
            }
        }
    }

    /// <summary>One of 64 leaves for each lane, by its lowest six bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Leaf(
        Vector512<uint> label, Vector512<float> leaves0, Vector512<float> leaves1, Vector512<float> leaves2, Vector512<float> leaves3)
    {
        Vector512<float> lower = Avx512F.PermuteVar16x32x2(leaves0, label.AsInt32(), leaves1);
        Vector512<float> upper = Avx512F.PermuteVar16x32x2(leaves2, label.AsInt32(), leaves3);
        return Avx512F.BlendVariable(
            lower, upper, Avx512F.CompareNotEqual(label & Vector512.Create(32u), Vector512<uint>.Zero).AsSingle());
    }

    /// <summary>From one vector a bit of the leaves' numbers to one byte a pixel: an exchange of four bits, then of two and one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Labels(
        Vector512<uint> bit0, Vector512<uint> bit1, Vector512<uint> bit2, Vector512<uint> bit3, Vector512<uint> bit4, Vector512<uint> bit5,
        out Vector512<uint> label0, out Vector512<uint> label1, out Vector512<uint> label2, out Vector512<uint> label3,
        out Vector512<uint> label4, out Vector512<uint> label5, out Vector512<uint> label6, out Vector512<uint> label7)
    {
        Vector512<uint> low = Vector512.Create(0x0f0f0f0fu);
        (label0, label1) = (PixelBits.Choose(low, bit0, bit4 << 4), PixelBits.Choose(low, bit1, bit5 << 4));
        (label2, label3) = (bit2 & low, bit3 & low);
        (label4, label5) = (PixelBits.Choose(low, bit0 >>> 4, bit4), PixelBits.Choose(low, bit1 >>> 4, bit5));
        (label6, label7) = ((bit2 >>> 4) & low, (bit3 >>> 4) & low);
        PixelBits.TransposeFour(ref label0, ref label1, ref label2, ref label3);
        PixelBits.TransposeFour(ref label4, ref label5, ref label6, ref label7);
    }

    // The comparisons of a pixel's own nodes of a level. They are `step` numbers apart; bits of the leaf's number, the highest first, say
    // which: each halves what is left. What the first bits decide comes first, because the last ones take longest to be known.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Of1(byte* tree, byte* passed, int node) => PixelBits.Load(passed + ((int*)tree)[node]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Of2(byte* tree, byte* passed, int node, int step, Vector512<uint> first) =>
        PixelBits.Choose(first, Of1(tree, passed, node + step), Of1(tree, passed, node));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Of4(byte* tree, byte* passed, int node, int step, Vector512<uint> first, Vector512<uint> second) =>
        PixelBits.Choose(
            second, Of2(tree, passed, node + step, 2 * step, first), Of2(tree, passed, node, 2 * step, first));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Of8(
        byte* tree, byte* passed, int node, int step, Vector512<uint> first, Vector512<uint> second, Vector512<uint> third) =>
        PixelBits.Choose(
            third, Of4(tree, passed, node + step, 2 * step, first, second), Of4(tree, passed, node, 2 * step, first, second));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Of16(
        byte* tree, byte* passed, int node, int step, Vector512<uint> first, Vector512<uint> second, Vector512<uint> third,
        Vector512<uint> fourth) =>
        PixelBits.Choose(
            fourth,
            Of8(tree, passed, node + step, 2 * step, first, second, third), Of8(tree, passed, node, 2 * step, first, second, third));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddTo(float* margins, Vector512<float> leaves) =>
        Avx512F.Store(margins, Avx512F.Add(Avx512F.LoadVector512(margins), leaves));

    /// <summary>Trees that follow one another, completed to the same depth.</summary>
    /// <param name="Depth">The depth.</param>
    /// <param name="Count">Trees.</param>
    /// <param name="First">Where the first begins, in bytes.</param>
    private readonly record struct TreeRun(int Depth, int Count, long First);
}
