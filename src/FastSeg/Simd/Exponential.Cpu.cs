using System.Runtime.CompilerServices;
using FastSeg.Kernels;

namespace FastSeg.Simd;

/// <summary>The twin of <see cref="Exponential"/> over vectors, with the same bits.</summary>
internal static class ExponentialCpu
{
    /// <summary>e^x for x of at most 0, with the operations of <see cref="Exponential.Of"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Of<TLanes, TVector>(TVector x)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        x = TLanes.Max(x, TLanes.Broadcast(Exponential.Least));
        TVector shift = TLanes.Broadcast(Exponential.Shift);
        TVector shifted = TLanes.Fma(x, TLanes.Broadcast(Exponential.PerPower), shift), power = TLanes.Subtract(shifted, shift);
        TVector r = TLanes.Fma(power, TLanes.Broadcast(Exponential.MinusHigh), x);
        r = TLanes.Fma(power, TLanes.Broadcast(Exponential.MinusLow), r);
        TVector sum = TLanes.Fma(TLanes.Broadcast(Exponential.C7), r, TLanes.Broadcast(Exponential.C6));
        sum = TLanes.Fma(sum, r, TLanes.Broadcast(Exponential.C5));
        sum = TLanes.Fma(sum, r, TLanes.Broadcast(Exponential.C4));
        sum = TLanes.Fma(sum, r, TLanes.Broadcast(Exponential.C3));
        sum = TLanes.Fma(sum, r, TLanes.Broadcast(Exponential.C2));
        TVector mantissa = TLanes.Add(TLanes.Fma(sum, TLanes.Multiply(r, r), r), TLanes.Broadcast(1));
        return TLanes.TimesPowerOfTwo(mantissa, shifted);
    }
}
