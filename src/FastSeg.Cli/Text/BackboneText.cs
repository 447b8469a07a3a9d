using FastSeg.Deep;
using FastSeg.Deep.Weights;

namespace FastSeg.Cli.Text;

/// <summary>Backbones, and what models keep of them, in words.</summary>
internal static class BackboneText
{
    /// <summary>Describes an open backbone.</summary>
    public static void Write(TextWriter output, Backbone backbone)
    {
        BackboneDescription description = backbone.Description;
        string sizes = backbone.FixedTokens is null ? "or any smaller size" : "the only size it takes";
        // The whole table first: a projection or an upsampler that is wrong leaves no half of it.
        TextTable table = new TextTable(false, false)
            .Row("patch", $"{description.Patch} px")
            .Row("dimension", $"{description.Dimension} numbers a token, {(description.IsMap ? "as a map" : "as tokens")}")
            .Row("prefix tokens", $"{description.PrefixTokens}")
            .Row("window", $"{Window(backbone.WindowTokens, description.Patch)}, {sizes}{Flips(description.FlipAverage)}")
            .Row("overlap", $"{backbone.OverlapTokens} patches of neighbouring windows")
            .Row("mean, std", $"{string.Join(' ', description.Mean)}, {string.Join(' ', description.Std)}")
            .Row("licence", description.Licence.Length > 0 ? description.Licence : "not stated")
            .Row("source", description.Source.Length > 0 ? description.Source : "not stated")
            .Row("SHA-256", backbone.Sha256)
            .Row(
                "projection",
                backbone.Projection is { } projection
                    ? $"{BackboneDescription.ProjectionFileName}, {ProjectionText.Size(projection)}, identity {projection.Identity}"
                    : "none")
            .Row(
                "upsampler",
                backbone.Upsampler is { } file
                    ? $"{BackboneDescription.UpsamplerFileName}, {UpsamplerText.Channels(file.Config)}, {Units.Bytes(file.Bytes.Length)}, "
                        + UpsamplerText.Purpose(file.Config, backbone.Projection)
                    : "none");
        output.WriteLine($"{backbone.Folder}: backbone {description.Name}");
        table.Write(output);
    }

    /// <summary>Adds what a model keeps of its deep features to a table of it.</summary>
    public static void AddRows(TextTable table, DeepDescription deep, DeepModel kept)
    {
        table.Row("deep", $"{deep.Channels} channels, {Of(deep.Upsampling, deep.Shifts)} upsampling");
        for (int i = 0; i < deep.Scales.Count; i++)
        {
            ProjectionTensors projection = kept.Projections[i].Tensors;
            string scale = deep.Scales.Count > 1 ? $", scale {deep.Scales[i]}" : "";
            table.Row(
                $"projection{scale}",
                $"{projection.Eigenvalues.Length} components of {projection.Mean.Length} numbers, identity {projection.Identity()}");
        }
        AddRows(table, deep);
    }

    private static void AddRows(TextTable table, DeepDescription deep) => table
        .Row("scales", string.Join(", ", deep.Scales.Select(scale => Scale(deep, scale))))
        .Row("backbone", $"{deep.Backbone}, patch {deep.Patch} px, {deep.Threads} thread{(deep.Threads == 1 ? "" : "s")} of ONNX Runtime")
        .Row("SHA-256", deep.Sha256)
        .Row(
            "windows",
            $"{Window(deep.WindowTokens, deep.Patch)}, " +
                $"overlapping by {deep.OverlapTokens} patches{Flips(deep.FlipAverage)}")
        .Row("range", $"{deep.RangeLow} to {deep.RangeHigh}");

    /// <summary>How features are upsampled, by the name that the commands use.</summary>
    public static string Of(Upsampling upsampling, int shifts) => upsampling switch
    {
        _ when shifts > 1 => $"strided:{shifts}",
        Upsampling.JointBilateral => "jbu",
        _ => upsampling.ToString().ToLowerInvariant(),
    };

    /// <summary>"0.123": the share of position in tokens.</summary>
    public static string Bias(double bias) => FormattableString.Invariant($"{bias:F3}");

    private static string Scale(DeepDescription deep, int scale) =>
        $"{scale} ({deep.Channels / deep.Scales.Count} channels, cells of {deep.Patch / scale / deep.Shifts} px)";

    private static string Flips(bool averaged) => averaged ? ", mean of four flips" : "";

    private static string Window(int tokens, int patch) => $"{tokens} x {tokens} patches ({tokens * patch} px)";
}
