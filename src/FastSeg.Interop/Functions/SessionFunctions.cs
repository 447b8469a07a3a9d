using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastSeg.Interop.Calls;
using FastSeg.Interop.Structs;

namespace FastSeg.Interop.Functions;

internal static unsafe class SessionFunctions
{
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static int OptionsInit(NativeSessionOptions* options, nuint size) => 
        Call.Run(() => Sized.Initialise(options, size, default, NativeSessionOptions.Name));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static int Open(nint model, NativeFrameShape* shape, NativeSessionOptions* options, nint* session) => Missing();

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static int OpenFeatures(
        NativeFeatureSpec* features, NativeFrameShape* shape, NativeSessionOptions* options, nint* session) => Missing();

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static int PlanOf(
        nint model, NativeFeatureSpec* features, NativeFrameShape* shape, NativeSessionOptions* options, NativePlanInfo* info) => Missing();

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static int Plan(nint session, NativePlanInfo* info) => Missing(session);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static int PlaneName(nint session, int index, byte* text, nuint capacity, nuint* length) => Missing(session);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static int SetProgress(nint session, delegate* unmanaged[Cdecl]<double, void*, int> progress, void* user) => Missing(session);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static int Close(nint session) => Missing(session);

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
