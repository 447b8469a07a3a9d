using System.Runtime.InteropServices;

namespace FastSeg.Native;

/// <summary>Which cores of the machine a thread runs on, and before which others.</summary>
internal static unsafe partial class SystemThread
{
    /// <summary>Cores that a mask of cores has room for, and the bits of one of its words.</summary>
    private const int MostCores = 1024, WordBits = 64;

    /// <summary>Niceness from one of .NET's five priorities to the next; Linux has 20 below normal.</summary>
    private const int NiceStep = 5;

    /// <summary>Whether the calling thread may run on a core.</summary>
    public static bool Has(int core)
    {
        ulong* mask = stackalloc ulong[MostCores / WordBits];
        return core is >= 0 and < MostCores && GetAffinity(0, MostCores / 8, mask) == 0
            && (mask[core / WordBits] & (1UL << (core % WordBits))) != 0;
    }

    /// <summary>Keeps the calling thread on one core, one that it may run on.</summary>
    public static void Pin(int core)
    {
        ulong* mask = stackalloc ulong[MostCores / WordBits];
        new Span<ulong>(mask, MostCores / WordBits).Clear();
        mask[core / WordBits] = 1UL << (core % WordBits);
        _ = SetAffinity(0, MostCores / 8, mask);
    }

    /// <summary>
    /// Lets the system prefer the calling thread, or others. A higher priority than normal needs the right to it; without it nothing
    /// changes. .NET's own property does nothing on Linux.
    /// </summary>
    public static void Prefer(ThreadPriority priority)
    {
        int nice = ((int)ThreadPriority.Normal - (int)priority) * NiceStep;
        if (nice != 0)
        {
            _ = SetPriority(0, (uint)ThreadNumber(), nice);
        }
    }

    [LibraryImport("libc", EntryPoint = "gettid")]
    private static partial int ThreadNumber();

    /// <summary>Sets the niceness of a thread (0 as the first argument); returns 0 where that worked.</summary>
    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int kind, uint thread, int nice);

    /// <summary>Fills the mask of a thread's cores, 0 for the calling one; returns 0 where that worked.</summary>
    [LibraryImport("libc", EntryPoint = "sched_getaffinity")]
    private static partial int GetAffinity(int thread, nuint bytes, ulong* mask);

    /// <summary>Keeps a thread, 0 for the calling one, on the cores of a mask; returns 0 where that worked.</summary>
    [LibraryImport("libc", EntryPoint = "sched_setaffinity")]
    private static partial int SetAffinity(int thread, nuint bytes, ulong* mask);
}
