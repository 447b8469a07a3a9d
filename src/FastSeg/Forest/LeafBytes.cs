using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace FastSeg.Forest;

/// <summary>
/// Leaves by byte lookups (AVX2): 16 leaves are four tables of 16 bytes, their first bytes, their second bytes and so on. A lookup takes
/// one byte of 32 pixels' leaves; unpacking puts the four bytes of each together. That is 12 instructions for 32 pixels where permutations
/// of floats take 40 and gathers, on most machines, as long as 60.
/// </summary>
internal static unsafe class LeafBytes
{
    /// <summary>Leaves of a table.</summary>
    public const int Chunk = 16;

    private const int ChunkBytes = Chunk * sizeof(float);

    /// <summary>Lays leaves out as tables of bytes.</summary>
    /// <param name="leaves">The leaves; the next multiple of 16 may be read.</param>
    /// <param name="count">Leaves, up to 256.</param>
    /// <param name="scratch">Room for the next multiple of 16 floats.</param>
    /// <returns>The scratch.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float* Arrange(float* leaves, int count, float* scratch)
    {
        Vector128<byte> together = Vector128.Create((byte)0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
        for (int i = 0; i < count; i += Chunk)
        {
            float* from = leaves + i, to = scratch + i;
            Vector128<int> a = Ssse3.Shuffle(Sse2.LoadVector128((byte*)from), together).AsInt32();
            Vector128<int> b = Ssse3.Shuffle(Sse2.LoadVector128((byte*)(from + 4)), together).AsInt32();
            Vector128<int> c = Ssse3.Shuffle(Sse2.LoadVector128((byte*)(from + 8)), together).AsInt32();
            Vector128<int> d = Ssse3.Shuffle(Sse2.LoadVector128((byte*)(from + 12)), together).AsInt32();
            Vector128<long> lowAB = Sse2.UnpackLow(a, b).AsInt64(), highAB = Sse2.UnpackHigh(a, b).AsInt64();
            Vector128<long> lowCD = Sse2.UnpackLow(c, d).AsInt64(), highCD = Sse2.UnpackHigh(c, d).AsInt64();
            Sse2.Store((long*)to, Sse2.UnpackLow(lowAB, lowCD));
            Sse2.Store((long*)(to + 4), Sse2.UnpackHigh(lowAB, lowCD));
            Sse2.Store((long*)(to + 8), Sse2.UnpackLow(highAB, highCD));
            Sse2.Store((long*)(to + 12), Sse2.UnpackHigh(highAB, highCD));
        }
        return scratch;
    }

    /// <summary>Adds one of 16 leaves to each of 32 pixels: four rows of 8.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddFew(Vector256<byte> labels, byte* tables, float* rows) =>
        Add(Lookup(tables, labels), Lookup(tables + 16, labels), Lookup(tables + 32, labels), Lookup(tables + 48, labels), rows);

    /// <summary>16 leaves a lookup; each pixel keeps that of its own tables.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddMany(byte* labels, byte* tables, int count, float* margins)
    {
        byte* end = tables + (count * sizeof(float));
        Vector256<byte> nibble = Vector256.Create((byte)15);
        for (int block = 0; block < 4; block++, labels += 32)
        {
            Vector256<byte> label = Avx.LoadVector256(labels);
            Vector256<byte> low = label & nibble;
            Vector256<byte> chunk = Avx2.ShiftRightLogical(label.AsUInt16(), 4).AsByte() & nibble;
            Vector256<byte> first = Lookup(tables, low), second = Lookup(tables + 16, low), third = Lookup(tables + 32, low), fourth = Lookup(tables + 48, low);
            Vector256<byte> number = Vector256<byte>.Zero;
            for (byte* at = tables + ChunkBytes; at < end; at += ChunkBytes)
            {
                number += Vector256<byte>.One;
                Vector256<byte> here = Avx2.CompareEqual(chunk, number);
                first = Avx2.BlendVariable(first, Lookup(at, low), here);
                second = Avx2.BlendVariable(second, Lookup(at + 16, low), here);
                third = Avx2.BlendVariable(third, Lookup(at + 32, low), here);
                fourth = Avx2.BlendVariable(fourth, Lookup(at + 48, low), here);
            }
            Add(first, second, third, fourth, margins + ((block / 2) * 64) + ((block % 2) * 8));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Lookup(byte* table, Vector256<byte> index) => Avx2.Shuffle(Avx2.BroadcastVector128ToVector256(table), index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(Vector256<byte> first, Vector256<byte> second, Vector256<byte> third, Vector256<byte> fourth, float* rows)
    {
        Vector256<short> lowStart = Avx2.UnpackLow(first, second).AsInt16(), highStart = Avx2.UnpackHigh(first, second).AsInt16();
        Vector256<short> lowEnd = Avx2.UnpackLow(third, fourth).AsInt16(), highEnd = Avx2.UnpackHigh(third, fourth).AsInt16();
        Add(rows, Avx2.UnpackLow(lowStart, lowEnd));
        Add(rows + 16, Avx2.UnpackHigh(lowStart, lowEnd));
        Add(rows + 32, Avx2.UnpackLow(highStart, highEnd));
        Add(rows + 48, Avx2.UnpackHigh(highStart, highEnd));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(float* margins, Vector256<short> leaves) => Avx.Store(margins, Avx.Add(Avx.LoadVector256(margins), leaves.AsSingle()));
}
