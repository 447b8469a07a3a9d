using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace FastSeg.Forest;

/// <summary>Leaves looked up in <see cref="ByteTables"/> and added to margins (AVX2).</summary>
internal static unsafe class LeafBytes
{
    /// <summary>Adds one of 16 leaves to each of 32 pixels: four rows of 8.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddFew(Vector256<byte> labels, byte* tables, float* rows) => Add(
        ByteTables.Lookup(tables, labels), ByteTables.Lookup(tables + 16, labels),
        ByteTables.Lookup(tables + 32, labels), ByteTables.Lookup(tables + 48, labels), rows);

    /// <summary>16 leaves a lookup; each pixel keeps that of its own table.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddMany(byte* labels, byte* tables, int count, float* margins)
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
            Add(byte0, byte1, byte2, byte3, margins + ((block / 2) * 64) + ((block % 2) * 8));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(Vector256<byte> byte0, Vector256<byte> byte1, Vector256<byte> byte2, Vector256<byte> byte3, float* rows)
    {
        ByteTables.Unpack(
            byte0, byte1, byte2, byte3, out Vector256<float> leaf0, out Vector256<float> leaf1, out Vector256<float> leaf2, out Vector256<float> leaf3);
        Avx.Store(rows, Avx.Add(Avx.LoadVector256(rows), leaf0));
        Avx.Store(rows + 16, Avx.Add(Avx.LoadVector256(rows + 16), leaf1));
        Avx.Store(rows + 32, Avx.Add(Avx.LoadVector256(rows + 32), leaf2));
        Avx.Store(rows + 48, Avx.Add(Avx.LoadVector256(rows + 48), leaf3));
    }
}
