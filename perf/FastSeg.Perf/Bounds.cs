using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using FastSeg.Cli.Scaling;
using FastSeg.Simd;

namespace FastSeg.Perf;

/// <summary>What this machine can do at most with a number of threads, measured.</summary>
/// <param name="BytesPerSecond">Bytes read plus bytes written by copying memory that is in no cache of a core.</param>
/// <param name="FlopsPerSecond">Float32 operations of independent vector fused multiply-adds, each counted as two.</param>
internal sealed record Bounds(double BytesPerSecond, double FlopsPerSecond)
{
    private const int FmaRounds = 1 << 24;

    /// <summary>Measures both, the best of five.</summary>
    public static Bounds Measure(int threads) => new(CopyRate.Measure(threads), MeasureFma(threads));

    private static double MeasureFma(int threads)
    {
        double seconds = CopyRate.Best(threads, _ => GC.KeepAlive(VectorPath.Bits == 512 ? Fma512() : Fma256()));
        double flops = 2.0 * Chains * FmaRounds * (VectorPath.Bits / 32) * threads;
        return flops / seconds;
    }

    /// <summary>Independent chains: two units with a latency of four need eight; ten leave no gap.</summary>
    private const int Chains = 10;

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static float Fma512()
    {
        Vector512<float> x = Vector512.Create(0.999f), y = Vector512.Create(1e-3f);
        Vector512<float> a = x, b = x, c = x, d = x, e = x, f = x, g = x, h = x, i = x, j = x;
        for (int round = 0; round < FmaRounds; round++)
        {
            a = Vector512.FusedMultiplyAdd(a, x, y);
            b = Vector512.FusedMultiplyAdd(b, x, y);
            c = Vector512.FusedMultiplyAdd(c, x, y);
            d = Vector512.FusedMultiplyAdd(d, x, y);
            e = Vector512.FusedMultiplyAdd(e, x, y);
            f = Vector512.FusedMultiplyAdd(f, x, y);
            g = Vector512.FusedMultiplyAdd(g, x, y);
            h = Vector512.FusedMultiplyAdd(h, x, y);
            i = Vector512.FusedMultiplyAdd(i, x, y);
            j = Vector512.FusedMultiplyAdd(j, x, y);
        }
        return Vector512.Sum(a + b + c + d + e + f + g + h + i + j);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static float Fma256()
    {
        Vector256<float> x = Vector256.Create(0.999f), y = Vector256.Create(1e-3f);
        Vector256<float> a = x, b = x, c = x, d = x, e = x, f = x, g = x, h = x, i = x, j = x;
        for (int round = 0; round < FmaRounds; round++)
        {
            a = Vector256.FusedMultiplyAdd(a, x, y);
            b = Vector256.FusedMultiplyAdd(b, x, y);
            c = Vector256.FusedMultiplyAdd(c, x, y);
            d = Vector256.FusedMultiplyAdd(d, x, y);
            e = Vector256.FusedMultiplyAdd(e, x, y);
            f = Vector256.FusedMultiplyAdd(f, x, y);
            g = Vector256.FusedMultiplyAdd(g, x, y);
            h = Vector256.FusedMultiplyAdd(h, x, y);
            i = Vector256.FusedMultiplyAdd(i, x, y);
            j = Vector256.FusedMultiplyAdd(j, x, y);
        }
        return Vector256.Sum(a + b + c + d + e + f + g + h + i + j);
    }
}
