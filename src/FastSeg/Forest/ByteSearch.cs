using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace FastSeg.Forest;

/// <summary>
/// Bins squares (AVX2): a binary search of eight values a vector for the first four steps, whose thresholds fit registers, then of 32
/// values, a byte each, with each step's thresholds in <see cref="ByteTables"/>.
/// </summary>
/// <remarks>
/// Shuffles are what runs out: two of four ports do them. A step over <see cref="ByteTables"/> takes 15 for 32 values with 16 thresholds,
/// 43 with 128; permutations of floats take 4 as long as there are four thresholds to choose from, 8 for eight. Later steps go over the
/// whole square one after the other: a step of 32 values waits ten cycles for the last one's result, and the compiler would keep the
/// values in registers that the tables need.
/// </remarks>
internal static unsafe class ByteSearch
{
    /// <summary>Steps done before the byte tables.</summary>
    public const int FirstSteps = 4;

    /// <summary>Floats of the thresholds of the first steps; see <see cref="FillFirst"/>.</summary>
    public const int FirstFloats = 16;

    private const int Side = 16;

    /// <summary>AVX2 compares signed bytes only: bins are stored less 128.</summary>
    private const byte Bias = 128;

    /// <summary>Lays out the thresholds of the first steps: a permutation takes the path, negated, by its lowest two bits.</summary>
    /// <param name="threshold">The threshold of a step and a path, first step in the highest bit.</param>
    /// <param name="to">Receives <see cref="FirstFloats"/>.</param>
    public static void FillFirst(Func<int, int, float> threshold, float* to)
    {
        (to[0], to[1], to[2], to[3]) = (threshold(0, 0), threshold(1, 0), threshold(1, 1), 0);
        for (int path = 0; path < 4; path++)
        {
            int place = -path & 3;
            to[4 + place] = threshold(2, path);
            to[8 + place] = threshold(3, path);
            to[12 + place] = threshold(3, path + 4);
        }
    }

    /// <summary>Bins one plane of one square; see <see cref="IForestLanes{TInt}.Bin"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool Run(float* rows, nint rowStride, int height, nint ahead, float* square, float* search, int levels, byte* bins, out byte least, out byte most)
    {
        bool finite = levels > FirstSteps
            ? FirstOfMany(rows, rowStride, height, ahead, square, search, bins)
            : FirstOfFew(rows, rowStride, height, ahead, square, search, levels, bins);
        byte* tables = (byte*)(search + FirstFloats);
        if (levels > 4)
        {
            Step16(square, tables, bins);
        }
        if (levels > 5)
        {
            Step32(square, tables + ByteTables.Size, bins);
        }
        if (levels > 6)
        {
            Step64(square, tables + (3 * ByteTables.Size), bins);
        }
        if (levels > 7)
        {
            Step128(square, tables + (7 * ByteTables.Size), bins);
        }
        Finish(bins, out least, out most);
        return finite;
    }

    /// <summary>
    /// Up to four steps, eight values at a time; also puts the square's values together and says whether all are finite. What comes next is
    /// fetched meanwhile: 16 rows are more than the machine itself foresees.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool First(float* rows, nint rowStride, int height, nint ahead, float* square, float* search, int levels, byte* paths)
    {
        Vector256<float> root = Vector256.Create(search[0]), left = Vector256.Create(search[1]), right = Vector256.Create(search[2]);
        Vector256<float> third = Avx.BroadcastVector128ToVector256(search + 4);
        Vector256<float> lower = Avx.BroadcastVector128ToVector256(search + 8), upper = Avx.BroadcastVector128ToVector256(search + 12);
        Vector256<float> taint = Vector256<float>.Zero;
        for (int y = 0; y < Side; y += 4, square += 4 * Side)
        {
            float* row0 = rows + (Math.Min(y, height - 1) * rowStride), row1 = rows + (Math.Min(y + 1, height - 1) * rowStride);
            float* row2 = rows + (Math.Min(y + 2, height - 1) * rowStride), row3 = rows + (Math.Min(y + 3, height - 1) * rowStride);
            Sse.Prefetch0(row0 + ahead);
            Sse.Prefetch0(row1 + ahead);
            Sse.Prefetch0(row2 + ahead);
            Sse.Prefetch0(row3 + ahead);
            for (int x = 0; x < Side; x += 8, paths += 32)
            {
                Vector256<int> path0 = Search(row0 + x, levels, square + x, ref taint, root, left, right, third, lower, upper);
                Vector256<int> path1 = Search(row1 + x, levels, square + x + Side, ref taint, root, left, right, third, lower, upper);
                Vector256<int> path2 = Search(row2 + x, levels, square + x + (2 * Side), ref taint, root, left, right, third, lower, upper);
                Vector256<int> path3 = Search(row3 + x, levels, square + x + (3 * Side), ref taint, root, left, right, third, lower, upper);
                Avx.Store(paths, (Vector256<sbyte>.Zero - Packed(path0, path1, path2, path3)).AsByte());
            }
        }
        return Vector256.EqualsAll(taint, taint);
    }

