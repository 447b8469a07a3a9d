using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace FastSeg.Forest;

/// <summary>16 lanes (AVX-512).</summary>
internal readonly unsafe struct ForestLanes512 : IForestLanes<Vector512<int>, Vector512<float>>
{
    /// <inheritdoc/>
    public static int Count => 16;

    /// <inheritdoc/>
    public static int FewLeaves => 32;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(float* source) => Avx512F.LoadVector512(source);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Broadcast(float value) => Vector512.Create(value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<float> value, float* destination) => Avx512F.Store(destination, value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Add(Vector512<float> a, Vector512<float> b) => Avx512F.Add(a, b);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Taint(Vector512<float> soFar, Vector512<float> value) =>
        Avx512F.FusedMultiplyAdd(value, Vector512<float>.Zero, soFar);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AnyNaN(Vector512<float> value) => !Vector512.EqualsAll(value, value);

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
    public static void StoreBins(Vector512<int> bins, byte* destination) => Store(bins, destination);

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
        Vector512<int> label, Vector512<int> own, Vector512<int> bins, Vector512<int> cut, Vector512<int> left, Vector512<int> right) =>
        Avx512BW.BlendVariable(label.AsByte(), Select(bins, cut, left, right).AsByte(), Avx512BW.CompareEqual(label.AsByte(), own.AsByte())).AsInt32();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Min(Vector512<int> a, Vector512<int> b) => Avx512BW.Min(a.AsByte(), b.AsByte()).AsInt32();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Max(Vector512<int> a, Vector512<int> b) => Avx512BW.Max(a.AsByte(), b.AsByte()).AsInt32();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte LeastByte(Vector512<int> value) => ForestLanes256.LeastByte(Avx2.Min(value.GetLower().AsByte(), value.GetUpper().AsByte()).AsInt32());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte LargestByte(Vector512<int> value) => ForestLanes256.LargestByte(Avx2.Max(value.GetLower().AsByte(), value.GetUpper().AsByte()).AsInt32());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float* Thresholds(ForestTables tables, int plane) => tables.Search(plane);

    /// <summary>A lane of 32 bits holds the paths of four rows, one above the other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Search(float* square, float* search, int levels, byte* paths)
    {
        for (int block = 0; block < 4; block++, square += 64, paths += 64)
        {
            Vector512<int> lower = Search(Load(square), search, levels) | Avx512F.ShiftLeftLogical(Search(Load(square + 16), search, levels), 8);
            Vector512<int> third = Avx512F.ShiftLeftLogical(Search(Load(square + 32), search, levels), 16);
            Store(lower | third | Avx512F.ShiftLeftLogical(Search(Load(square + 48), search, levels), 24), paths);
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Sort(byte* table, Vector512<int> paths)
    {
        Vector512<byte> nibble = Vector512.Create((byte)15);
        Vector512<byte> upper = Avx512F.ShiftRightLogical(paths, 4).AsByte() & nibble;
        return (Avx512BW.Shuffle(Avx512F.BroadcastVector128ToVector512((int*)table).AsByte(), paths.AsByte() & nibble)
            | Avx512BW.Shuffle(Avx512F.BroadcastVector128ToVector512((int*)(table + 16)).AsByte(), upper)).AsInt32();
    }

    /// <summary>As they are: 32 may be read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float* Arrange(float* leaves, int count, float* scratch) => leaves;

    /// <summary>
    /// A permutation chooses each lane's leaf by the low bits of its number; shifts bring the four rows of a vector into those bits.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddLeaves(Vector512<int> labels, float* leaves, float* rows)
    {
        Vector512<float> lower = Avx512F.LoadVector512(leaves);
        Vector512<float> upper = Avx512F.LoadVector512(leaves + 16);
        Add(rows, Avx512F.PermuteVar16x32x2(lower, labels, upper));
        Add(rows + 16, Avx512F.PermuteVar16x32x2(lower, Avx512F.ShiftRightLogical(labels, 8), upper));
        Add(rows + 32, Avx512F.PermuteVar16x32x2(lower, Avx512F.ShiftRightLogical(labels, 16), upper));
        Add(rows + 48, Avx512F.PermuteVar16x32x2(lower, Avx512F.ShiftRightLogical(labels, 24), upper));
    }

    /// <summary>32 leaves a permutation; each lane keeps that of its stretch.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddManyLeaves(byte* labels, float* leaves, int count, float* margins)
    {
        for (int block = 0; block < 4; block++, labels += 64)
        {
            Vector512<int> four = Load(labels);
            for (int row = 0; row < 4; row++, margins += 16, four = Avx512F.ShiftRightLogical(four, 8))
            {
                Vector512<int> number = four & Vector512.Create(255);
                Vector512<float> leaf = Choose32(leaves, number);
                for (int first = 32; first < count; first += 32)
                {
                    Vector512<int> above = Avx512F.CompareGreaterThanOrEqual(number, Vector512.Create(first));
                    leaf = Avx512F.BlendVariable(leaf, Choose32(leaves + first, number), above.AsSingle());
                }
                Add(margins, leaf);
            }
        }
    }

    /// <summary>Each lane's path chooses its next threshold from the step's registers by a permutation.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Search(Vector512<float> value, float* search, int levels)
    {
        Vector512<float> first = Avx512F.CompareGreaterThanOrEqual(value, Vector512.Create(*search));
        Vector512<int> path = first.AsInt32() & Vector512<int>.One;
        if (levels > 1)
        {
            path = Step(path, value, Avx512F.PermuteVar16x32(Avx512F.LoadVector512(search + 16), path), 2);
        }
        if (levels > 2)
        {
            path = Step(path, value, Avx512F.PermuteVar16x32(Avx512F.LoadVector512(search + 32), path), 4);
        }
        if (levels > 3)
        {
            path = Step(path, value, Avx512F.PermuteVar16x32(Avx512F.LoadVector512(search + 48), path), 8);
        }
        if (levels > 4)
        {
            path = Step(path, value, Avx512F.PermuteVar16x32(Avx512F.LoadVector512(search + 64), path), 16);
        }
        if (levels > 5)
        {
            path = Step(path, value, Choose32(search + 80, path), 32);
        }
        if (levels > 6)
        {
            path = Step(path, value, Choose64(search + 112, path), 64);
        }
        if (levels > 7)
        {
            Vector512<int> upper = Avx512F.CompareGreaterThan(path, Vector512.Create(63));
            path = Step(path, value, Avx512F.BlendVariable(Choose64(search + 176, path), Choose64(search + 240, path), upper.AsSingle()), 128);
        }
        return path;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(float* margins, Vector512<float> leaves) => Avx512F.Store(margins, Avx512F.Add(Avx512F.LoadVector512(margins), leaves));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Step(Vector512<int> path, Vector512<float> value, Vector512<float> threshold, int bit) =>
        Avx512F.BlendVariable(path, Avx512F.Add(path, Vector512.Create(bit)), Avx512F.CompareGreaterThanOrEqual(value, threshold).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Choose32(float* table, Vector512<int> index) =>
        Avx512F.PermuteVar16x32x2(Avx512F.LoadVector512(table), index, Avx512F.LoadVector512(table + 16));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Choose64(float* table, Vector512<int> index)
    {
        Vector512<int> upper = Avx512F.CompareNotEqual(index & Vector512.Create(32), Vector512<int>.Zero);
        return Avx512F.BlendVariable(Choose32(table, index), Choose32(table + 32, index), upper.AsSingle());
    }
}
