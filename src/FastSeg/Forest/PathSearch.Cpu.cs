using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using FastSeg.Native;

namespace FastSeg.Forest;

/// <summary>
/// Bins squares (AVX-512): a binary search of sixteen values a vector. In each step a permutation chooses every lane's threshold from
/// registers, with the lane's path so far (first step in the lowest bit) as its index: <see cref="ForestTablesCpu.Search"/> lays the
/// thresholds out in that order.
/// </summary>
internal static unsafe class PathSearch
{
    private const int Side = Square.Side;

    /// <summary>Bins one plane of one square; see <see cref="IForestLanes{TInt}.Bin"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool Run(
        float* rows, nint rowStride, int height, nint ahead, float* square, float* search, int levels, byte* bins,
        out byte least, out byte most)
    {
        bool finite = Copy(rows, rowStride, height, ahead, square);
        Paths(square, search, levels, bins);

        // Paths become bins, and the range of all 256 is found on the way. The largest is the least of the complements.
        byte* table = PathTables.Of(levels);
        Vector512<byte> low = Sort(table, Avx512BW.LoadVector512(bins)), high = low;
        for (int at = 0; at < Square.Pixels; at += 64)
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
    /// Copies a square's rows next to each other and says whether all values are finite. The same rows of the next plane are prefetched
    /// meanwhile: 16 rows are more streams than the hardware follows by itself.
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
            // 0 x a finite value leaves the sum 0; infinity and NaN make it NaN, and it stays NaN.
            taint0 = Avx512F.FusedMultiplyAdd(value0, Vector512<float>.Zero, taint0);
            taint1 = Avx512F.FusedMultiplyAdd(value1, Vector512<float>.Zero, taint1);
            Avx512F.Store(square + (y * Side), value0);
            Avx512F.Store(square + ((y + 1) * Side), value1);
        }
        Vector512<float> taint = Avx512F.Add(taint0, taint1);
        return Vector512.EqualsAll(taint, taint);
    }

    /// <summary>The paths of the whole square: a lane of 32 bits holds those of four rows, the first row's in the lowest byte.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Paths(float* square, float* search, int levels, byte* paths)
    {
        for (int block = 0; block < 4; block++, square += 64, paths += 64)
        {
            Vector512<int> lower = Path(square, search, levels)
                | Avx512F.ShiftLeftLogical(Path(square + 16, search, levels), 8);
            Vector512<int> third = Avx512F.ShiftLeftLogical(Path(square + 32, search, levels), 16);
            Avx512F.Store((int*)paths, lower | third | Avx512F.ShiftLeftLogical(Path(square + 48, search, levels), 24));
        }
    }

    /// <summary>
    /// Byte by byte: the number of thresholds not above the value, which is the path with its bits turned round. Each half of the byte is
    /// looked up for what it contributes.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<byte> Sort(byte* table, Vector512<byte> paths)
    {
        Vector512<byte> nibble = Vector512.Create((byte)15);
        Vector512<byte> upper = Avx512F.ShiftRightLogical(paths.AsInt32(), 4).AsByte() & nibble;
        return Avx512BW.Shuffle(Avx512F.BroadcastVector128ToVector512((int*)table).AsByte(), paths & nibble)
            | Avx512BW.Shuffle(Avx512F.BroadcastVector128ToVector512((int*)(table + 16)).AsByte(), upper);
    }

    /// <summary>
    /// The paths of sixteen values. Up to 16 thresholds of a step are chosen by one permutation of one register, 32 by one of two
    /// registers; 64 and 128 by several, of which blends keep the one that the path's upper bits name.
    /// </summary>
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
            path = Step(path, value, Choose32(search + 80, path), 32);
        }
        if (levels > 6)
        {
            path = Step(path, value, Choose64(search + 112, path), 64);
        }
        if (levels > 7)
        {
            Vector512<int> upper = Avx512F.CompareGreaterThan(path, Vector512.Create(63));
            path = Step(
                path, value, Avx512F.BlendVariable(Choose64(search + 176, path), Choose64(search + 240, path), upper.AsSingle()), 128);
        }
        return path;
    }

    /// <summary>One of 32 floats for each lane, by the lowest five bits of its index.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Choose32(float* table, Vector512<int> index) =>
        Avx512F.PermuteVar16x32x2(Avx512F.LoadVector512(table), index, Avx512F.LoadVector512(table + 16));

    /// <summary>Sets the step's bit of the path where the value is not below the threshold.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Step(Vector512<int> path, Vector512<float> value, Vector512<float> threshold, int bit) =>
        Avx512F.BlendVariable(
            path, Avx512F.Add(path, Vector512.Create(bit)), Avx512F.CompareGreaterThanOrEqual(value, threshold).AsInt32());

    /// <summary>One of 64 floats for each lane, by the lowest six bits of its index.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Choose64(float* table, Vector512<int> index)
    {
        Vector512<int> upper = Avx512F.CompareNotEqual(index & Vector512.Create(32), Vector512<int>.Zero);
        return Avx512F.BlendVariable(Choose32(table, index), Choose32(table + 32, index), upper.AsSingle());
    }
}

/// <summary>
/// Tables that turn a path of a search, first step in the lowest bit, into the number of thresholds passed, first step in the highest bit:
/// what each of the 16 values of a path's lower and upper four bits contributes to that number.
/// </summary>
internal static unsafe class PathTables
{
    private const int MaxLevels = 8;

    private static readonly HostBuffer Tables = Create();

    private static readonly byte* First = Tables.Pointer;

    /// <summary>The table for searches of so many steps: 16 bytes for the path's lower four bits, then 16 for the upper four.</summary>
    public static byte* Of(int levels) => First + (32 * levels);

    private static HostBuffer Create()
    {
        var tables = new HostBuffer(32 * (MaxLevels + 1));
        for (int levels = 0; levels <= MaxLevels; levels++)
        {
            for (int value = 0; value < 16; value++)
            {
                int lower = 0, upper = 0;
                for (int bit = 0; bit < 4; bit++)
                {
                    int set = (value >> bit) & 1;
                    lower |= bit < levels ? set << (levels - 1 - bit) : 0;
                    upper |= bit + 4 < levels ? set << (levels - 5 - bit) : 0;
                }
                tables.Pointer[(32 * levels) + value] = (byte)lower;
                tables.Pointer[(32 * levels) + 16 + value] = (byte)upper;
            }
        }
        return tables;
    }
}
