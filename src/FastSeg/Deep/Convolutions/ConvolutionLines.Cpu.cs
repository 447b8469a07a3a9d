using System.Runtime.CompilerServices;
using FastSeg.Simd;

namespace FastSeg.Deep.Convolutions;

/// <summary>
/// The register tiles of <see cref="ConvolutionCpu{TLanes, TVector}"/> that hold pixels x one vector of output channels, for a last block
/// without a partner.
/// </summary>
internal static unsafe class ConvolutionLinesCpu<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private const int Lane = Convolution.Lane;

    /// <summary>14 pixels x one vector of 16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Line14(in ConvolutionRow row, float* weights, float* bias, nint column, float* output)
    {
        nint* sources = row.Sources;
        int* channels = row.Channels;
        int entries = row.Entries, taps = row.Taps, step = row.WeightStep;
        TVector a0 = TLanes.Load(bias);
        TVector a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0, a8 = a0, a9 = a0, a10 = a0, a11 = a0, a12 = a0, a13 = a0;
        for (int entry = 0; entry < entries; entry++)
        {
            float* from = (float*)sources[entry] + (column * Lane);
            int count = channels[entry];
            for (int tap = 0; tap < taps; tap++, from += Lane)
            {
                float* x = from;
                for (float* end = x + count; x < end; x++, weights += step)
                {
                    TVector w = TLanes.Load(weights);
                    a0 = TLanes.Fma(TLanes.Broadcast(x[0]), w, a0);
                    a1 = TLanes.Fma(TLanes.Broadcast(x[16]), w, a1);
                    a2 = TLanes.Fma(TLanes.Broadcast(x[32]), w, a2);
                    a3 = TLanes.Fma(TLanes.Broadcast(x[48]), w, a3);
                    a4 = TLanes.Fma(TLanes.Broadcast(x[64]), w, a4);
                    a5 = TLanes.Fma(TLanes.Broadcast(x[80]), w, a5);
                    a6 = TLanes.Fma(TLanes.Broadcast(x[96]), w, a6);
                    a7 = TLanes.Fma(TLanes.Broadcast(x[112]), w, a7);
                    a8 = TLanes.Fma(TLanes.Broadcast(x[128]), w, a8);
                    a9 = TLanes.Fma(TLanes.Broadcast(x[144]), w, a9);
                    a10 = TLanes.Fma(TLanes.Broadcast(x[160]), w, a10);
                    a11 = TLanes.Fma(TLanes.Broadcast(x[176]), w, a11);
                    a12 = TLanes.Fma(TLanes.Broadcast(x[192]), w, a12);
                    a13 = TLanes.Fma(TLanes.Broadcast(x[208]), w, a13);
                }
            }
        }
        nint next = row.OutputStep;
        TLanes.Store(a0, output); output += next;
        TLanes.Store(a1, output); output += next;
        TLanes.Store(a2, output); output += next;
        TLanes.Store(a3, output); output += next;
        TLanes.Store(a4, output); output += next;
        TLanes.Store(a5, output); output += next;
        TLanes.Store(a6, output); output += next;
        TLanes.Store(a7, output); output += next;
        TLanes.Store(a8, output); output += next;
        TLanes.Store(a9, output); output += next;
        TLanes.Store(a10, output); output += next;
        TLanes.Store(a11, output); output += next;
        TLanes.Store(a12, output); output += next;
        TLanes.Store(a13, output);
    }

    /// <summary>12 pixels x one vector of 8, for a block of no more channels: each multiply-add loads its own broadcast.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Line12(in ConvolutionRow row, float* weights, float* bias, nint column, float* output)
    {
        nint* sources = row.Sources;
        int* channels = row.Channels;
        int entries = row.Entries, taps = row.Taps, step = row.WeightStep;
        TVector a0 = TLanes.Load(bias);
        TVector a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0, a8 = a0, a9 = a0, a10 = a0, a11 = a0;
        for (int entry = 0; entry < entries; entry++)
        {
            float* from = (float*)sources[entry] + (column * Lane);
            int count = channels[entry];
            for (int tap = 0; tap < taps; tap++, from += Lane)
            {
                float* x = from;
                for (float* end = x + count; x < end; x++, weights += step)
                {
                    TVector w = TLanes.Load(weights);
                    a0 = TLanes.Fma(TLanes.Broadcast(x[0]), w, a0);
                    a1 = TLanes.Fma(TLanes.Broadcast(x[16]), w, a1);
                    a2 = TLanes.Fma(TLanes.Broadcast(x[32]), w, a2);
                    a3 = TLanes.Fma(TLanes.Broadcast(x[48]), w, a3);
                    a4 = TLanes.Fma(TLanes.Broadcast(x[64]), w, a4);
                    a5 = TLanes.Fma(TLanes.Broadcast(x[80]), w, a5);
                    a6 = TLanes.Fma(TLanes.Broadcast(x[96]), w, a6);
                    a7 = TLanes.Fma(TLanes.Broadcast(x[112]), w, a7);
                    a8 = TLanes.Fma(TLanes.Broadcast(x[128]), w, a8);
                    a9 = TLanes.Fma(TLanes.Broadcast(x[144]), w, a9);
                    a10 = TLanes.Fma(TLanes.Broadcast(x[160]), w, a10);
                    a11 = TLanes.Fma(TLanes.Broadcast(x[176]), w, a11);
                }
            }
        }
        nint next = row.OutputStep;
        TLanes.Store(a0, output); output += next;
        TLanes.Store(a1, output); output += next;
        TLanes.Store(a2, output); output += next;
        TLanes.Store(a3, output); output += next;
        TLanes.Store(a4, output); output += next;
        TLanes.Store(a5, output); output += next;
        TLanes.Store(a6, output); output += next;
        TLanes.Store(a7, output); output += next;
        TLanes.Store(a8, output); output += next;
        TLanes.Store(a9, output); output += next;
        TLanes.Store(a10, output); output += next;
        TLanes.Store(a11, output);
    }
}
