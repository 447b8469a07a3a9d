using System.Diagnostics;
using FastSeg.Common;
using FastSeg.Native;

namespace FastSeg.Cli.Scaling;

/// <summary>How fast this machine copies memory, measured; `perf` measures with it too.</summary>
internal static class CopyRate
{
    /// <summary>Bytes that each thread copies: more than any core's own cache holds.</summary>
    private const int MostCopied = 256 << 20;

    /// <summary>All copies together take at most one part in so many of the machine's memory.</summary>
    private const int ShareOfMemory = 8;

    private const int Runs = 5;

    /// <summary>Bytes read plus bytes written a second, on a number of threads, the best of five.</summary>
    public static unsafe double Measure(int threads)
    {
        long room = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / ShareOfMemory / (2L * threads);
        int bytes = (int)Math.Min(MostCopied, room);
        using var from = new HostBuffer((long)threads * bytes);
        using var to = new HostBuffer((long)threads * bytes);
        new Span<byte>(from.Pointer, 1).Fill(1);
        double seconds = Best(threads, thread =>
        {
            long at = (long)thread * bytes;
            from.Span<byte>(at, bytes).CopyTo(to.Span<byte>(at, bytes));
        });
        return 2.0 * threads * bytes / seconds;
    }

    /// <summary>Seconds of the fastest of five runs of a step on every thread, after one to warm up.</summary>
    public static double Best(int threads, Action<int> step)
    {
        double best = double.MaxValue;
        for (int run = 0; run <= Runs; run++)
        {
            long start = Stopwatch.GetTimestamp();
            Workers.Run(threads, threads, new ComputeOptions { Threads = threads }, (_, index) => step((int)index));
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        return best;
    }
}
