using System.Runtime.InteropServices;
using FastSeg.Interop.Calls;

namespace FastSeg.Interop.Structs;

/// <summary>fs_backend_info.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeBackendInfo
{
    /// <summary>Its name in sentences.</summary>
    public const string StructName = "fs_backend_info";

    private const int NameBytes = 256, DetailBytes = 768;

    public nuint Size;
    public int Backend;
    public int Usable;
    public long MemoryBytes;
    public fixed byte Name[NameBytes];
    public fixed byte Details[DetailBytes];

    /// <summary>What a caller sees of a device, or of a kind of which there is none.</summary>
    public static NativeBackendInfo Of(GpuFound found)
    {
        bool usable = found.PassedOver.Length == 0;
        var info = new NativeBackendInfo { Backend = (int)found.Backend, Usable = usable ? 1 : 0, MemoryBytes = found.MemoryBytes };
        Text.Fill(found.Name, info.Name, NameBytes);
        Text.Fill(usable ? found.Details : found.PassedOver, info.Details, DetailBytes);
        return info;
    }
}
