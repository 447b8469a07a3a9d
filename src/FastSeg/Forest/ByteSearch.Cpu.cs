using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace FastSeg.Forest;

/// <summary>
/// Bins squares (AVX2) by binary search. The first four steps take eight values a vector, with their thresholds in registers; the later
/// ones 32 values, a byte of path each, with each step's thresholds in <see cref="ByteTables"/>.
/// </summary>
/// <remarks>
/// Shuffles are the bottleneck: only two of four ports do them. For 32 values, a step over <see cref="ByteTables"/> takes 15 shuffles with
/// 16 thresholds and 43 with 128; permutations of floats take 4 with up to four thresholds to choose from and 8 with eight. Each later step
/// goes over the whole square before the next begins. Within 32 values a step would wait ten cycles for the result of the one before, and
/// the compiler would keep the values in registers that the tables need.
/// </remarks>
internal static unsafe class ByteSearch
{
    /// <summary>Steps done before the byte tables.</summary>
    public const int FirstSteps = 4;

    /// <summary>Floats of the thresholds of the first steps; see <see cref="FillFirst"/>.</summary>
    public const int FirstFloats = 16;

    private const int Side = Square.Side;

    /// <summary>
    /// Lays out the thresholds of the first steps. Paths are kept negated (see <see cref="Search"/>), and a permutation indexes by the
    /// lowest two bits, so a path's threshold goes to the place that its negative has there.
    /// </summary>
    /// <param name="threshold">The threshold of a step and a path, first step in the highest bit.</param>
    /// <param name="to">
    /// Receives <see cref="FirstFloats"/> floats: the first step's threshold, the second step's two and an unused one, the third step's
    /// four, the fourth step's for values below the first threshold and for the others.
    /// </param>
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
    public static bool Run(
        float* rows, nint rowStride, int height, nint ahead, float* square, float* search, int levels, byte* bins,
        out byte least, out byte most)
    {
        bool finite = levels > FirstSteps
            ? FirstOfMany(rows, rowStride, height, ahead, square, search, bins)
            : FirstOfFew(rows, rowStride, height, ahead, square, search, levels, bins);
        // A step with n thresholds has n / 16 tables, behind those of the steps before.
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
    /// Takes up to four steps, eight values at a time, copies the square's values next to each other where later steps need them, and says
    /// whether all are finite. The same rows of the next plane are prefetched meanwhile: 16 rows are more streams than the hardware follows
    /// by itself.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool First(float* rows, nint rowStride, int height, nint ahead, float* square, float* search, int levels, byte* paths)
    {
        // All thresholds stay in registers. A permutation looks up within its half, hence both halves hold the same four.
        Vector256<float> root = Vector256.Create(search[0]), left = Vector256.Create(search[1]), right = Vector256.Create(search[2]);
        Vector256<float> third = Avx.BroadcastVector128ToVector256(search + 4);
        Vector256<float> lower = Avx.BroadcastVector128ToVector256(search + 8);
        Vector256<float> upper = Avx.BroadcastVector128ToVector256(search + 12);
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
                // Four rows of eight values become one vector of bytes; negated, they are the numbers of thresholds passed.
                Avx.Store(paths, (Vector256<sbyte>.Zero - Packed(path0, path1, path2, path3)).AsByte());
            }
        }
        return Vector256.EqualsAll(taint, taint);
    }

    // With a constant number of levels the inlined steps lose the branches between them; each case is compiled on its own.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool FirstOfMany(float* rows, nint rowStride, int height, nint ahead, float* square, float* search, byte* paths) =>
        First(rows, rowStride, height, ahead, square, search, FirstSteps + 1, paths);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool FirstOfFew(
        float* rows, nint rowStride, int height, nint ahead, float* square, float* search, int levels, byte* paths) =>
        First(rows, rowStride, height, ahead, square, search, levels, paths);

    // The step with 16 thresholds; those with 32, 64 and 128 follow. A path becomes 2 x path, + 1 where the threshold is passed:
    // `passed` is -1 there.
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

    /// <summary>Finds the range of a square's bins and stores them as <see cref="SignedBins"/>: flipping bit 7 takes 128 off.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish(byte* bins, out byte least, out byte most)
    {
        Vector256<byte> low = Avx.LoadVector256(bins), high = low;
        for (int at = 0; at < Square.Pixels; at += 32)
        {
            Vector256<byte> bin = Avx.LoadVector256(bins + at);
            Avx.Store(bins + at, bin ^ Vector256.Create(SignedBins.Bias));
            low = Avx2.Min(low, bin);
            high = Avx2.Max(high, bin);
        }
        // The largest bin is the complement of the least complement.
        least = ByteTables.Least(low);
        most = (byte)~ByteTables.Least(~high);
    }

    /// <summary>
    /// The first value of a block of four rows of 8: blocks are the left half of the first four rows, their right half, the left half of
    /// the next four rows, and so on.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float* Block(float* square, int block) =>
        square + ((block >> 1) * 4 * Side) + ((block & 1) * 8);

    /// <summary>255 where a value of a block is not below its threshold, whose four bytes are given.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> PassedBytes(
        float* rows, Vector256<byte> byte0, Vector256<byte> byte1, Vector256<byte> byte2, Vector256<byte> byte3)
    {
        ByteTables.Unpack(
            byte0, byte1, byte2, byte3,
            out Vector256<float> threshold0, out Vector256<float> threshold1,
            out Vector256<float> threshold2, out Vector256<float> threshold3);
        return Packed(
            Avx.CompareLessThanOrEqual(threshold0, Avx.LoadVector256(rows)).AsInt32(),
            Avx.CompareLessThanOrEqual(threshold1, Avx.LoadVector256(rows + Side)).AsInt32(),
            Avx.CompareLessThanOrEqual(threshold2, Avx.LoadVector256(rows + (2 * Side))).AsInt32(),
            Avx.CompareLessThanOrEqual(threshold3, Avx.LoadVector256(rows + (3 * Side))).AsInt32()).AsByte();
    }

    /// <summary>Four rows of 8 small integers as bytes, in the order of <see cref="ByteTables.Unpack"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<sbyte> Packed(Vector256<int> row0, Vector256<int> row1, Vector256<int> row2, Vector256<int> row3) =>
        Avx2.PackSignedSaturate(Avx2.PackSignedSaturate(row0, row1), Avx2.PackSignedSaturate(row2, row3));

    // Lookups among 32, 64 and 128 bytes: bits 4, 5 and 6 of the path choose among tables of 16. A blend looks at the highest bit of each
    // byte, and shifts bring the choosing bit there.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Of32(byte* tables, Vector256<byte> path) => Avx2.BlendVariable(
        ByteTables.Lookup(tables, path), ByteTables.Lookup(tables + ByteTables.Size, path),
        Avx2.ShiftLeftLogical(path.AsUInt16(), 3).AsByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Of64(byte* tables, Vector256<byte> path) => Avx2.BlendVariable(
        Of32(tables, path), Of32(tables + (2 * ByteTables.Size), path), Avx2.ShiftLeftLogical(path.AsUInt16(), 2).AsByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Of128(byte* tables, Vector256<byte> path) => Avx2.BlendVariable(
        Of64(tables, path), Of64(tables + (4 * ByteTables.Size), path), Avx2.ShiftLeftLogical(path.AsUInt16(), 1).AsByte());

    /// <summary>
    /// The paths of eight values, first step in the highest bit, negated: a comparison gives -1 where the threshold is passed, so that
    /// doubling and adding it is a step. <see cref="FillFirst"/> says what the thresholds are.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Search(
        float* from, int levels, float* to, ref Vector256<float> taint,
        Vector256<float> root, Vector256<float> left, Vector256<float> right,
        Vector256<float> third, Vector256<float> lower, Vector256<float> upper)
    {
        Vector256<float> value = Avx.LoadVector256(from);
        // A finite value less itself is 0; infinity and NaN give NaN, whose bits stay in the sum of bits.
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

    /// <summary>A step of negated paths.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Next(Vector256<int> path, Vector256<float> value, Vector256<float> threshold) =>
        path + path + Avx.CompareLessThanOrEqual(threshold, value).AsInt32();
}
