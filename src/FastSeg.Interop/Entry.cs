using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastSeg.Interop.Calls;

namespace FastSeg.Interop;

/// <summary>Where the shim connects: the only method that it looks up by name.</summary>
internal static unsafe class Entry
{
    /// <summary>The interface that this side answers, as FS_ABI_VERSION in fastseg.h.</summary>
    public const uint AbiVersion = (1 << 16) | 1;

    /// <summary>Takes what the shim offers, and fills its table of functions.</summary>
    /// <param name="host">The shim's functions, which stay where they are.</param>
    /// <param name="table">The table to fill.</param>
    /// <param name="tableBytes">Its size.</param>
    /// <param name="abiVersion">The interface that the shim was compiled with.</param>
    /// <returns>0, or 1 where the shim is of another version.</returns>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static int Connect(Host* host, NativeTable* table, nuint tableBytes, uint abiVersion)
    {
        if (tableBytes != (nuint)sizeof(NativeTable) || abiVersion != AbiVersion)
        {
            return 1;
        }
        Host.Current = host;
        *table = NativeTable.Create();
        return 0;
    }
}
