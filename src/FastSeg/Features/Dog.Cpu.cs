using System.Runtime.CompilerServices;

namespace FastSeg.Features;

/// <summary>Differences of two blurs, dog_J_I = G(sigma J) - G(sigma I) with J the smaller sigma.</summary>
internal static unsafe class Dog<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    /// <summary>One plane of a band.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(float* smaller, float* larger, nint stride, int rows, int width, float* to, nint rowStride)
    {
        for (int row = 0; row < rows; row++)
        {
            for (int x = 0; x < width; x += TLanes.Count)
            {
                TLanes.Store(TLanes.Subtract(TLanes.Load(smaller + x), TLanes.Load(larger + x)), to + x);
            }
            smaller += stride;
            larger += stride;
            to += rowStride;
        }
    }
}