    // Compiled on its own, without a question between the steps.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool FirstOfMany(float* rows, nint rowStride, int height, nint ahead, float* square, float* search, byte* paths) =>
        First(rows, rowStride, height, ahead, square, search, FirstSteps + 1, paths);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool FirstOfFew(float* rows, nint rowStride, int height, nint ahead, float* square, float* search, int levels, byte* paths) =>
        First(rows, rowStride, height, ahead, square, search, levels, paths);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Step16(float* square, byte* table, byte* paths)
    {
        for (int block = 0; block < 8; block++)
        {
            Vector256<byte> path = Avx.LoadVector256(paths + (32 * block));
            Vector256<byte> passed = PassedBytes(
                Block(square, block), ByteTables.Lookup(table, path), ByteTables.Lookup(table + 16, path),
                ByteTables.Lookup(table + 32, path), ByteTables.Lookup(table + 48, path));
            Avx.Store(paths + (32 * block), path + path - passed);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Step32(float* square, byte* tables, byte* paths)
    {
        for (int block = 0; block < 8; block++)
        {
            Vector256<byte> path = Avx.LoadVector256(paths + (32 * block));
            Vector256<byte> passed = PassedBytes(
                Block(square, block), Of32(tables, path), Of32(tables + 16, path), Of32(tables + 32, path), Of32(tables + 48, path));
            Avx.Store(paths + (32 * block), path + path - passed);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Step64(float* square, byte* tables, byte* paths)
    {
        for (int block = 0; block < 8; block++)
        {
            Vector256<byte> path = Avx.LoadVector256(paths + (32 * block));
            Vector256<byte> passed = PassedBytes(
                Block(square, block), Of64(tables, path), Of64(tables + 16, path), Of64(tables + 32, path), Of64(tables + 48, path));
            Avx.Store(paths + (32 * block), path + path - passed);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Step128(float* square, byte* tables, byte* paths)
    {
        for (int block = 0; block < 8; block++)
        {
            Vector256<byte> path = Avx.LoadVector256(paths + (32 * block));
            Vector256<byte> passed = PassedBytes(
                Block(square, block), Of128(tables, path), Of128(tables + 16, path), Of128(tables + 32, path), Of128(tables + 48, path));
            Avx.Store(paths + (32 * block), path + path - passed);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish(byte* bins, out byte least, out byte most)
    {
        Vector256<byte> low = Avx.LoadVector256(bins), high = low;
        for (int at = 0; at < TreeProgram.SquareBytes; at += 32)
        {
            Vector256<byte> bin = Avx.LoadVector256(bins + at);
            Avx.Store(bins + at, bin ^ Vector256.Create(Bias));
            low = Avx2.Min(low, bin);
            high = Avx2.Max(high, bin);
        }
        least = ByteTables.Least(low);
        most = (byte)~ByteTables.Least(~high);
    }

    /// <summary>The first of four rows of 8 values: the left half of the first four rows, their right half, and so on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float* Block(float* square, int block) => square + ((block >> 1) * 4 * Side) + ((block & 1) * 8);

    /// <summary>255 where a value is not below the threshold whose bytes are given.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> PassedBytes(float* rows, Vector256<byte> byte0, Vector256<byte> byte1, Vector256<byte> byte2, Vector256<byte> byte3)
    {
        ByteTables.Unpack(
            byte0, byte1, byte2, byte3, out Vector256<float> threshold0, out Vector256<float> threshold1, out Vector256<float> threshold2, out Vector256<float> threshold3);
        return Packed(
            Avx.CompareLessThanOrEqual(threshold0, Avx.LoadVector256(rows)).AsInt32(),
            Avx.CompareLessThanOrEqual(threshold1, Avx.LoadVector256(rows + Side)).AsInt32(),
            Avx.CompareLessThanOrEqual(threshold2, Avx.LoadVector256(rows + (2 * Side))).AsInt32(),
            Avx.CompareLessThanOrEqual(threshold3, Avx.LoadVector256(rows + (3 * Side))).AsInt32()).AsByte();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<sbyte> Packed(Vector256<int> row0, Vector256<int> row1, Vector256<int> row2, Vector256<int> row3) =>
        Avx2.PackSignedSaturate(Avx2.PackSignedSaturate(row0, row1), Avx2.PackSignedSaturate(row2, row3));

    // A blend looks at the highest bit of each byte: shifts bring the step that chooses there.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Of32(byte* tables, Vector256<byte> path) => Avx2.BlendVariable(
        ByteTables.Lookup(tables, path), ByteTables.Lookup(tables + ByteTables.Size, path), Avx2.ShiftLeftLogical(path.AsUInt16(), 3).AsByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Of64(byte* tables, Vector256<byte> path) => Avx2.BlendVariable(
        Of32(tables, path), Of32(tables + (2 * ByteTables.Size), path), Avx2.ShiftLeftLogical(path.AsUInt16(), 2).AsByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Of128(byte* tables, Vector256<byte> path) => Avx2.BlendVariable(
        Of64(tables, path), Of64(tables + (4 * ByteTables.Size), path), Avx2.ShiftLeftLogical(path.AsUInt16(), 1).AsByte());

    /// <summary>The paths of eight values, negated. What the thresholds are: <see cref="FillFirst"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Search(
        float* from, int levels, float* to, ref Vector256<float> taint, Vector256<float> root, Vector256<float> left, Vector256<float> right,
        Vector256<float> third, Vector256<float> lower, Vector256<float> upper)
    {
        Vector256<float> value = Avx.LoadVector256(from);
        taint = Avx.Or(taint, Avx.Subtract(value, value));
        if (levels > FirstSteps)
        {
            Avx.Store(to, value);
        }
        Vector256<float> passed = Avx.CompareLessThanOrEqual(root, value);
        Vector256<int> path = passed.AsInt32();
        if (levels > 1)
        {
            path = Next(path, value, Avx.BlendVariable(left, right, passed));
        }
        if (levels > 2)
        {
            path = Next(path, value, Avx.PermuteVar(third, path));
        }
        if (levels > 3)
        {
            path = Next(path, value, Avx.BlendVariable(Avx.PermuteVar(lower, path), Avx.PermuteVar(upper, path), passed));
        }
        return path;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Next(Vector256<int> path, Vector256<float> value, Vector256<float> threshold) =>
        path + path + Avx.CompareLessThanOrEqual(threshold, value).AsInt32();
}
