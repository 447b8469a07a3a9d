using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace FastSeg.Forest;

/// <summary>8 lanes (AVX2).</summary>
internal readonly unsafe struct ForestLanes256 : IForestLanes<Vector256<int>, Vector256<float>>
{
    private const int Bias = unchecked((int)0x80808080);

    /// <inheritdoc/>
    public static int Count => 8;

    /// <inheritdoc/>
    public static int FewLeaves => ByteTables.Entries;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load(float* source) => Avx.LoadVector256(source);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Broadcast(float value) => Vector256.Create(value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<float> value, float* destination) => Avx.Store(destination, value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Add(Vector256<float> a, Vector256<float> b) => Avx.Add(a, b);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Taint(Vector256<float> soFar, Vector256<float> value) => Fma.MultiplyAdd(value, Vector256<float>.Zero, soFar);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AnyNaN(Vector256<float> value) => !Vector256.EqualsAll(value, value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Load(byte* source) => Avx.LoadVector256((int*)source);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<int> value, byte* destination) => Avx.Store((int*)destination, value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Broadcast(uint* value) => Vector256.Create(*(int*)value);

    /// <summary>Less 128: AVX2 compares signed bytes only.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreBins(Vector256<int> bins, byte* destination) => Store(bins ^ Vector256.Create(Bias), destination);

    /// <summary>Less 128, and one more: the comparison that takes the bins from memory is "below".</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> BroadcastCut(uint* cut) => Vector256.Create((int)(*cut + 0x01010101u) ^ Bias);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Select(Vector256<int> bins, Vector256<int> cut, Vector256<int> left, Vector256<int> right) =>
        Avx2.BlendVariable(right.AsByte(), left.AsByte(), Avx2.CompareGreaterThan(cut.AsSByte(), bins.AsSByte()).AsByte()).AsInt32();

    /// <summary>Going left must keep the label: that leaves one blend.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Decide(
        Vector256<int> label, Vector256<int> own, Vector256<int> bins, Vector256<int> cut, Vector256<int> left, Vector256<int> right)
    {
        Vector256<byte> atMost = Avx2.CompareGreaterThan(cut.AsSByte(), bins.AsSByte()).AsByte();
        return Avx2.BlendVariable(label.AsByte(), right.AsByte(), Avx2.AndNot(atMost, Avx2.CompareEqual(label.AsByte(), own.AsByte()))).AsInt32();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Min(Vector256<int> a, Vector256<int> b) => Avx2.Min(a.AsByte(), b.AsByte()).AsInt32();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Max(Vector256<int> a, Vector256<int> b) => Avx2.Max(a.AsByte(), b.AsByte()).AsInt32();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte LeastByte(Vector256<int> value)
    {
        // The smaller byte of each 16 bits, then the one instruction that reduces: the least of eight 16-bit values.
        Vector128<byte> half = Sse2.Min(value.GetLower().AsByte(), value.GetUpper().AsByte());
        Vector128<byte> pairs = Sse2.Min(half, Sse2.ShiftRightLogical(half.AsUInt16(), 8).AsByte());
        return (byte)Sse41.MinHorizontal(pairs.AsUInt16() & Vector128.Create((ushort)255)).ToScalar();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte LargestByte(Vector256<int> value) => (byte)~LeastByte(~value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float* Thresholds(ForestTables tables, int plane) => tables.SearchBytes(plane);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Search(float* square, float* search, int levels, byte* paths) => ByteSearch.Run(square, search, levels, paths);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Sort(byte* table, Vector256<int> paths)
    {
        Vector256<byte> nibble = Vector256.Create((byte)15);
        Vector256<byte> upper = Avx2.ShiftRightLogical(paths, 4).AsByte() & nibble;
        return (Avx2.Shuffle(Avx2.BroadcastVector128ToVector256(table), paths.AsByte() & nibble)
            | Avx2.Shuffle(Avx2.BroadcastVector128ToVector256(table + 16), upper)).AsInt32();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float* Arrange(float* leaves, int count, float* scratch) => ByteTables.Arrange(leaves, count, scratch);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddLeaves(Vector256<int> labels, float* leaves, float* rows) => LeafBytes.AddFew(labels.AsByte(), (byte*)leaves, rows);

    /// <inheritdoc/>
    public static void AddManyLeaves(byte* labels, float* leaves, int count, float* margins) => LeafBytes.AddMany(labels, (byte*)leaves, count, margins);
}
