using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastSeg.Interop.Calls;
using FastSeg.Interop.Structs;

namespace FastSeg.Interop.Functions;

/// <summary>The calls of a session that compute frames. They allocate nothing, so each has its own try block.</summary>
internal static unsafe class FrameFunctions
{
    /// <summary>fs_session_warm_up.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static int WarmUp(nint session)
    {
        try
        {
            using HandleUse<OpenSession> use = SessionFunctions.Sessions.UseAlone(session);
            use.Value.Session.WarmUp();
            return (int)Status.Ok;
        }
        catch (Exception e)
        {
            return Call.Failed(e);
        }
    }

    /// <summary>fs_session_segment.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static int Segment(nint session, NativeArray* frame, NativeArray* labels)
    {
        try
        {
            using HandleUse<OpenSession> use = SessionFunctions.Sessions.UseAlone(session);
            use.Value.Segment(frame, labels);
            return (int)Status.Ok;
        }
        catch (Exception e)
        {
            return Call.Failed(e);
        }
    }

    /// <summary>fs_session_segment_batch.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static int SegmentBatch(nint session, int count, NativeArray* frames, NativeTargets* targets)
    {
        try
        {
            using HandleUse<OpenSession> use = SessionFunctions.Sessions.UseAlone(session);
            use.Value.Segment(Arguments.Count(count, 1, "frames"), frames, targets);
            return (int)Status.Ok;
        }
        catch (Exception e)
        {
            return Call.Failed(e);
        }
    }

    /// <summary>fs_session_features.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static int Features(nint session, NativeArray* frame, NativeArray* planes)
    {
        try
        {
            using HandleUse<OpenSession> use = SessionFunctions.Sessions.UseAlone(session);
            use.Value.Features(frame, planes);
            return (int)Status.Ok;
        }
        catch (Exception e)
        {
            return Call.Failed(e);
        }
    }

    /// <summary>fs_session_features_batch.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static int FeaturesBatch(nint session, int count, NativeArray* frames, NativeArray* planes)
    {
        try
        {
            using HandleUse<OpenSession> use = SessionFunctions.Sessions.UseAlone(session);
            use.Value.Features(Arguments.Count(count, 1, "frames"), frames, planes);
            return (int)Status.Ok;
        }
        catch (Exception e)
        {
            return Call.Failed(e);
        }
    }

    /// <summary>fs_session_class_pixels.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static int ClassPixels(nint session, long* pixels, int capacity, int* count)
    {
        try
        {
            using HandleUse<OpenSession> use = SessionFunctions.Sessions.UseAlone(session);
            use.Value.ClassPixels(pixels, capacity, count);
            return (int)Status.Ok;
        }
        catch (Exception e)
        {
            return Call.Failed(e);
        }
    }
}
