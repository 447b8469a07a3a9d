using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace FastSeg.Forest;

/// <summary>
/// The search of <see cref="ForestTables"/> for 32 values at once (AVX2), each step's thresholds but the first's in
/// <see cref="ByteTables"/>: a path of up to four steps is the index of a lookup, later steps choose among tables. 
/// </summary>
internal static unsafe class ByteSearch
{
    /// <summary>The paths of four rows of 8 values, in the order that <see cref="ByteTables.Unpack"/> takes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Paths(
        Vector256<float> row0, Vector256<float> row1, Vector256<float> row2, Vector256<float> row3, float* search, int levels)
    {
        Vector256<float> root = Vector256.Create(*search);
        Vector256<byte> path = Passed(row0, row1, row2, row3, root, root, root, root) & Vector256<byte>.One;
        for (int step = 1; step < Math.Min(levels, 5); step++)
        {
            byte* table = (byte*)(search + ForestTables.StepAt(step));
            Vector256<byte> passed = Passed(
                row0, row1, row2, row3,
                ByteTables.Lookup(table, path), ByteTables.Lookup(table + 16, path), ByteTables.Lookup(table + 32, path), ByteTables.Lookup(table + 48, path));
            path |= passed & Vector256.Create((byte)(1 << step));
        }
        if (levels > 5)
        {
            byte* table = (byte*)(search + ForestTables.StepAt(5));
            path |= Passed(
                row0, row1, row2, row3, Of32(table, path), Of32(table + 16, path), Of32(table + 32, path), Of32(table + 48, path)) & Vector256.Create((byte)32);
        }
        if (levels > 6)
        {
            byte* table = (byte*)(search + ForestTables.StepAt(6));
            path |= Passed(
                row0, row1, row2, row3, Of64(table, path), Of64(table + 16, path), Of64(table + 32, path), Of64(table + 48, path)) & Vector256.Create((byte)64);
        }
        if (levels > 7)
        {
            byte* table = (byte*)(search + ForestTables.StepAt(7));
            path |= Passed(
                row0, row1, row2, row3, Of128(table, path), Of128(table + 16, path), Of128(table + 32, path), Of128(table + 48, path)) & Vector256.Create((byte)128);
        }
        return path;
    }

    /// <summary>255 where a value is not below the threshold whose bytes are given.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Passed(
        Vector256<float> row0, Vector256<float> row1, Vector256<float> row2, Vector256<float> row3,
        Vector256<byte> byte0, Vector256<byte> byte1, Vector256<byte> byte2, Vector256<byte> byte3)
    {
        ByteTables.Unpack(
            byte0, byte1, byte2, byte3, out Vector256<float> threshold0, out Vector256<float> threshold1, out Vector256<float> threshold2, out Vector256<float> threshold3);
        return Passed(row0, row1, row2, row3, threshold0, threshold1, threshold2, threshold3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Passed(
        Vector256<float> row0, Vector256<float> row1, Vector256<float> row2, Vector256<float> row3,
        Vector256<float> threshold0, Vector256<float> threshold1, Vector256<float> threshold2, Vector256<float> threshold3)
    {
        Vector256<int> passed0 = Avx.CompareGreaterThanOrEqual(row0, threshold0).AsInt32(), passed1 = Avx.CompareGreaterThanOrEqual(row1, threshold1).AsInt32();
        Vector256<int> passed2 = Avx.CompareGreaterThanOrEqual(row2, threshold2).AsInt32(), passed3 = Avx.CompareGreaterThanOrEqual(row3, threshold3).AsInt32();
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
