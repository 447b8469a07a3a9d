using System.Text.Json;
using System.Text.Json.Serialization;
using FastSeg.Files;

namespace FastSeg.Deep.Weights;

/// <summary>
/// Reads an upsampler's configuration from a safetensors file's metadata, where it is JSON, and from published checkpoints.
/// </summary>
internal static class UpsamplerConfigReader
{
    /// <summary>Most channels of a layer.</summary>
    public const int MaxChannels = 4096;

    private const int MaxPatch = 64;

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        RespectNullableAnnotations = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    /// <summary>The configuration's JSON.</summary>
    public static string ToJson(UpsamplerConfig config) => JsonSerializer.Serialize(
        new Fields
        {
            ChannelsIn = config.ChannelsIn,
            ChannelsHidden = config.ChannelsHidden,
            ChannelsOut = config.ChannelsOut,
            ChannelsDown = config.ChannelsDown,
            Kernel = config.Kernel,
            Patch = config.Patch,
            Padding = config.Padding == Padding.Replicate ? "replicate" : "zeros",
            GuidanceMean = [.. config.GuidanceMean],
            GuidanceStd = [.. config.GuidanceStd],
            GuidanceScale = config.GuidanceScale,
            Normalise = config.NormaliseL1 ? "l1" : "none",
        },
        Options);

    /// <summary>Reads what <see cref="ToJson"/> writes.</summary>
    /// <exception cref="FastSegException">A field is missing, unknown or out of range.</exception>
    public static UpsamplerConfig FromJson(string text, string name)
    {
        Fields fields;
        try
        {
            fields = JsonSerializer.Deserialize<Fields>(text, Options) ?? throw new JsonException("it is null");
        }
        catch (JsonException e)
        {
            throw new FastSegException(
                $"{name}: its configuration cannot be read ({InputFile.OneLine(e.Message)}); import the checkpoint again.", e);
        }
        return Checked(
            new UpsamplerConfig
            {
                ChannelsIn = fields.ChannelsIn,
                ChannelsHidden = fields.ChannelsHidden,
                ChannelsOut = fields.ChannelsOut,
                ChannelsDown = fields.ChannelsDown,
                Kernel = fields.Kernel,
                Patch = fields.Patch,
                Padding = PaddingOf(fields.Padding, name),
                GuidanceMean = fields.GuidanceMean,
                GuidanceStd = fields.GuidanceStd,
                GuidanceScale = fields.GuidanceScale,
                NormaliseL1 = fields.Normalise switch
                {
                    "l1" => true,
                    "none" => false,
                    _ => throw new FastSegException($"{name}: normalise is \"{fields.Normalise}\"; \"l1\" and \"none\" are known."),
                },
            },
            name);
    }

    /// <summary>
    /// The configuration in a checkpoint. Checkpoints do not state how inputs are normalised, so it is assumed as the published networks
    /// were trained: the image by ImageNet's mean and standard deviation after a scale of 255, the features by their L1 norm.
    /// </summary>
    /// <exception cref="FastSegException">A field is missing or asks for a network of another kind.</exception>
    public static UpsamplerConfig FromCheckpoint(PickleDict config, string name)
    {
        int Whole(string field, int? otherwise = null) => config.Get(field) switch
        {
            long number and >= int.MinValue and <= int.MaxValue => (int)number,
            null when otherwise is { } value => value,
            _ => throw new FastSegException(
                $"{name}: its config has no whole number {field}; save the checkpoint with its whole configuration."),
        };
        if (Whole("n_ch_guidance", 3) != 3)
        {
            throw new FastSegException($"{name}: n_ch_guidance is {Whole("n_ch_guidance")}; upsamplers guided by 3 colours can be run.");
        }
        if (config.Get("feat_weight") is double and > 0 or long and > 0)
        {
            throw new FastSegException(
                $"{name}: feat_weight is {config.Get("feat_weight")}; "
                + "only upsamplers that do not add features again (feat_weight -1) can be run.");
        }
        int channelsIn = Whole("n_ch_in"), hidden = Whole("n_ch_hidden", -1);
        return Checked(
            new UpsamplerConfig
            {
                ChannelsIn = channelsIn,
                ChannelsHidden = hidden == -1 ? channelsIn : hidden,
                ChannelsOut = Whole("n_ch_out"),
                ChannelsDown = Whole("n_ch_downsampler"),
                Kernel = Whole("k", 3),
                Patch = Whole("patch_size"),
                Padding = PaddingOf(config.Get("padding_mode") as string ?? "not stated", name),
            },
            name);
    }

    private static Padding PaddingOf(string padding, string name) => padding switch
    {
        "replicate" => Padding.Replicate,
        "zeros" => Padding.Zeros,
        _ => throw new FastSegException($"{name}: its padding is {padding}; \"replicate\" and \"zeros\" can be run."),
    };

    private static UpsamplerConfig Checked(UpsamplerConfig config, string name)
    {
        void Within(string field, int value, int least, int most)
        {
            if (value < least || value > most)
            {
                throw new FastSegException($"{name}: {field} is {value}; it must lie in {least} to {most}.");
            }
        }
        Within("channelsIn", config.ChannelsIn, 1, MaxChannels);
        Within("channelsHidden", config.ChannelsHidden, 1, MaxChannels);
        Within("channelsOut", config.ChannelsOut, 1, MaxChannels);
        Within("channelsDown", config.ChannelsDown, 1, MaxChannels);
        Within("kernel", config.Kernel, 3, 3);
        Within("patch", config.Patch, 2, MaxPatch);
        if (config.GuidanceMean.Count != 3 || config.GuidanceStd.Count != 3 || config.GuidanceMean.Any(m => !float.IsFinite(m))
            || config.GuidanceStd.Any(s => !(s > 0) || !float.IsFinite(s))
            || !(config.GuidanceScale > 0) || !float.IsFinite(config.GuidanceScale))
        {
            throw new FastSegException(
                $"{name}: guidanceMean and guidanceStd must have three finite numbers each, guidanceStd's and guidanceScale positive.");
        }
        return config;
    }

    /// <summary>What the JSON holds, in this order; every field must be there.</summary>
    private sealed record Fields
    {
        public required int ChannelsIn { get; init; }

        public required int ChannelsHidden { get; init; }

        public required int ChannelsOut { get; init; }

        public required int ChannelsDown { get; init; }

        public required int Kernel { get; init; }

        public required int Patch { get; init; }

        public required string Padding { get; init; }

        public required float[] GuidanceMean { get; init; }

        public required float[] GuidanceStd { get; init; }

        public required float GuidanceScale { get; init; }

        public required string Normalise { get; init; }
    }
}
