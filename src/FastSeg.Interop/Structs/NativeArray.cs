using System.Runtime.InteropServices;

namespace FastSeg.Interop.Structs;

/// <summary>fs_array.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeArray
{
    /// <summary>Its name in sentences.</summary>
    public const string Name = "fs_array";

    public nuint Size;
    public void* Data;
    public int Dtype;
    public int Ndim;
    public fixed long Shape[4];
    public fixed long Strides[4];
}
