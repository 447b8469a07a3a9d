using System.Runtime.InteropServices;

namespace FastSeg.Native;

/// <summary>Which cores of the machine a thread runs on.</summary>
internal static unsafe partial class ThreadCores
{
    /// <summary>Cores that a mask of cores has room for, and the bits of one of its words.</summary>
    private const int MostCores = 1024, WordBits = 64;

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

    /// <summary>Fills the mask of a thread's cores, 0 for the calling one; returns 0 where that worked.</summary>
    [LibraryImport("libc", EntryPoint = "sched_getaffinity")]
    private static partial int GetAffinity(int thread, nuint bytes, ulong* mask);

    /// <summary>Keeps a thread, 0 for the calling one, on the cores of a mask; returns 0 where that worked.</summary>
    [LibraryImport("libc", EntryPoint = "sched_setaffinity")]
    private static partial int SetAffinity(int thread, nuint bytes, ulong* mask);
}
