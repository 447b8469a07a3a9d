using System.Runtime.InteropServices;

namespace FastSeg.Native;

/// <summary>
/// Memory that is free and not given back. The C library keeps some of what a native library has freed for its next use, tens of MiB after
/// a large picture, and .NET's collector waits; both would lie beside the buffers that a plan counts.
/// </summary>
internal static partial class FreedMemory
{
    /// <summary>Bytes of garbage after which <see cref="Limit"/> collects.</summary>
    private const long MostGarbage = 4L << 20;

    private static long _collected;

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
    /// Collects what threads left since the last time, if it adds up to some MiB. To be called between two steps of a run: a few KiB a
    /// chunk are tens of MiB after thousands of them, for which .NET's collector would wait where the processor has large caches.
    /// </summary>
    public static void Limit()
    {
        long now = GC.GetTotalAllocatedBytes(), before = Interlocked.Read(ref _collected);
        if (now - before > MostGarbage && Interlocked.CompareExchange(ref _collected, now, before) == before)
        {
            GC.Collect(0);
        }
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int Trim(nuint keep);
}
