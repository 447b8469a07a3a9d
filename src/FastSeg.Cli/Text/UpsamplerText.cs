namespace FastSeg.Cli.Text;

/// <summary>An upsampler's weights in words.</summary>
internal static class UpsamplerText
{
    /// <summary>Prints what the file holds, and what was assumed when it was imported.</summary>
    public static void Write(TextWriter output, string path, UpsamplerFile file)
    {
        UpsamplerConfig config = file.Config;
        output.WriteLine($"{path}: convolutional upsampler, {Units.Bytes(new FileInfo(path).Length)}");
        new TextTable(false, false)
            .Row("channels", $"{Channels(config)}, {config.ChannelsHidden} between the layers, {config.ChannelsDown} of guidance")
            .Row("patch", $"{config.Patch} px, {config.Levels} doublings")
            .Row("kernel", $"{config.Kernel} x {config.Kernel}, padding {config.Padding.ToString().ToLowerInvariant()}")
            .Row(
                "guidance",
                $"({config.GuidanceScale} x - mean) / std with mean {string.Join(' ', config.GuidanceMean)}, " +
                    $"std {string.Join(' ', config.GuidanceStd)}")
            .Row("features", config.NormaliseL1 ? "divided by their L1 norm over channels" : "as they are")
            .Row("doubling", Doubling(config.Align))
            .Row("projection", config.Projection ?? "not stated: the weights go with any")
            .Row("images", config.Standardise is { } mode ? StandardiseText.Of(mode) : "not stated how they were standardised")
            .Row("tokens", config.FlipAverage switch
            {
                true => "averaged over the four flips of a window",
                false => "of windows as they are, without flips",
                null => "not stated whether they were averaged over flips",
            })
            .Row("parameters", Units.Count(file.Parameters))
            .Row("source", file.Source.Length > 0 ? file.Source : "not stated")
            .Row("training", file.Training.Length > 0 ? file.Training : "not stated")
            .Row("assumed", file.AssumedFields.Length > 0 ? file.AssumedFields : "nothing")
            .Row("not looked at", file.UnknownKeys.Length > 0 ? file.UnknownKeys : "nothing")
            .Write(output);
    }

    /// <summary>Whether it was trained for the projection beside it.</summary>
    public static string Purpose(UpsamplerConfig config, ProjectionFile? beside) => config.Projection switch
    {
        null => "names no projection",
        var trained when beside?.Channels >= config.ChannelsIn && beside.Tensors.First(config.ChannelsIn).Identity() == trained =>
            "trained for this projection",
        var trained => $"trained for another projection, {trained}",
    };

    /// <summary>"32 to 32 channels".</summary>
    public static string Channels(UpsamplerConfig config) => $"{config.ChannelsIn} to {config.ChannelsOut} channels";

    private static string Doubling(Align align) =>
        align == Align.Corners ? "bilinear, corners on corners (the paper's)" : "bilinear, half-pixel centres";
}
