using System.Runtime.CompilerServices;

namespace FastSeg.Features;

/// <summary>Differences of two blurs, dog_J_I = G(sigma J) - G(sigma I) with J the smaller sigma.</summary>
internal static unsafe class Dog<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    /// <summary>One row of a plane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(float* smaller, float* larger, int width, float* to)
    {
        for (int x = 0; x < width; x += TLanes.Count)
        {
            TLanes.Store(TLanes.Subtract(TLanes.Load(smaller + x), TLanes.Load(larger + x)), to + x);
        }
    }
}
