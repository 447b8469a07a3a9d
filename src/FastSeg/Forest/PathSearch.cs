using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace FastSeg.Forest;

/// <summary>
/// Bins squares (AVX-512): a binary search of sixteen values a vector, each step's thresholds chosen by a permutation of registers. The path
/// so far, first step in the lowest bit, is the index as it is.
/// </summary>
internal static unsafe class PathSearch
{
    private const int Side = 16;

    /// <summary>Bins one plane of one square; see <see cref="IForestLanes{TInt}.Bin"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool Run(float* rows, nint rowStride, int height, nint ahead, float* square, float* search, int levels, byte* bins, out byte least, out byte most)
    {
        bool finite = Copy(rows, rowStride, height, ahead, square);
        Paths(square, search, levels, bins);
        byte* table = PathTables.Of(levels);
        Vector512<byte> low = Sort(table, Avx512BW.LoadVector512(bins)), high = low;
        for (int at = 0; at < TreeProgram.SquareBytes; at += 64)
        {
            Vector512<byte> sorted = Sort(table, Avx512BW.LoadVector512(bins + at));
            Avx512BW.Store(bins + at, sorted);
            low = Avx512BW.Min(low, sorted);
            high = Avx512BW.Max(high, sorted);
        }
        least = ByteTables.Least(Avx2.Min(low.GetLower(), low.GetUpper()));
        most = (byte)~ByteTables.Least(~Avx2.Max(high.GetLower(), high.GetUpper()));
        return finite;
    }

    /// <summary>
    /// Puts a square's values together and says whether all are finite. What comes next is fetched meanwhile: 16 rows are more than
    /// the machine itself foresees.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool Copy(float* rows, nint rowStride, int height, nint ahead, float* square)
    {
        Vector512<float> taint0 = default, taint1 = default;
        for (int y = 0; y < Side; y += 2)
        {
            float* row0 = rows + (Math.Min(y, height - 1) * rowStride);
            float* row1 = rows + (Math.Min(y + 1, height - 1) * rowStride);
            Sse.Prefetch0(row0 + ahead);
            Sse.Prefetch0(row1 + ahead);
            Vector512<float> value0 = Avx512F.LoadVector512(row0), value1 = Avx512F.LoadVector512(row1);
            taint0 = Avx512F.FusedMultiplyAdd(value0, Vector512<float>.Zero, taint0);
            taint1 = Avx512F.FusedMultiplyAdd(value1, Vector512<float>.Zero, taint1);
            Avx512F.Store(square + (y * Side), value0);
            Avx512F.Store(square + ((y + 1) * Side), value1);
        }
        Vector512<float> taint = Avx512F.Add(taint0, taint1);
        return Vector512.EqualsAll(taint, taint);
    }

    /// <summary>A lane of 32 bits holds the paths of four rows, one above the other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Paths(float* square, float* search, int levels, byte* paths)
    {
        for (int block = 0; block < 4; block++, square += 64, paths += 64)
        {
            Vector512<int> lower = Path(square, search, levels) | Avx512F.ShiftLeftLogical(Path(square + 16, search, levels), 8);
            Vector512<int> third = Avx512F.ShiftLeftLogical(Path(square + 32, search, levels), 16);
            Avx512F.Store((int*)paths, lower | third | Avx512F.ShiftLeftLogical(Path(square + 48, search, levels), 24));
        }
    }

    /// <summary>Byte by byte: the number of thresholds not above the value, which is the path with its first step in the highest bit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<byte> Sort(byte* table, Vector512<byte> paths)
    {
        Vector512<byte> nibble = Vector512.Create((byte)15);
        Vector512<byte> upper = Avx512F.ShiftRightLogical(paths.AsInt32(), 4).AsByte() & nibble;
        return Avx512BW.Shuffle(Avx512F.BroadcastVector128ToVector512((int*)table).AsByte(), paths & nibble)
            | Avx512BW.Shuffle(Avx512F.BroadcastVector128ToVector512((int*)(table + 16)).AsByte(), upper);
    }

    /// <summary>Each lane's path chooses its next threshold from the step's registers by a permutation.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Path(float* from, float* search, int levels)
    {
        Vector512<float> value = Avx512F.LoadVector512(from);
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
            path = Step(path, value, ForestLanes512.Choose32(search + 80, path), 32);
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
    private static Vector512<int> Step(Vector512<int> path, Vector512<float> value, Vector512<float> threshold, int bit) =>
        Avx512F.BlendVariable(path, Avx512F.Add(path, Vector512.Create(bit)), Avx512F.CompareGreaterThanOrEqual(value, threshold).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Choose64(float* table, Vector512<int> index)
    {
        Vector512<int> upper = Avx512F.CompareNotEqual(index & Vector512.Create(32), Vector512<int>.Zero);
        return Avx512F.BlendVariable(ForestLanes512.Choose32(table, index), ForestLanes512.Choose32(table + 32, index), upper.AsSingle());
    }
}
