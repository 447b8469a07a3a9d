using System.Runtime;
using System.Runtime.InteropServices;

namespace FastSeg.Native;

/// <summary>
/// Memory that is free and not given back. The C library keeps some of what a native library has freed for its next use, tens of MiB after
/// a large picture, and .NET's collector waits; both would lie beside the buffers that a plan counts.
/// </summary>
internal static partial class FreedMemory
{
    /// <summary>Bytes of garbage from which on <see cref="Limit"/> collects.</summary>
    private const long MostGarbage = 4L << 20;

    private static long _left;

    /// <summary>
    /// Gives it back to the system, and what no object of .NET refers to any more: its collector waits for tens of MiB where the processor
    /// has large caches.
    /// </summary>
    public static void ReturnAll()
    {
        GC.Collect();
        Return();
    }

    /// <summary>Gives it back to the system, where the C library can (glibc).</summary>
    public static void Return()
    {
        try
        {
            _ = Trim(0);
        }
        catch (EntryPointNotFoundException)
        {
            // Another C library, which keeps less.
        }
    }

    /// <summary>
    /// Collects what steps of runs left since the last time, if it adds up to some MiB. To be called at the end of each step: a few KiB a
    /// chunk are tens of MiB after thousands of them, for which .NET's collector would wait where the processor has large caches. What
    /// other threads of the process allocate meanwhile does not count, and a region without collections stays one.
    /// </summary>
    /// <param name="before">
    /// What this thread had allocated when the step began, as <see cref="GC.GetAllocatedBytesForCurrentThread"/> says.
    /// </param>
    /// <returns>Whether it collected.</returns>
    public static bool Limit(long before)
    {
        long left = GC.GetAllocatedBytesForCurrentThread() - before;
        if (left <= 0 || Interlocked.Add(ref _left, left) < MostGarbage || GCSettings.LatencyMode == GCLatencyMode.NoGCRegion)
        {
            return false;
        }
        // Of two threads that come here at once, one collects.
        if (Interlocked.Exchange(ref _left, 0) < MostGarbage)
        {
            return false;
        }
        GC.Collect(0);
        return true;
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int Trim(nuint keep);
}
