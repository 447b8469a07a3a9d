using System.Text.Json;
using System.Text.Json.Serialization;

namespace FastSeg.Deep.Weights;

/// <summary>An upsampler's configuration as JSON in a safetensors file's metadata, and as published checkpoints carry it.</summary>
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
        new Fields(
            config.ChannelsIn, config.ChannelsHidden, config.ChannelsOut, config.ChannelsDown, config.Kernel, config.Patch,
            config.Padding == Padding.Replicate ? "replicate" : "zeros",
            [.. config.GuidanceMean], [.. config.GuidanceStd], config.GuidanceScale, config.NormaliseL1 ? "l1" : "none"),
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
            throw new FastSegException($"{name}: its configuration cannot be read ({Images.InputFile.OneLine(e.Message)}); import the checkpoint again.", e);
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
    /// The configuration in a checkpoint. It does not state how the guidance image is normalised: ImageNet's mean and standard deviation
    /// and a scale of 255 are taken, and L1 normalisation of the features.
    /// </summary>
    /// <exception cref="FastSegException">A field is missing or asks for a network of another kind.</exception>
    public static UpsamplerConfig FromCheckpoint(PickleDict config, string name)
    {
        int Whole(string field, int? otherwise = null) => config.Get(field) switch
        {
            long number and >= int.MinValue and <= int.MaxValue => (int)number,
            null when otherwise is { } value => value,
            _ => throw new FastSegException($"{name}: its config has no whole number {field}; save the checkpoint with its whole configuration."),
        };
        if (Whole("n_ch_guidance", 3) != 3)
        {
            throw new FastSegException($"{name}: n_ch_guidance is {Whole("n_ch_guidance")}; upsamplers guided by 3 colours can be run.");
        }
        if (config.Get("feat_weight") is double and > 0 or long and > 0)
        {
            throw new FastSegException($"{name}: feat_weight is {config.Get("feat_weight")}; only upsamplers that do not add features again (feat_weight -1) can be run.");
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
            || config.GuidanceStd.Any(s => !(s > 0) || !float.IsFinite(s)) || !(config.GuidanceScale > 0) || !float.IsFinite(config.GuidanceScale))
        {
            throw new FastSegException($"{name}: guidanceMean and guidanceStd must have three finite numbers each, guidanceStd's and guidanceScale positive.");
        }
        return config;
    }

    /// <summary>What the JSON holds; every field must be there.</summary>
    [method: JsonConstructor]
    private sealed record Fields(
        [property: JsonRequired] int ChannelsIn,
        [property: JsonRequired] int ChannelsHidden,
        [property: JsonRequired] int ChannelsOut,
        [property: JsonRequired] int ChannelsDown,
        [property: JsonRequired] int Kernel,
        [property: JsonRequired] int Patch,
        [property: JsonRequired] string Padding,
        [property: JsonRequired] float[] GuidanceMean,
        [property: JsonRequired] float[] GuidanceStd,
        [property: JsonRequired] float GuidanceScale,
        [property: JsonRequired] string Normalise);
}
