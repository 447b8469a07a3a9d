using System.Runtime.InteropServices;

namespace FastSeg.Interop.Structs;

/// <summary>fs_targets.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeTargets
{
    /// <summary>Its name in sentences.</summary>
    public const string Name = "fs_targets";

    public nuint Size;
    public NativeArray Labels;
    public NativeArray Probabilities;
    public NativeArray Confidence;
    public NativeArray Margins;
}
