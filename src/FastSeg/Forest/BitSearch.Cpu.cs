using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace FastSeg.Forest;

/// <summary>
/// Bins two squares at once (AVX-512): <see cref="PathSearch"/>'s binary search, with the bins as <see cref="PixelBits"/>, one vector a bit
/// instead of one byte a pixel.
/// </summary>
internal static unsafe class BitSearch
{
    private const int Side = Square.Side;

    /// <summary>Bytes of the bins, however many steps there are: whole groups of four vectors are written.</summary>
    public const int BinBytes = 8 * PixelBits.Bytes;

    /// <summary>Bins one plane.</summary>
    /// <param name="left">The left square's first row.</param>
    /// <param name="right">The right square's first row.</param>
    /// <param name="rowStride">Floats to the next row of both.</param>
    /// <param name="height">Rows that exist; the last of them is repeated for the missing ones.</param>
    /// <param name="ahead">Floats from a row to the same row of the next plane, to be prefetched; may point anywhere.</param>
    /// <param name="search">The plane's thresholds: <see cref="ForestTablesCpu.Search"/>.</param>
    /// <param name="levels">Steps of the search.</param>
    /// <param name="bins">Receives the bins: as many vectors as steps, the bin's highest bit first; <see cref="BinBytes"/>.</param>
    /// <param name="taint">16 sums for each square; a value that is not finite makes one NaN.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(
        float* left, float* right, nint rowStride, int height, nint ahead, float* search, int levels, byte* bins, float* taint)
    {
        Vector512<uint> path0 = default, path1 = default, path2 = default, path3 = default;
        Vector512<uint> path4 = default, path5 = default, path6 = default, path7 = default;
        Vector512<float> root = Vector512.Create(*search);
        int last = height - 1;
        for (int eight = PixelBits.Rows - 8; eight >= 0; eight -= 8)
        {
            float* rows = eight >= Side ? right : left;
            float* sums = taint + (eight & Side);
            int y = eight & 8;
            Vector512<float> value0 = Row(rows, rowStride, y, last, ahead), value1 = Row(rows, rowStride, y + 1, last, ahead);
            Vector512<float> value2 = Row(rows, rowStride, y + 2, last, ahead), value3 = Row(rows, rowStride, y + 3, last, ahead);
            Vector512<float> value4 = Row(rows, rowStride, y + 4, last, ahead), value5 = Row(rows, rowStride, y + 5, last, ahead);
            Vector512<float> value6 = Row(rows, rowStride, y + 6, last, ahead), value7 = Row(rows, rowStride, y + 7, last, ahead);
            // 0 x a finite value leaves the sum 0; infinity and NaN make it NaN, and it stays NaN.
            Vector512<float> zero = Vector512<float>.Zero;
            Vector512<float> even = Avx512F.FusedMultiplyAdd(value0, zero, Avx512F.LoadVector512(sums));
            Vector512<float> odd = Avx512F.FusedMultiplyAdd(value1, zero, zero);
            even = Avx512F.FusedMultiplyAdd(value2, zero, even);
            odd = Avx512F.FusedMultiplyAdd(value3, zero, odd);
            even = Avx512F.FusedMultiplyAdd(value4, zero, even);
            odd = Avx512F.FusedMultiplyAdd(value5, zero, odd);
            even = Avx512F.FusedMultiplyAdd(value6, zero, even);
            odd = Avx512F.FusedMultiplyAdd(value7, zero, odd);
            Avx512F.Store(sums, even + odd);

            // A lane's lowest byte is the path of the row at hand, the bytes above it are the paths of the rows before.
            Vector512<uint> bit = Vector512<uint>.One;
            (path0, path1) = (Step(path0 << 8, value0, root, bit), Step(path1 << 8, value1, root, bit));
            (path2, path3) = (Step(path2 << 8, value2, root, bit), Step(path3 << 8, value3, root, bit));
            (path4, path5) = (Step(path4 << 8, value4, root, bit), Step(path5 << 8, value5, root, bit));
            (path6, path7) = (Step(path6 << 8, value6, root, bit), Step(path7 << 8, value7, root, bit));
            for (int step = 1; step < Math.Min(levels, 5); step++)
            {
                bit += bit;
                Vector512<float> table = Avx512F.LoadVector512(search + (16 * step));
                path0 = Step(path0, value0, Of16(table, path0), bit);
                path1 = Step(path1, value1, Of16(table, path1), bit);
                path2 = Step(path2, value2, Of16(table, path2), bit);
                path3 = Step(path3, value3, Of16(table, path3), bit);
                path4 = Step(path4, value4, Of16(table, path4), bit);
                path5 = Step(path5, value5, Of16(table, path5), bit);
                path6 = Step(path6, value6, Of16(table, path6), bit);
                path7 = Step(path7, value7, Of16(table, path7), bit);
            }
            if (levels > 5)
            {
                bit = Vector512.Create(32u);
                path0 = Step(path0, value0, Of32(search + 80, path0), bit);
                path1 = Step(path1, value1, Of32(search + 80, path1), bit);
                path2 = Step(path2, value2, Of32(search + 80, path2), bit);
                path3 = Step(path3, value3, Of32(search + 80, path3), bit);
                path4 = Step(path4, value4, Of32(search + 80, path4), bit);
                path5 = Step(path5, value5, Of32(search + 80, path5), bit);
                path6 = Step(path6, value6, Of32(search + 80, path6), bit);
                path7 = Step(path7, value7, Of32(search + 80, path7), bit);
            }
            if (levels > 6)
            {
                bit = Vector512.Create(64u);
                path0 = Step(path0, value0, Of64(search + 112, path0), bit);
                path1 = Step(path1, value1, Of64(search + 112, path1), bit);
                path2 = Step(path2, value2, Of64(search + 112, path2), bit);
                path3 = Step(path3, value3, Of64(search + 112, path3), bit);
                path4 = Step(path4, value4, Of64(search + 112, path4), bit);
                path5 = Step(path5, value5, Of64(search + 112, path5), bit);
                path6 = Step(path6, value6, Of64(search + 112, path6), bit);
                path7 = Step(path7, value7, Of64(search + 112, path7), bit);
            }
            if (levels > 7)
            {
                bit = Vector512.Create(128u);
                path0 = Step(path0, value0, Of128(search + 176, path0), bit);
                path1 = Step(path1, value1, Of128(search + 176, path1), bit);
                path2 = Step(path2, value2, Of128(search + 176, path2), bit);
                path3 = Step(path3, value3, Of128(search + 176, path3), bit);
                path4 = Step(path4, value4, Of128(search + 176, path4), bit);
                path5 = Step(path5, value5, Of128(search + 176, path5), bit);
                path6 = Step(path6, value6, Of128(search + 176, path6), bit);
                path7 = Step(path7, value7, Of128(search + 176, path7), bit);
            }
        }

        // Byte b of path i is the path of row 8 b + i. Transposed, bit 8 b + i of vector k is its step k.
        Vector512<uint> low = Vector512.Create(0x0f0f0f0fu);
        Vector512<uint> first0 = PixelBits.Choose(low, path0, path4 << 4), first1 = PixelBits.Choose(low, path1, path5 << 4);
        Vector512<uint> first2 = PixelBits.Choose(low, path2, path6 << 4), first3 = PixelBits.Choose(low, path3, path7 << 4);
        StoreFour(first0, first1, first2, first3, bins);
        if (levels > 4)
        {
            StoreFour(
                PixelBits.Choose(low, path0 >>> 4, path4), PixelBits.Choose(low, path1 >>> 4, path5),
                PixelBits.Choose(low, path2 >>> 4, path6), PixelBits.Choose(low, path3 >>> 4, path7), bins + (4 * PixelBits.Bytes));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreFour(
        Vector512<uint> vector0, Vector512<uint> vector1, Vector512<uint> vector2, Vector512<uint> vector3, byte* to)
    {
        PixelBits.TransposeFour(ref vector0, ref vector1, ref vector2, ref vector3);
        Avx512F.Store((uint*)to, vector0);
        Avx512F.Store((uint*)(to + PixelBits.Bytes), vector1);
        Avx512F.Store((uint*)(to + (2 * PixelBits.Bytes)), vector2);
        Avx512F.Store((uint*)(to + (3 * PixelBits.Bytes)), vector3);
    }

    /// <summary>A row's values; the same row of the next plane is prefetched.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Row(float* rows, nint rowStride, int y, int last, nint ahead)
    {
        float* row = rows + (Math.Min(y, last) * rowStride);
        Sse.Prefetch0(row + ahead);
        return Avx512F.LoadVector512(row);
    }

    /// <summary>Sets the step's bit of the path where the value is not below the threshold.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Step(Vector512<uint> path, Vector512<float> value, Vector512<float> threshold, Vector512<uint> bit) =>
        Avx512F.BlendVariable(path, Avx512F.Add(path, bit), Avx512F.CompareGreaterThanOrEqual(value, threshold).AsUInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Of16(Vector512<float> table, Vector512<uint> path) => Avx512F.PermuteVar16x32(table, path.AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Of32(float* table, Vector512<uint> path) => PathSearch.Choose32(table, path.AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Of64(float* table, Vector512<uint> path)
    {
        Vector512<float> lower = Of32(table, path), upper = Of32(table + 32, path);
        return Avx512F.BlendVariable(
            lower, upper, Avx512F.CompareNotEqual(path & Vector512.Create(32u), Vector512<uint>.Zero).AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Of128(float* table, Vector512<uint> path)
    {
        Vector512<float> lower = Of64(table, path), upper = Of64(table + 64, path);
        return Avx512F.BlendVariable(
            lower, upper, Avx512F.CompareNotEqual(path & Vector512.Create(64u), Vector512<uint>.Zero).AsSingle());
    }
}
