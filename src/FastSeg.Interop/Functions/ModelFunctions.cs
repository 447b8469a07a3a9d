using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastSeg.Interop.Calls;
using FastSeg.Interop.Structs;

namespace FastSeg.Interop.Functions;

/// <summary>Models: reading, writing, importing, describing, releasing.</summary>
internal static unsafe class ModelFunctions
{
    /// <summary>The models behind handles.</summary>
    internal static HandleTable<Model> Models { get; } = new("model", 1);

    /// <summary>fs_model_load.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static int Load(byte* path, nint* model) => Make(model, () => Model.Load(Text.Read(path, "The path of the model")));

    /// <summary>fs_model_from_bytes.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static int FromBytes(void* bytes, nuint length, nint* model) =>
        Make(model, () => Model.Load(Arguments.Bytes(bytes, length, "The model")));

    /// <summary>fs_model_save.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static int Save(nint model, byte* path) => With(model, it => it.Save(Text.Read(path, "The path for the model")));

    /// <summary>fs_model_to_bytes.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static int ToBytes(nint model, void* bytes, nuint capacity, nuint* length) => With(model, it =>
    {
        Arguments.Output(length, "the number of bytes");
        using var stream = new MemoryStream();
        it.Save(stream);
        ReadOnlySpan<byte> file = stream.GetBuffer().AsSpan(0, (int)stream.Length);
        *length = (nuint)file.Length;
        if (capacity < *length)
        {
            throw new CallException(
                Status.BufferTooSmall, $"The model has {file.Length} bytes, but there is room for {capacity}; give more.");
        }
        Arguments.Output(bytes, "the memory for the model");
        file.CopyTo(new Span<byte>(bytes, file.Length));
    });

    /// <summary>fs_model_import.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static int Import(
        void* xgboost, nuint length, NativeFeatureSpec* features, int channels, NativeClass* classes, int classCount, int allRounds,
        nint* model) => Make(model, () => Model.Import(
            Arguments.Bytes(xgboost, length, "The model of XGBoost"), NativeFeatureSpec.ReadOrDefault(features), channels,
            NativeClass.ReadAll(classes, classCount), Arguments.Flag(allRounds, "all_rounds")));

    /// <summary>fs_model_describe.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static int Describe(nint model, NativeModelInfo* info) =>
        With(model, it => Sized.Write(info, NativeModelInfo.Of(it), NativeModelInfo.Name));

    /// <summary>fs_model_features.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static int Features(nint model, NativeFeatureSpec* spec) =>
        With(model, it => Sized.Write(spec, NativeFeatureSpec.Of(it.Features), NativeFeatureSpec.Name));

    /// <summary>fs_model_class.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static int Class(nint model, int index, NativeClassInfo* info) => With(model, it =>
    {
        ModelClass one = it.Classes[Arguments.Index(index, it.Classes.Count, "class")];
        var native = new NativeClassInfo { Value = one.Value, Label = index + 1, Pixels = one.Pixels };
        Sized.Write(info, native, NativeClassInfo.Name);
    });

    /// <summary>fs_model_class_name.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static int ClassName(nint model, int index, byte* text, nuint capacity, nuint* length) => With(model, it =>
        Text.Write(it.Classes[Arguments.Index(index, it.Classes.Count, "class")].Name, text, capacity, length));

    /// <summary>fs_model_plane_name.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static int PlaneName(nint model, int index, byte* text, nuint capacity, nuint* length) => With(model, it =>
    {
        Arguments.Index(index, it.Planes, "plane");
        Text.Write(it.PlaneNames[index], text, capacity, length);
    });

    /// <summary>fs_model_backbone.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static int Backbone(nint model, byte* text, nuint capacity, nuint* length) =>
        With(model, it => Text.Write(it.DeepFeatures?.Backbone ?? "", text, capacity, length));

    /// <summary>fs_model_warnings.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static int Warnings(nint model, byte* text, nuint capacity, nuint* length) =>
        With(model, it => Text.WriteLines(TrainFunctions.Warnings(it), text, capacity, length));

    /// <summary>fs_model_release.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static int Release(nint model) => Call.Run(() => Models.Release(model));

    /// <summary>Makes a model and sets its handle.</summary>
    internal static int Make(nint* handle, Func<Model> make) => Call.Run(() =>
    {
        Arguments.Output(handle, "the new model");
        *handle = 0;
        *handle = Models.Add(make());
    });

    private static int With(nint handle, Action<Model> body) => Call.Run(() =>
    {
        using HandleUse<Model> use = Models.Use(handle);
        body(use.Value);
    });
}
