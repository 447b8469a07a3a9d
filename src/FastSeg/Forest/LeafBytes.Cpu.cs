using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace FastSeg.Forest;

/// <summary>Leaves looked up in <see cref="ByteTables"/> and added to margins (AVX2).</summary>
internal static unsafe class LeafBytes
{
    /// <summary>Adds a leaf to each of 256 pixels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddOne(float leaf, float* margins)
    {
        Vector256<float> same = Vector256.Create(leaf);
        for (int i = 0; i < Square.Pixels; i += 8)
        {
            Avx.Store(margins + i, Avx.LoadVector256(margins + i) + same);
        }
    }

    /// <summary>
    /// Adds one of up to 16 leaves to each of 32 pixels: four rows of 8, in the order of <see cref="ByteTables.Unpack"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddFew(Vector256<byte> labels, byte* tables, float* rows) => Add(
        ByteTables.Lookup(tables, labels), ByteTables.Lookup(tables + 16, labels),
        ByteTables.Lookup(tables + 32, labels), ByteTables.Lookup(tables + 48, labels), rows);

    /// <summary>Adds one of up to 256 leaves to each of 256 pixels.</summary>
    public static void AddMany(byte* labels, byte* tables, int count, float* margins)
    {
        if (count <= 2 * ByteTables.Entries)
        {
            AddUpTo32(labels, tables, margins);
            return;
        }
        AddAny(labels, tables, count, margins);
    }

    /// <summary>Up to 32 leaves: two tables, between which bit 4 of the label chooses.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddUpTo32(byte* labels, byte* tables, float* margins)
    {
        for (int block = 0; block < 8; block++, labels += 32)
        {
            Vector256<byte> label = Avx.LoadVector256(labels);
            Add(Of32(tables, label), Of32(tables + 16, label), Of32(tables + 32, label), Of32(tables + 48, label), Rows(margins, block));
        }
    }

    /// <summary>Any number of leaves: all tables are looked up, 16 leaves each, and each pixel keeps the result of its own table.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddAny(byte* labels, byte* tables, int count, float* margins)
    {
        byte* end = tables + (count * sizeof(float));
        Vector256<byte> nibble = Vector256.Create((byte)15);
        for (int block = 0; block < 8; block++, labels += 32)
        {
            Vector256<byte> label = Avx.LoadVector256(labels);
            Vector256<byte> low = label & nibble;
            Vector256<byte> table = Avx2.ShiftRightLogical(label.AsUInt16(), 4).AsByte() & nibble;
            Vector256<byte> byte0 = ByteTables.Lookup(tables, low), byte1 = ByteTables.Lookup(tables + 16, low);
            Vector256<byte> byte2 = ByteTables.Lookup(tables + 32, low), byte3 = ByteTables.Lookup(tables + 48, low);
            Vector256<byte> number = Vector256<byte>.Zero;
            for (byte* at = tables + ByteTables.Size; at < end; at += ByteTables.Size)
            {
                number += Vector256<byte>.One;
                Vector256<byte> here = Avx2.CompareEqual(table, number);
                byte0 = Avx2.BlendVariable(byte0, ByteTables.Lookup(at, low), here);
                byte1 = Avx2.BlendVariable(byte1, ByteTables.Lookup(at + 16, low), here);
                byte2 = Avx2.BlendVariable(byte2, ByteTables.Lookup(at + 32, low), here);
                byte3 = Avx2.BlendVariable(byte3, ByteTables.Lookup(at + 48, low), here);
            }
            Add(byte0, byte1, byte2, byte3, Rows(margins, block));
        }
    }

    /// <summary>
    /// Where the margins of a vector of labels begin. The eight vectors of a square are the left half of the first four rows, their right
    /// half, the left half of the next four rows, and so on.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float* Rows(float* margins, int block) => margins + ((block >> 1) * 64) + ((block & 1) * 8);

    /// <summary>32 bytes, looked up. A blend looks at the highest bit of each byte: the shift brings bit 4 of the label there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Of32(byte* table, Vector256<byte> label) => Avx2.BlendVariable(
        ByteTables.Lookup(table, label), ByteTables.Lookup(table + ByteTables.Size, label),
        Avx2.ShiftLeftLogical(label.AsUInt16(), 3).AsByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(Vector256<byte> byte0, Vector256<byte> byte1, Vector256<byte> byte2, Vector256<byte> byte3, float* rows)
    {
        ByteTables.Unpack(
            byte0, byte1, byte2, byte3,
            out Vector256<float> leaf0, out Vector256<float> leaf1, out Vector256<float> leaf2, out Vector256<float> leaf3);
        Avx.Store(rows, Avx.Add(Avx.LoadVector256(rows), leaf0));
        Avx.Store(rows + 16, Avx.Add(Avx.LoadVector256(rows + 16), leaf1));
        Avx.Store(rows + 32, Avx.Add(Avx.LoadVector256(rows + 32), leaf2));
        Avx.Store(rows + 48, Avx.Add(Avx.LoadVector256(rows + 48), leaf3));
    }
}
