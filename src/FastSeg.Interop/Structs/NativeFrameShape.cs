using System.Runtime.InteropServices;

namespace FastSeg.Interop.Structs;

/// <summary>fs_frame_shape.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeFrameShape
{
    /// <summary>Its name in sentences.</summary>
    public const string Name = "fs_frame_shape";

    public nuint Size;
    public long Width;
    public long Height;
    public int Dtype;
    public int Channels;
    public int UpTo;
    public int Reserved;
}
