using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace FastSeg.Forest;

/// <summary>
/// Bins and cuts as AVX2 compares them. It only has "greater than" on signed bytes, so bins are stored less 128, and cuts as
/// <c>cut + 1 - 128</c>: "bin &lt;= cut" is then the one comparison "stored cut &gt; stored bin", with the bins read from memory.
/// </summary>
internal static unsafe class SignedBins
{
    /// <summary>What is taken off every bin.</summary>
    public const byte Bias = 128;

    private const int BiasOfFour = unchecked((int)0x80808080);

    /// <summary>A cut of 0 to 254 as it is stored.</summary>
    public static byte Cut(byte cut) => unchecked((byte)(cut + 1 - Bias));

    /// <summary>A cut, given in all four bytes, as it is stored, in every lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> BroadcastCut(uint* cut) => Vector256.Create((int)(*cut + 0x01010101u) ^ BiasOfFour);
}
