using System.Runtime.InteropServices;

namespace FastSeg.Interop.Structs;

/// <summary>fs_session_options.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeSessionOptions
{
    /// <summary>Its name in sentences.</summary>
    public const string Name = "fs_session_options";

    public nuint Size;
    public int Threads;
    public int Backend;
    public long Memory;
    public long DeviceMemory;
    public int Goal;
    public int Priority;
    public int* Cores;
    public int CoreCount;
    public int Smoothing;
    public int SmoothingRadius;
    public int ClassWeightCount;
    public double SmoothingEpsilon;
    public double* ClassWeights;
    public int FixedSamples;
    public int KeepValues;
    public double Mean;
    public double Deviation;
    public byte* Backbone;
    public delegate* unmanaged[Cdecl]<double, void*, int> Progress;
    public void* User;
}
