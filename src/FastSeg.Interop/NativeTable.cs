using System.Runtime.InteropServices;
using FastSeg.Interop.Functions;
using FastSeg.Interop.Structs;

namespace FastSeg.Interop;

/// <summary>
/// The functions that this side answers, in the order of shim/functions.def, under its names: fs_model_load is ModelLoad.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeTable
{
    public delegate* unmanaged[Cdecl]<byte*, nuint, nuint*, int> Version;
    public delegate* unmanaged[Cdecl]<NativeBackendInfo*, int, int*, int> Backends;
    public delegate* unmanaged[Cdecl]<NativeFeatureSpec*, nuint, int, int> FeatureSpecInit;
    public delegate* unmanaged[Cdecl]<NativeFeatureSpec*, int, int*, int> FeatureSpecPlanes;
    public delegate* unmanaged[Cdecl]<NativeFeatureSpec*, int, int, byte*, nuint, nuint*, int> FeatureSpecPlaneName;
    public delegate* unmanaged[Cdecl]<byte*, nint*, int> ModelLoad;
    public delegate* unmanaged[Cdecl]<void*, nuint, nint*, int> ModelFromBytes;
    public delegate* unmanaged[Cdecl]<nint, byte*, int> ModelSave;
    public delegate* unmanaged[Cdecl]<nint, void*, nuint, nuint*, int> ModelToBytes;
    public delegate* unmanaged[Cdecl]<void*, nuint, NativeFeatureSpec*, int, NativeClass*, int, int, nint*, int> ModelImport;
    public delegate* unmanaged[Cdecl]<nint, NativeModelInfo*, int> ModelDescribe;
    public delegate* unmanaged[Cdecl]<nint, NativeFeatureSpec*, int> ModelFeatures;
    public delegate* unmanaged[Cdecl]<nint, int, NativeClassInfo*, int> ModelClass;
    public delegate* unmanaged[Cdecl]<nint, int, byte*, nuint, nuint*, int> ModelClassName;
    public delegate* unmanaged[Cdecl]<nint, int, byte*, nuint, nuint*, int> ModelPlaneName;
    public delegate* unmanaged[Cdecl]<nint, byte*, nuint, nuint*, int> ModelBackbone;
    public delegate* unmanaged[Cdecl]<nint, byte*, nuint, nuint*, int> ModelWarnings;
    public delegate* unmanaged[Cdecl]<nint, int> ModelRelease;
    public delegate* unmanaged[Cdecl]<NativeTrainOptions*, nuint, int, int> TrainOptionsInit;
    public delegate* unmanaged[Cdecl]<NativeTrainingImage*, int, NativeTrainOptions*, nint*, int> Train;
    public delegate* unmanaged[Cdecl]<NativeSessionOptions*, nuint, int> SessionOptionsInit;
    public delegate* unmanaged[Cdecl]<nint, NativeFrameShape*, NativeSessionOptions*, nint*, int> SessionOpen;
    public delegate* unmanaged[Cdecl]<NativeFeatureSpec*, NativeFrameShape*, NativeSessionOptions*, nint*, int> SessionOpenFeatures;
    public delegate* unmanaged[Cdecl]<nint, NativeFeatureSpec*, NativeFrameShape*, NativeSessionOptions*, NativePlanInfo*, int> Plan;
    public delegate* unmanaged[Cdecl]<nint, NativePlanInfo*, int> SessionPlan;
    public delegate* unmanaged[Cdecl]<nint, int, byte*, nuint, nuint*, int> SessionPlaneName;
    public delegate* unmanaged[Cdecl]<nint, byte*, nuint, nuint*, int> SessionWarnings;
    public delegate* unmanaged[Cdecl]<nint, NativeArray*, byte*, nuint, nuint*, int> SessionWarningsOf;
    public delegate* unmanaged[Cdecl]<nint, delegate* unmanaged[Cdecl]<double, void*, int>, void*, int> SessionSetProgress;
    public delegate* unmanaged[Cdecl]<nint, int> SessionWarmUp;
    public delegate* unmanaged[Cdecl]<nint, NativeArray*, NativeArray*, int> SessionSegment;
    public delegate* unmanaged[Cdecl]<nint, int, NativeArray*, NativeTargets*, int> SessionSegmentBatch;
    public delegate* unmanaged[Cdecl]<nint, NativeArray*, NativeArray*, int> SessionFeatures;
    public delegate* unmanaged[Cdecl]<nint, int, NativeArray*, NativeArray*, int> SessionFeaturesBatch;
    public delegate* unmanaged[Cdecl]<nint, long*, int, int*, int> SessionClassPixels;
    public delegate* unmanaged[Cdecl]<nint, int> SessionClose;

    /// <summary>The full table.</summary>
    public static NativeTable Create() => new()
    {
        Version = &LibraryFunctions.Version,
        Backends = &LibraryFunctions.Backends,
        FeatureSpecInit = &LibraryFunctions.FeatureSpecInit,
        FeatureSpecPlanes = &LibraryFunctions.FeatureSpecPlanes,
        FeatureSpecPlaneName = &LibraryFunctions.FeatureSpecPlaneName,
        ModelLoad = &ModelFunctions.Load,
        ModelFromBytes = &ModelFunctions.FromBytes,
        ModelSave = &ModelFunctions.Save,
        ModelToBytes = &ModelFunctions.ToBytes,
        ModelImport = &ModelFunctions.Import,
        ModelDescribe = &ModelFunctions.Describe,
        ModelFeatures = &ModelFunctions.Features,
        ModelClass = &ModelFunctions.Class,
        ModelClassName = &ModelFunctions.ClassName,
        ModelPlaneName = &ModelFunctions.PlaneName,
        ModelBackbone = &ModelFunctions.Backbone,
        ModelWarnings = &ModelFunctions.Warnings,
        ModelRelease = &ModelFunctions.Release,
        TrainOptionsInit = &TrainFunctions.OptionsInit,
        Train = &TrainFunctions.Train,
        SessionOptionsInit = &SessionFunctions.OptionsInit,
        SessionOpen = &SessionFunctions.Open,
        SessionOpenFeatures = &SessionFunctions.OpenFeatures,
        Plan = &SessionFunctions.PlanOf,
        SessionPlan = &SessionFunctions.Plan,
        SessionPlaneName = &SessionFunctions.PlaneName,
        SessionWarnings = &SessionFunctions.Warnings,
        SessionWarningsOf = &SessionFunctions.WarningsOf,
        SessionSetProgress = &SessionFunctions.SetProgress,
        SessionWarmUp = &FrameFunctions.WarmUp,
        SessionSegment = &FrameFunctions.Segment,
        SessionSegmentBatch = &FrameFunctions.SegmentBatch,
        SessionFeatures = &FrameFunctions.Features,
        SessionFeaturesBatch = &FrameFunctions.FeaturesBatch,
        SessionClassPixels = &FrameFunctions.ClassPixels,
        SessionClose = &SessionFunctions.Close,
    };
}
