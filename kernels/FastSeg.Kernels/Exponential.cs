using System.Runtime.CompilerServices;
using ILGPU;

namespace FastSeg.Kernels;

/// <summary>
/// e^x for x of at most 0, the same bits on every backend: with n = x / ln 2 rounded and r = x - n ln 2, it is 2^n e^r, and e^r a
/// polynomial (the coefficients are those of expf in S. Moshier's Cephes). All steps are fused multiply-adds, sums and one addition to the
/// exponent's bits.
/// </summary>
/// <remarks>Within 2 units in the last place of the result, for x from <see cref="Least"/> to 0. 21 flops.</remarks>
public static class Exponential
{
    /// <summary>What is below counts as this: e^x is then still a normal number.</summary>
    public const float Least = -87f;

    /// <summary>1 / ln 2.</summary>
    public const float PerPower = 1.44269504f;

    /// <summary>1.5 * 2^23: adding it rounds a small number to a whole one, which then stands in the lowest bits.</summary>
    public const float Shift = 12582912f;

    /// <summary>-ln 2 in two parts; whole numbers of up to eight bits times the first are exact.</summary>
    public const float MinusHigh = -0.693359375f, MinusLow = 2.12194440e-4f;

    /// <summary>Coefficients of r^7 down to r^2.</summary>
    public const float C7 = 1.9875691500e-4f, C6 = 1.3981999507e-3f, C5 = 8.3334519073e-3f, C4 = 4.1665795894e-2f,
        C3 = 1.6666665459e-1f, C2 = 5.0000001201e-1f;

    /// <summary>e^x.</summary>
    /// <param name="x">At most 0, not NaN.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Of(float x)
    {
        x = x > Least ? x : Least;
        float shifted = Fma.Of(x, PerPower, Shift), power = shifted - Shift;
        float r = Fma.Of(power, MinusLow, Fma.Of(power, MinusHigh, x));
        float sum = Fma.Of(Fma.Of(Fma.Of(Fma.Of(Fma.Of(C7, r, C6), r, C5), r, C4), r, C3), r, C2);
        float mantissa = Fma.Of(sum, r * r, r) + 1f;
        return Interop.IntAsFloat(Interop.FloatAsInt(mantissa) + (Interop.FloatAsInt(shifted) << 23));
    }
}
