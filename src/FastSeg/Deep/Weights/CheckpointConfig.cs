using FastSeg.Files;

namespace FastSeg.Deep.Weights;

/// <summary>
/// The configuration in a published checkpoint. Values that it cannot run are refused where the key says what the network computes; keys
/// that are not known here are only listed, because published configurations also keep how the network was trained.
/// </summary>
/// <param name="Config">The configuration.</param>
/// <param name="Assumed">Fields that neither the checkpoint nor the caller states, in words.</param>
/// <param name="UnknownKeys">Keys that are not looked at.</param>
internal sealed record CheckpointConfig(UpsamplerConfig Config, string Assumed, IReadOnlyList<string> UnknownKeys)
{
    private const string GuidanceFields = "guidanceMean, guidanceStd, guidanceScale";

    private static readonly string[] Known =
    [
        "name", "k", "n_ch_in", "n_ch_hidden", "n_ch_out", "n_ch_guidance", "n_ch_downsampler", "feat_weight", "patch_size", "padding_mode",
        "align", "normalise",
    ];

    /// <summary>
    /// Reads it. Checkpoints do not state how inputs are normalised, so it is assumed as the published networks were trained: the image by
    /// ImageNet's mean and standard deviation after a scale of 255, and, where nobody states it, the features by their L1 norm.
    /// </summary>
    /// <param name="config">The checkpoint's configuration.</param>
    /// <param name="name">What error sentences call the checkpoint.</param>
    /// <param name="stated">What the caller knows of the network.</param>
    /// <exception cref="FastSegException">
    /// A field is missing, asks for a network of another kind, or contradicts what the caller states.
    /// </exception>
    public static CheckpointConfig Read(PickleDict config, string name, UpsamplerImport stated)
    {
        if (Whole(config, name, "n_ch_guidance", 3) is not 3 and var colours)
        {
            throw new FastSegException($"{name}: n_ch_guidance is {colours}; upsamplers guided by 3 colours can be run.");
        }
        if (config.Get("feat_weight") is not (null or long and <= 0 or double and <= 0) and var weight)
        {
            throw new FastSegException(
                $"{name}: feat_weight is {InputFile.OneLine($"{weight}")}; "
                + "only upsamplers that do not add features again (feat_weight -1) can be run.");
        }
        bool? normalise = Text(config, name, "normalise") is { } l1 ? UpsamplerConfigReader.NormaliseL1Of(l1, name) : null;
        Align? align = Text(config, name, "align") is { } words ? UpsamplerConfigReader.AlignOf(words, name) : null;
        Agree(name, "normalise", normalise, stated.NormaliseL1);
        Agree(name, "align", align, stated.Align);
        int channelsIn = Whole(config, name, "n_ch_in"), hidden = Whole(config, name, "n_ch_hidden", -1);
        var read = new UpsamplerConfig
        {
            ChannelsIn = channelsIn,
            ChannelsHidden = hidden == -1 ? channelsIn : hidden,
            ChannelsOut = Whole(config, name, "n_ch_out"),
            ChannelsDown = Whole(config, name, "n_ch_downsampler"),
            Kernel = Whole(config, name, "k", 3),
            Patch = Whole(config, name, "patch_size"),
            Padding = UpsamplerConfigReader.PaddingOf(Text(config, name, "padding_mode") ?? "not stated", name),
            NormaliseL1 = normalise ?? stated.NormaliseL1 ?? true,
            Align = align ?? stated.Align ?? Align.Corners,
        };
        string assumed = GuidanceFields + (normalise is null && stated.NormaliseL1 is null ? ", normalise" : "")
            + (align is null && stated.Align is null ? ", align" : "");
        return new CheckpointConfig(UpsamplerConfigReader.Checked(read, name), assumed, Unknown(config));
    }

    /// <summary>Keys that are not looked at, each as one line whatever is in it.</summary>
    private static string[] Unknown(PickleDict config) =>
        [.. config.Items.Where(item => !Known.Contains(item.Key)).Select(item => InputFile.OneLine($"{item.Key}"))];

    private static int Whole(PickleDict config, string name, string field, int? otherwise = null) => config.Get(field) switch
    {
        long number and >= int.MinValue and <= int.MaxValue => (int)number,
        null when otherwise is { } value => value,
        _ => throw new FastSegException(
            $"{name}: its config has no whole number {field}; save the checkpoint with its whole configuration."),
    };

    /// <summary>The text under a key; null where there is none.</summary>
    private static string? Text(PickleDict config, string name, string field) => config.Get(field) switch
    {
        null => null,
        string text => text,
        _ => throw new FastSegException(
            $"{name}: {field} in its config is no text; save the checkpoint with its whole configuration."),
    };

    private static void Agree<T>(string name, string field, T? found, T? stated) where T : struct
    {
        if (found is { } inside && stated is { } given && !inside.Equals(given))
        {
            throw new FastSegException($"{name} states another {field} than the import does; leave it out, the checkpoint is obeyed.");
        }
    }
}
