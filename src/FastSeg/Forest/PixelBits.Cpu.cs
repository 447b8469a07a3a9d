using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace FastSeg.Forest;

/// <summary>
/// A yes or no of 512 pixels in one vector (AVX-512): two squares side by side. Lane c holds column c of both, bits 0 to 15 the rows of the
/// left square, bits 16 to 31 those of the right one. Row r of a square is therefore bit r of all lanes, in the order of its floats.
/// </summary>
internal static unsafe class PixelBits
{
    /// <summary>Squares.</summary>
    public const int Squares = 2;

    /// <summary>Rows of the two squares together.</summary>
    public const int Rows = Squares * Square.Side;

    /// <summary>Pixels.</summary>
    public const int Pixels = Squares * Square.Pixels;

    /// <summary>Bytes of a vector.</summary>
    public const int Bytes = 64;

    /// <summary>Reads the bits of all pixels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Load(byte* from) => Avx512F.LoadVector512((uint*)from);

    /// <summary>Bit by bit: <paramref name="yes"/> where <paramref name="choice"/> is set, else <paramref name="no"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Choose(Vector512<uint> choice, Vector512<uint> yes, Vector512<uint> no) =>
        Avx512F.TernaryLogic(choice, yes, no, 0xca);

    /// <summary>
    /// Within each four bits, four vectors change from one number a vector to one number a pixel and back: bit i of the new vector k is bit
    /// k of the old vector i.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void TransposeFour(
        ref Vector512<uint> vector0, ref Vector512<uint> vector1, ref Vector512<uint> vector2, ref Vector512<uint> vector3)
    {
        Vector512<uint> pairs = Vector512.Create(0x33333333u), single = Vector512.Create(0x55555555u);
        Vector512<uint> low0 = Choose(pairs, vector0, vector2 << 2), high0 = Choose(pairs, vector0 >>> 2, vector2);
        Vector512<uint> low1 = Choose(pairs, vector1, vector3 << 2), high1 = Choose(pairs, vector1 >>> 2, vector3);
        vector0 = Choose(single, low0, low1 << 1);
        vector1 = Choose(single, low0 >>> 1, low1);
        vector2 = Choose(single, high0, high1 << 1);
        vector3 = Choose(single, high0 >>> 1, high1);
    }
}
