using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastSeg.Interop.Calls;
using FastSeg.Interop.Structs;

namespace FastSeg.Interop.Functions;

internal static unsafe class FrameFunctions
{
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static int WarmUp(nint session) => Missing();

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static int Segment(nint session, NativeArray* frame, NativeArray* labels) => Missing();

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static int SegmentBatch(nint session, int count, NativeArray* frames, NativeTargets* targets) => Missing();

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static int Features(nint session, NativeArray* frame, NativeArray* planes) => Missing();

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static int FeaturesBatch(nint session, int count, NativeArray* frames, NativeArray* planes) => Missing();

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static int ClassPixels(nint session, long* pixels, int capacity, int* count) => Missing();

    private static int Missing() => Call.Run(() => throw new CallException(Status.Failed, "Sessions are not in this version yet."));
}
