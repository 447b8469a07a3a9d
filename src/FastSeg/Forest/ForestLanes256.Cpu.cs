using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace FastSeg.Forest;

/// <summary>8 lanes (AVX2); bins and cuts are <see cref="SignedBins"/>.</summary>
internal readonly unsafe struct ForestLanes256 : IForestLanes<Vector256<int>>
{
    /// <inheritdoc/>
    public static int Count => 8;

    /// <inheritdoc/>
    public static int SmallLeaves => SmallTrees.MostLeaves;

    /// <inheritdoc/>
    public static int FewLeaves => ByteTables.Entries;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Load(byte* source) => Avx.LoadVector256((int*)source);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<int> value, byte* destination) => Avx.Store((int*)destination, value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Broadcast(uint* value) => Vector256.Create(*(int*)value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> BroadcastCut(uint* cut) => SignedBins.BroadcastCut(cut);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Select(Vector256<int> bins, Vector256<int> cut, Vector256<int> left, Vector256<int> right) =>
        Avx2.BlendVariable(right.AsByte(), left.AsByte(), Avx2.CompareGreaterThan(cut.AsSByte(), bins.AsSByte()).AsByte()).AsInt32();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Decide(
        Vector256<int> label, Vector256<int> own, Vector256<int> bins, Vector256<int> cut, Vector256<int> right)
    {
        Vector256<byte> atMost = Avx2.CompareGreaterThan(cut.AsSByte(), bins.AsSByte()).AsByte();
        return Avx2.BlendVariable(
            label.AsByte(), right.AsByte(), Avx2.AndNot(atMost, Avx2.CompareEqual(label.AsByte(), own.AsByte()))).AsInt32();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float* Thresholds(ForestTablesCpu tables, int plane) => tables.SearchBytes(plane);

    /// <inheritdoc/>
    public static bool Bin(
        float* rows, nint rowStride, int height, nint ahead, float* square, float* search, int levels, byte* bins,
        out byte least, out byte most) => ByteSearch.Run(rows, rowStride, height, ahead, square, search, levels, bins, out least, out most);

    /// <inheritdoc/>
    public static void AddSmall(TreeProgram program, int first, int end, byte* bins, nint binStride, float* margins, int squares) =>
        SmallTrees.AddLeaves(program, first, end, bins, binStride, margins, squares);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float* Arrange(float* leaves, int count, float* scratch) => ByteTables.Arrange(leaves, count, scratch);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddLeaves(Vector256<int> labels, float* leaves, float* rows) =>
        LeafBytes.AddFew(labels.AsByte(), (byte*)leaves, rows);

    /// <inheritdoc/>
    public static void AddManyLeaves(byte* labels, float* leaves, int count, float* margins) =>
        LeafBytes.AddMany(labels, (byte*)leaves, count, margins);
}
