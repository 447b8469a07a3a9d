using System.Runtime.InteropServices;
using FastSeg.Interop.Calls;

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

    /// <summary>FS_PRIORITY_NORMAL and its like, in their order.</summary>
    private static readonly ThreadPriority[] Priorities =
        [ThreadPriority.Normal, ThreadPriority.Lowest, ThreadPriority.BelowNormal, ThreadPriority.AboveNormal, ThreadPriority.Highest];

    /// <summary>The caller's options; NULL for the defaults.</summary>
    public static NativeSessionOptions ReadOrDefault(NativeSessionOptions* from) => from is null ? default : Sized.Read(from, Name);

    /// <summary>The options as the library takes them, which checks what they mean together.</summary>
    public readonly FrameOptions ToOptions() => new()
    {
        Threads = Arguments.Count(Threads, 0, "threads"),
        Backend = Arguments.Word<BackendKind>(Backend, "backend"),
        Memory = Arguments.Bytes(Memory, "memory"),
        DeviceMemory = Arguments.Bytes(DeviceMemory, "device_memory"),
        Goal = Arguments.Word<SessionGoal>(Goal, "goal"),
        Cores = List(Cores, CoreCount, "cores"),
        Priority = Priorities[Arguments.Index(Priority, Priorities.Length, "priority")],
        Smoothing = Smoothing == (int)SmoothingWord.Auto
            ? throw CallException.Argument("The smoothing of a session cannot be FS_SMOOTHING_AUTO; that chooses one in training.")
            : SmoothingWords.Read(Smoothing, SmoothingRadius, SmoothingEpsilon),
        ClassWeights = List(ClassWeights, ClassWeightCount, "class weights"),
        Samples = Arguments.Flag(FixedSamples, "fixed_samples") ? new SampleStatistics(Mean, Deviation) : null,
        KeepValues = Arguments.Flag(KeepValues, "keep_values"),
    };

    /// <summary>A copy of a caller's list; null where there is none.</summary>
    private static T[]? List<T>(T* list, int count, string what) where T : unmanaged
    {
        if (Arguments.Count(count, 0, what) == 0)
        {
            return null;
        }
        Arguments.Output(list, $"the {what}");
        return new ReadOnlySpan<T>(list, count).ToArray();
    }
}
