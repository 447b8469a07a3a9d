using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace FastSeg.Forest;

/// <summary>16 lanes (AVX-512); bins and cuts are unsigned bytes, as they are.</summary>
internal readonly unsafe struct ForestLanes512 : IForestLanes<Vector512<int>>
{
    /// <inheritdoc/>
    public static int Count => 16;

    /// <summary>Only trees of one leaf: whether larger ones would gain was not measured at this width.</summary>
    public static int SmallLeaves => 1;

    /// <inheritdoc/>
    public static int FewLeaves => 32;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Load(byte* source) => Avx512F.LoadVector512((int*)source);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<int> value, byte* destination) => Avx512F.Store((int*)destination, value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Broadcast(uint* value) => Vector512.Create(*(int*)value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> BroadcastCut(uint* cut) => Broadcast(cut);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Select(Vector512<int> bins, Vector512<int> cut, Vector512<int> left, Vector512<int> right) =>
        Avx512BW.BlendVariable(left.AsByte(), right.AsByte(), Avx512BW.CompareGreaterThan(bins.AsByte(), cut.AsByte())).AsInt32();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Decide(
        Vector512<int> label, Vector512<int> own, Vector512<int> bins, Vector512<int> cut, Vector512<int> right) =>
        Avx512BW.BlendVariable(
            label.AsByte(), Select(bins, cut, label, right).AsByte(), Avx512BW.CompareEqual(label.AsByte(), own.AsByte())).AsInt32();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float* Thresholds(ForestTablesCpu tables, int plane) => tables.Search(plane);

    /// <inheritdoc/>
    public static bool Bin(
        float* rows, nint rowStride, int height, nint ahead, float* square, float* search, int levels, byte* bins,
        out byte least, out byte most) => PathSearch.Run(rows, rowStride, height, ahead, square, search, levels, bins, out least, out most);

    /// <summary>Trees of one leaf, whose leaves lie 16 floats apart in a program.</summary>
    public static void AddSmall(TreeProgram program, int first, int end, byte* bins, nint binStride, float* margins, int squares) =>
        AddOne(program.Tables + program.TableOf[first], 16, end - first, margins, squares);

    /// <summary>
    /// Adds the leaves of trees that have one each: the same number for every pixel. 128 margins at a time stay in eight registers from
    /// tree to tree.
    /// </summary>
    /// <param name="leaves">The leaf of the first tree.</param>
    /// <param name="stride">Floats to the next tree's.</param>
    /// <param name="count">Trees.</param>
    /// <param name="margins">16 x 16 margins of the first square, those of the others behind them.</param>
    /// <param name="squares">Squares.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddOne(float* leaves, nint stride, int count, float* margins, int squares)
    {
        float* last = margins + (squares * Square.Pixels);
        for (float* at = margins; at < last; at += 128)
        {
            Vector512<float> sum0 = Avx512F.LoadVector512(at), sum1 = Avx512F.LoadVector512(at + 16);
            Vector512<float> sum2 = Avx512F.LoadVector512(at + 32), sum3 = Avx512F.LoadVector512(at + 48);
            Vector512<float> sum4 = Avx512F.LoadVector512(at + 64), sum5 = Avx512F.LoadVector512(at + 80);
            Vector512<float> sum6 = Avx512F.LoadVector512(at + 96), sum7 = Avx512F.LoadVector512(at + 112);
            float* next = leaves;
            for (int tree = 0; tree < count; tree++, next += stride)
            {
                Vector512<float> leaf = Vector512.Create(*next);
                (sum0, sum1, sum2, sum3) = (sum0 + leaf, sum1 + leaf, sum2 + leaf, sum3 + leaf);
                (sum4, sum5, sum6, sum7) = (sum4 + leaf, sum5 + leaf, sum6 + leaf, sum7 + leaf);
            }
            Avx512F.Store(at, sum0);
            Avx512F.Store(at + 16, sum1);
            Avx512F.Store(at + 32, sum2);
            Avx512F.Store(at + 48, sum3);
            Avx512F.Store(at + 64, sum4);
            Avx512F.Store(at + 80, sum5);
            Avx512F.Store(at + 96, sum6);
            Avx512F.Store(at + 112, sum7);
        }
    }

    /// <summary>The leaves as they are: permutations read 32 floats from memory.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float* Arrange(float* leaves, int count, float* scratch) => leaves;

    /// <summary>
    /// A permutation chooses each lane's leaf by the lowest five bits of the lane. A lane holds four rows' labels, a byte each: shifts
    /// bring one row after the other to the bottom.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddLeaves(Vector512<int> labels, float* leaves, float* rows)
    {
        Vector512<float> lower = Avx512F.LoadVector512(leaves);
        Vector512<float> upper = Avx512F.LoadVector512(leaves + 16);
        AddTo(rows, Avx512F.PermuteVar16x32x2(lower, labels, upper));
        AddTo(rows + 16, Avx512F.PermuteVar16x32x2(lower, Avx512F.ShiftRightLogical(labels, 8), upper));
        AddTo(rows + 32, Avx512F.PermuteVar16x32x2(lower, Avx512F.ShiftRightLogical(labels, 16), upper));
        AddTo(rows + 48, Avx512F.PermuteVar16x32x2(lower, Avx512F.ShiftRightLogical(labels, 24), upper));
    }

    /// <summary>A permutation chooses among 32 leaves; each lane keeps the result of the 32 that its label falls into.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddManyLeaves(byte* labels, float* leaves, int count, float* margins)
    {
        for (int block = 0; block < 4; block++, labels += 64)
        {
            Vector512<int> four = Load(labels);
            for (int row = 0; row < 4; row++, margins += 16, four = Avx512F.ShiftRightLogical(four, 8))
            {
                Vector512<int> number = four & Vector512.Create(255);
                Vector512<float> leaf = PathSearch.Choose32(leaves, number);
                for (int first = 32; first < count; first += 32)
                {
                    Vector512<int> above = Avx512F.CompareGreaterThanOrEqual(number, Vector512.Create(first));
                    leaf = Avx512F.BlendVariable(leaf, PathSearch.Choose32(leaves + first, number), above.AsSingle());
                }
                AddTo(margins, leaf);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddTo(float* margins, Vector512<float> leaves) =>
        Avx512F.Store(margins, Avx512F.Add(Avx512F.LoadVector512(margins), leaves));
}
