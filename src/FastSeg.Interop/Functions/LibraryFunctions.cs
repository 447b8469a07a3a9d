using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastSeg.Interop.Calls;
using FastSeg.Interop.Structs;

namespace FastSeg.Interop.Functions;

/// <summary>What the library and the machine are, and which features there are.</summary>
internal static unsafe class LibraryFunctions
{
    /// <summary>fs_version.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static int Version(byte* text, nuint capacity, nuint* length) =>
        Call.Run(() => Text.Write(FastSegVersion.Text, text, capacity, length));

    /// <summary>fs_backends.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static int Backends(NativeBackendInfo* infos, int capacity, int* count) => Call.Run(() =>
    {
        Arguments.Output(count, "the number of backends");
        Arguments.Count(capacity, 0, "backends that there is room for");
        GpuFound cpu = new(BackendKind.Cpu, "CPU", 0, $"{Environment.ProcessorCount} cores", "");
        GpuFound[] all = [cpu, .. GpuProbe.Run()];
        *count = all.Length;
        for (int i = 0; i < Math.Min(all.Length, capacity); i++)
        {
            Sized.WriteElement(infos, i, NativeBackendInfo.Of(all[i]), NativeBackendInfo.StructName);
        }
        CheckRoom(all.Length, capacity, "backends");
    });

    /// <summary>fs_feature_spec_init.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static int FeatureSpecInit(NativeFeatureSpec* spec, nuint size, int preset) => Call.Run(() =>
    {
        FeatureSpec values = preset switch
        {
            0 => FeatureSpec.Paper,
            1 => FeatureSpec.Weka,
            _ => throw CallException.Argument($"The preset is {preset}; it must be FS_PRESET_PAPER (0) or FS_PRESET_WEKA (1)."),
        };
        Sized.Initialise(spec, size, NativeFeatureSpec.Of(values), NativeFeatureSpec.Name);
    });

    /// <summary>fs_feature_spec_planes.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static int FeatureSpecPlanes(NativeFeatureSpec* spec, int channels, int* planes) => Call.Run(() =>
    {
        Arguments.Output(planes, "the number of planes");
        *planes = PlaneNames(spec, channels).Count;
    });

    /// <summary>fs_feature_spec_plane_name.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static int FeatureSpecPlaneName(
        NativeFeatureSpec* spec, int channels, int index, byte* text, nuint capacity, nuint* length) => Call.Run(() =>
    {
        IReadOnlyList<string> names = PlaneNames(spec, channels);
        Text.Write(names[Arguments.Index(index, names.Count, "plane")], text, capacity, length);
    });

    /// <summary>Refuses a list that does not fit, after its beginning was written.</summary>
    internal static void CheckRoom(int count, int capacity, string what)
    {
        if (count > capacity)
        {
            throw new CallException(Status.BufferTooSmall, $"There are {count} {what}, but there is room for {capacity}; give more.");
        }
    }

    private static IReadOnlyList<string> PlaneNames(NativeFeatureSpec* spec, int channels) => channels is >= 1 and <= ImageInfo.MostChannels
        ? NativeFeatureSpec.ReadOrDefault(spec).PlaneNames(channels)
        : throw CallException.Argument($"The number of channels is {channels}; it must be 1 to {ImageInfo.MostChannels}.");
}
