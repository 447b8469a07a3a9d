using System.Runtime.CompilerServices;
using FastSeg.Simd;

namespace FastSeg.Features;

/// <summary>The difference of two blurs, dog_J_I = G(sigma J) - G(sigma I), where J is the smaller sigma.</summary>
internal static unsafe class Dog<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    /// <summary>Computes one row. Whole vectors are loaded and stored: the rows' padding takes what is behind the last pixel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(float* smaller, float* larger, int width, float* to)
    {
        for (int x = 0; x < width; x += TLanes.Count)
        {
            TLanes.Store(TLanes.Subtract(TLanes.Load(smaller + x), TLanes.Load(larger + x)), to + x);
        }
    }
}
