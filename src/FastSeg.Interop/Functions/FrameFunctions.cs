using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastSeg.Interop.Calls;
using FastSeg.Interop.Structs;

namespace FastSeg.Interop.Functions;

internal static unsafe class FrameFunctions
{
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static int WarmUp(nint session) => Missing(session);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static int Segment(nint session, NativeArray* frame, NativeArray* labels) => Missing(session);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static int SegmentBatch(nint session, int count, NativeArray* frames, NativeTargets* targets) => Missing(session);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static int Features(nint session, NativeArray* frame, NativeArray* planes) => Missing(session);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static int FeaturesBatch(nint session, int count, NativeArray* frames, NativeArray* planes) => Missing(session);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static int ClassPixels(nint session, long* pixels, int capacity, int* count) => Missing(session);

    private static int Missing(nint session = 0)
    {
        return Call.Run(() =>
        {
            if (session != 0)
            {
                new HandleTable<string>("session", 2).Use(session).Dispose();
            }
            throw new CallException(Status.Failed, "Sessions are not in this version yet.");
        });
    }
}
