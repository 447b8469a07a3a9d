using System.Runtime.InteropServices;

namespace FastSeg.Interop.Structs;

/// <summary>fs_training_image.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeTrainingImage
{
    /// <summary>Its name in sentences.</summary>
    public const string StructName = "fs_training_image";

    public nuint Size;
    public byte* Name;
    public NativeArray Image;
    public NativeArray Labels;
}
