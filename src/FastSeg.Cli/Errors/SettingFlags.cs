namespace FastSeg.Cli.Errors;

/// <summary>The flags by which the command line's users know the library's settings.</summary>
internal static class SettingFlags
{
    /// <summary>The flag of a setting.</summary>
    public static string Of(Setting setting) => setting switch
    {
        Setting.Threads => "--threads",
        Setting.Memory => "--memory",
        Setting.DeviceMemory => "--device-memory",
        Setting.Backend => "--backend",
        Setting.Backbone => "--deep MODELDIR",
        Setting.Channels => "--channels",
        Setting.Scales => "--deep-scales",
        Setting.Range => "--range",
        Setting.AllRounds => "--all-rounds",
        Setting.ClassWeights => "--class-weights",
        Setting.Projection => "--projection",
        Setting.Rgb => "--rgb",
        Setting.Mask => "--mask",
        Setting.NanAs => "--nan-as",
        _ => throw new ArgumentOutOfRangeException(nameof(setting), setting, "This setting has no flag."),
    };

    /// <summary>A failure's sentence with flags in place of the library's words for its settings.</summary>
    public static string Sentence(FastSegException failure) => Sentence(failure.MessageWith(Of));

    /// <summary>A sentence about images or labels with flags in place of the library's words for their settings.</summary>
    public static string Sentence(string text) => text
        .Replace("named colours", "--colours", StringComparison.Ordinal)
        .Replace("the plane's choice", "--select", StringComparison.Ordinal)
        .Replace("the image's level", "--level", StringComparison.Ordinal)
        .Replace("resume that run, or clean it up", "--resume goes on with it, and `fastseg clean` removes it", StringComparison.Ordinal)
        .Replace(
            "resume that run as it began, or clean it up", "--resume goes on with it as it began, and `fastseg clean` removes it",
            StringComparison.Ordinal)
        .Replace("; clean it up", "; `fastseg clean` removes it", StringComparison.Ordinal)
        .Replace("prepare the run first", "`fastseg segment .. --prepare` looks at it once for all blocks", StringComparison.Ordinal)
        .Replace(
            "prepare its samples first", "`fastseg segment .. --prepare-samples` takes them once for all shares", StringComparison.Ordinal)
        .Replace("the void value", "--void", StringComparison.Ordinal)
        .Replace("a name for every class", "--names A,B,..", StringComparison.Ordinal)
        .Replace("a balanced training", "--balance", StringComparison.Ordinal);
}
