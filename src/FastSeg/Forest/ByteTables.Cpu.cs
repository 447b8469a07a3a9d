using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace FastSeg.Forest;

/// <summary>
/// Lookups of floats by bytes (AVX2). 16 floats become four tables of 16 bytes: their first bytes, their second bytes and so on. A shuffle
/// looks one byte up for each of 32 pixels, and unpacking puts the four bytes of a float together. That is 12 instructions for 32 pixels,
/// where permutations of floats take 40 and gathers ten times as long.
/// </summary>
internal static unsafe class ByteTables
{
    /// <summary>Floats of a table.</summary>
    public const int Entries = 16;

    /// <summary>Bytes of a table.</summary>
    public const int Size = Entries * sizeof(float);

    /// <summary>Lays floats out as tables.</summary>
    /// <param name="from">The floats; they are read up to the next multiple of 16.</param>
    /// <param name="count">Floats.</param>
    /// <param name="to">Space for as many floats as are read.</param>
    /// <returns>The tables.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float* Arrange(float* from, int count, float* to)
    {
        Vector128<byte> together = Vector128.Create((byte)0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
        for (int i = 0; i < count; i += Entries)
        {
            // A transposition: each shuffle sorts four floats by byte, the unpacks gather the first bytes of all sixteen, the second, ..
            Vector128<int> a = Ssse3.Shuffle(Sse2.LoadVector128((byte*)(from + i)), together).AsInt32();
            Vector128<int> b = Ssse3.Shuffle(Sse2.LoadVector128((byte*)(from + i + 4)), together).AsInt32();
            Vector128<int> c = Ssse3.Shuffle(Sse2.LoadVector128((byte*)(from + i + 8)), together).AsInt32();
            Vector128<int> d = Ssse3.Shuffle(Sse2.LoadVector128((byte*)(from + i + 12)), together).AsInt32();
            Vector128<long> lowAB = Sse2.UnpackLow(a, b).AsInt64(), highAB = Sse2.UnpackHigh(a, b).AsInt64();
            Vector128<long> lowCD = Sse2.UnpackLow(c, d).AsInt64(), highCD = Sse2.UnpackHigh(c, d).AsInt64();
            Sse2.Store((long*)(to + i), Sse2.UnpackLow(lowAB, lowCD));
            Sse2.Store((long*)(to + i + 4), Sse2.UnpackHigh(lowAB, lowCD));
            Sse2.Store((long*)(to + i + 8), Sse2.UnpackLow(highAB, highCD));
            Sse2.Store((long*)(to + i + 12), Sse2.UnpackHigh(highAB, highCD));
        }
        return to;
    }

    /// <summary>16 bytes, looked up by the lowest four bits of an index below 128 (a shuffle gives 0 from 128 on).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Lookup(byte* table, Vector256<byte> index) =>
        Avx2.Shuffle(Avx2.BroadcastVector128ToVector256(table), index);

    /// <summary>
    /// Puts 32 floats together from their bytes. A byte vector holds four rows of 8 pixels: in its lower half columns 0 to 3 of row 0, of
    /// row 1, of row 2 and of row 3, in its upper half columns 4 to 7.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Unpack(
        Vector256<byte> byte0, Vector256<byte> byte1, Vector256<byte> byte2, Vector256<byte> byte3,
        out Vector256<float> row0, out Vector256<float> row1, out Vector256<float> row2, out Vector256<float> row3)
    {
        Vector256<short> lowStart = Avx2.UnpackLow(byte0, byte1).AsInt16(), highStart = Avx2.UnpackHigh(byte0, byte1).AsInt16();
        Vector256<short> lowEnd = Avx2.UnpackLow(byte2, byte3).AsInt16(), highEnd = Avx2.UnpackHigh(byte2, byte3).AsInt16();
        row0 = Avx2.UnpackLow(lowStart, lowEnd).AsSingle();
        row1 = Avx2.UnpackHigh(lowStart, lowEnd).AsSingle();
        row2 = Avx2.UnpackLow(highStart, highEnd).AsSingle();
        row3 = Avx2.UnpackHigh(highStart, highEnd).AsSingle();
    }

    /// <summary>The least byte.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte Least(Vector256<byte> value)
    {
        // The smaller byte of each 16 bits, then the one instruction that reduces: the least of eight 16-bit values.
        Vector128<byte> half = Sse2.Min(value.GetLower(), value.GetUpper());
        Vector128<byte> pairs = Sse2.Min(half, Sse2.ShiftRightLogical(half.AsUInt16(), 8).AsByte());
        return (byte)Sse41.MinHorizontal(pairs.AsUInt16() & Vector128.Create((ushort)255)).ToScalar();
    }
}
