using System.Runtime.InteropServices;

namespace FastSeg.Interop.Structs;

/// <summary>fs_class_info.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeClassInfo
{
    /// <summary>Its name in sentences.</summary>
    public const string Name = "fs_class_info";

    public nuint Size;
    public int Value;
    public int Label;
    public long Pixels;
}
