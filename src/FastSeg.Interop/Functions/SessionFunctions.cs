using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastSeg.Interop.Calls;
using FastSeg.Interop.Structs;

namespace FastSeg.Interop.Functions;

/// <summary>Sessions: opening, describing, closing.</summary>
internal static unsafe class SessionFunctions
{
    /// <summary>The sessions behind handles.</summary>
    internal static HandleTable<OpenSession> Sessions { get; } = new("session", 2);

    /// <summary>fs_session_options_init.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static int OptionsInit(NativeSessionOptions* options, nuint size) =>
        Call.Run(() => Sized.Initialise(options, size, default, NativeSessionOptions.Name));

    /// <summary>fs_session_open.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static int Open(nint model, NativeFrameShape* shape, NativeSessionOptions* options, nint* session) => Make(session, () =>
    {
        using HandleUse<Model> use = ModelFunctions.Models.Use(model);
        return Opened(use.Value, shape, options);
    });

    /// <summary>fs_session_open_features.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static int OpenFeatures(
        NativeFeatureSpec* features, NativeFrameShape* shape, NativeSessionOptions* options, nint* session) =>
        Make(session, () => Opened(features, shape, options));

    /// <summary>fs_plan. A session that is opened and closed says it; its buffers are addresses until its first frame comes.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static int PlanOf(
        nint model, NativeFeatureSpec* features, NativeFrameShape* shape, NativeSessionOptions* options, NativePlanInfo* info) =>
        Call.Run(() =>
        {
            if (model == 0)
            {
                using OpenSession session = Opened(features, shape, options);
                Describe(session, info);
                return;
            }
            using HandleUse<Model> use = ModelFunctions.Models.Use(model);
            using OpenSession segmenting = Opened(use.Value, shape, options);
            Describe(segmenting, info);
        });

    /// <summary>fs_session_plan.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static int Plan(nint session, NativePlanInfo* info) => Alone(session, it => Describe(it, info));

    /// <summary>fs_session_plane_name.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static int PlaneName(nint session, int index, byte* text, nuint capacity, nuint* length) => Alone(session, it =>
    {
        IReadOnlyList<string> names = it.Session.PlaneNames;
        Text.Write(names[Arguments.Index(index, names.Count, "plane")], text, capacity, length);
    });

    /// <summary>fs_session_warnings.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static int Warnings(nint session, byte* text, nuint capacity, nuint* length) =>
        Alone(session, it => Text.WriteLines(it.Session.Warnings, text, capacity, length));

    /// <summary>fs_session_warnings_of.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static int WarningsOf(nint session, NativeArray* frame, byte* text, nuint capacity, nuint* length) =>
        Alone(session, it => Text.WriteLines(it.WarningsOf(frame), text, capacity, length));

    /// <summary>fs_session_set_progress.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static int SetProgress(nint session, delegate* unmanaged[Cdecl]<double, void*, int> progress, void* user) =>
        Alone(session, it => it.SetProgress(progress, user));

    /// <summary>fs_session_close.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static int Close(nint session) => Call.Run(() => Sessions.Release(session).Dispose());

    private static int Make(nint* handle, Func<OpenSession> make) => Call.Run(() =>
    {
        Arguments.Output(handle, "the new session");
        *handle = 0;
        *handle = Sessions.Add(make());
    });

    private static int Alone(nint handle, Action<OpenSession> body) => Call.Run(() =>
    {
        using HandleUse<OpenSession> use = Sessions.UseAlone(handle);
        body(use.Value);
    });

    private static void Describe(OpenSession session, NativePlanInfo* info) =>
        Sized.Write(info, NativePlanInfo.Of(session.Session.Plan, session.Session.Backend), NativePlanInfo.Name);

    private static OpenSession Opened(Model model, NativeFrameShape* shape, NativeSessionOptions* options)
    {
        NativeSessionOptions how = NativeSessionOptions.ReadOrDefault(options);
        FrameShape frames = NativeFrameShape.ReadShape(shape);
        FrameOptions settings = how.ToOptions();
        Backbone? backbone = OpenBackbone(model, how, settings.Backend);
        try
        {
            return With(new OpenSession(new SegmentationSession(model, frames, settings, backbone), backbone), how);
        }
        catch
        {
            backbone?.Dispose();
            throw;
        }
    }

    private static OpenSession Opened(NativeFeatureSpec* features, NativeFrameShape* shape, NativeSessionOptions* options)
    {
        NativeSessionOptions how = NativeSessionOptions.ReadOrDefault(options);
        FeatureSpec spec = NativeFeatureSpec.ReadOrDefault(features);
        FrameShape frames = NativeFrameShape.ReadShape(shape);
        return With(new OpenSession(SegmentationSession.OfFeatures(spec, frames, how.ToOptions()), null), how);
    }

    private static OpenSession With(OpenSession session, NativeSessionOptions how)
    {
        session.SetProgress(how.Progress, how.User);
        Plan plan = session.Session.Plan;
        Host.Log(
            LogLevel.Info,
            $"Opened a session on {session.Session.Backend.Name()} for frames of {session.Session.Shape.Width} x "
            + $"{session.Session.Shape.Height}: {plan.Tiles} tiles of {plan.TileWidth} x {plan.TileHeight}, {plan.Workers} threads, "
            + $"{plan.BufferBytes >> 20} MiB of buffers.");
        foreach (string warning in session.Session.Warnings)
        {
            Host.Log(LogLevel.Warning, warning);
        }
        return session;
    }

    /// <summary>The backbone that a model's deep features need; null where it has none.</summary>
    private static Backbone? OpenBackbone(Model model, NativeSessionOptions how, BackendKind backend)
    {
        if (model.DeepFeatures is not { } deep)
        {
            return null;
        }
        string? named = Text.ReadOrNull(how.Backbone, "The backbone");
        Backbone backbone = deep.OpenBackbone(named is null ? null : BackboneFolders.Named(named), Devices.CudaOrdinal(backend));
        if (backbone.Note is { } note)
        {
            Host.Log(LogLevel.Info, note);
        }
        return backbone;
    }
}
