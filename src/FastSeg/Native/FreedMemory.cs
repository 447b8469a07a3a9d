using System.Runtime.InteropServices;

namespace FastSeg.Native;

/// <summary>
/// Memory that a native library has freed. The C library keeps some of it for its next use, tens of MiB after a large picture, and it would
/// lie beside the buffers that a plan counts.
/// </summary>
internal static partial class FreedMemory
{
    /// <summary>
    /// The same, and what no object of .NET refers to any more: its collector waits for tens of MiB where the processor has large caches.
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

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int Trim(nuint keep);
}
