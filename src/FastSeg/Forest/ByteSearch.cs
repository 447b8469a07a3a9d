using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace FastSeg.Forest;

/// <summary>
/// The search of <see cref="ForestTables"/> for a square (AVX2), each step's thresholds but the first's in <see cref="ByteTables"/>: a
/// path of up to four steps is the index of a lookup, later steps choose among tables. Step after step for the whole square: a step of 32
/// values waits ten cycles for the last one's result, and the compiler would keep the values in registers that the tables need.
/// </summary>
internal static unsafe class ByteSearch
{
    private const int Side = 16;

    /// <summary>The paths of the values.</summary>
    /// <param name="square">16 x 16 values.</param>
    /// <param name="search">The plane's thresholds: <see cref="ForestTables.SearchBytes"/>.</param>
    /// <param name="levels">Steps.</param>
    /// <param name="paths">Receives 256 paths, each 32 in the order that <see cref="ByteTables.Unpack"/> takes.</param>
    public static void Run(float* square, float* search, int levels, byte* paths)
    {
        byte* tables = (byte*)search;
        First(square, *search, paths);
        for (int step = 1; step < levels; step++)
        {
            switch (step)
            {
                case < 5:
                    Step16(square, tables + (step * ByteTables.Size), (byte)(1 << step), paths);
                    break;
                case 5:
                    Step32(square, tables + (5 * ByteTables.Size), paths);
                    break;
                case 6:
                    Step64(square, tables + (7 * ByteTables.Size), paths);
                    break;
                default:
                    Step128(square, tables + (11 * ByteTables.Size), paths);
                    break;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void First(float* square, float threshold, byte* paths)
    {
        Vector256<float> root = Vector256.Create(threshold);
        for (int block = 0; block < 8; block++)
        {
            Avx.Store(paths + (32 * block), Passed(Block(square, block), root, root, root, root) & Vector256<byte>.One);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Step16(float* square, byte* table, byte bit, byte* paths)
    {
        Vector256<byte> bits = Vector256.Create(bit);
        for (int block = 0; block < 8; block++)
        {
            Vector256<byte> path = Avx.LoadVector256(paths + (32 * block));
            Vector256<byte> passed = PassedBytes(
                Block(square, block), ByteTables.Lookup(table, path), ByteTables.Lookup(table + 16, path),
                ByteTables.Lookup(table + 32, path), ByteTables.Lookup(table + 48, path));
            Avx.Store(paths + (32 * block), path | (passed & bits));
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
            Avx.Store(paths + (32 * block), path | (passed & Vector256.Create((byte)32)));
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
            Avx.Store(paths + (32 * block), path | (passed & Vector256.Create((byte)64)));
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
            Avx.Store(paths + (32 * block), path | (passed & Vector256.Create((byte)128)));
        }
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
        return Passed(rows, threshold0, threshold1, threshold2, threshold3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Passed(
        float* rows, Vector256<float> threshold0, Vector256<float> threshold1, Vector256<float> threshold2, Vector256<float> threshold3)
    {
        Vector256<int> passed0 = Avx.CompareLessThanOrEqual(threshold0, Avx.LoadVector256(rows)).AsInt32();
        Vector256<int> passed1 = Avx.CompareLessThanOrEqual(threshold1, Avx.LoadVector256(rows + Side)).AsInt32();
        Vector256<int> passed2 = Avx.CompareLessThanOrEqual(threshold2, Avx.LoadVector256(rows + (2 * Side))).AsInt32();
        Vector256<int> passed3 = Avx.CompareLessThanOrEqual(threshold3, Avx.LoadVector256(rows + (3 * Side))).AsInt32();
        return Avx2.PackSignedSaturate(Avx2.PackSignedSaturate(passed0, passed1), Avx2.PackSignedSaturate(passed2, passed3)).AsByte();
    }

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
}
