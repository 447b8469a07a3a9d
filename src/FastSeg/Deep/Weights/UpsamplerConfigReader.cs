using System.Text.Json;
using System.Text.Json.Serialization;
using FastSeg.Files;

namespace FastSeg.Deep.Weights;

/// <summary>An upsampler's configuration as a safetensors file's metadata have it: JSON.</summary>
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
            Align = config.Align == Align.Corners ? null : "half-pixel",
            Projection = config.Projection,
            Standardise = config.Standardise?.ToString().ToLowerInvariant(),
            FlipAverage = config.FlipAverage,
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
        catch (Exception e) when (JsonText.IsWrong(e))
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
                NormaliseL1 = NormaliseL1Of(fields.Normalise, name),
                Align = fields.Align is null ? Align.Corners : AlignOf(fields.Align, name),
                Projection = fields.Projection,
                Standardise = fields.Standardise is null ? null : StandardiseOf(fields.Standardise, name),
                FlipAverage = fields.FlipAverage,
            },
            name);
    }

    /// <summary>The padding that a file calls by this name.</summary>
    public static Padding PaddingOf(string padding, string name) => padding switch
    {
        "replicate" => Padding.Replicate,
        "zeros" => Padding.Zeros,
        _ => throw new FastSegException($"{name}: its padding is {padding}; \"replicate\" and \"zeros\" can be run."),
    };

    /// <summary>Whether features are divided by their L1 norm, as a file says it.</summary>
    public static bool NormaliseL1Of(string normalise, string name) => normalise switch
    {
        "l1" => true,
        "none" => false,
        _ => throw new FastSegException($"{name}: normalise is \"{InputFile.OneLine(normalise)}\"; \"l1\" and \"none\" are known."),
    };

    /// <summary>The alignment that a file calls by this name.</summary>
    public static Align AlignOf(string align, string name) => align switch
    {
        "corners" => Align.Corners,
        "half-pixel" => Align.HalfPixel,
        _ => throw new FastSegException($"{name}: align is \"{InputFile.OneLine(align)}\"; \"corners\" and \"half-pixel\" are known."),
    };

    /// <summary>Refuses numbers out of range.</summary>
    /// <exception cref="FastSegException">The sentence says which, and what its range is.</exception>
    public static UpsamplerConfig Checked(UpsamplerConfig config, string name)
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
        if (config.Projection is { } identity && (identity.Length != 64 || !identity.All(char.IsAsciiHexDigitLower)))
        {
            throw new FastSegException(
                $"{name}: projection is \"{InputFile.OneLine(identity)}\"; a SHA-256 has 64 lower-case hexadecimal digits.");
        }
        if (config.GuidanceMean.Count != 3 || config.GuidanceStd.Count != 3 || config.GuidanceMean.Any(m => !float.IsFinite(m))
            || config.GuidanceStd.Any(s => !(s > 0) || !float.IsFinite(s))
            || !(config.GuidanceScale > 0) || !float.IsFinite(config.GuidanceScale))
        {
            throw new FastSegException(
                $"{name}: guidanceMean and guidanceStd must have three finite numbers each, guidanceStd's and guidanceScale positive.");
        }
        return config;
    }

    private static Standardisation StandardiseOf(string standardise, string name) => standardise switch
    {
        "none" => Standardisation.None,
        "image" => Standardisation.Image,
        "local" => Standardisation.Local,
        _ => throw new FastSegException(
            $"{name}: standardise is \"{InputFile.OneLine(standardise)}\"; \"image\", \"local\" and \"none\" are known."),
    };

    /// <summary>
    /// What the JSON holds, in this order. Every required field must be there; the others are left out where there is nothing to say, so
    /// that older programs read such a file.
    /// </summary>
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

        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public string? Align { get; init; }

        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public string? Projection { get; init; }

        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public string? Standardise { get; init; }

        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public bool? FlipAverage { get; init; }
    }
}
