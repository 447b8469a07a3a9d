using System.Text.Json;
using System.Text.Json.Serialization;
using FastSeg.Deep;
using FastSeg.Features;
using FastSeg.Forest;

namespace FastSeg.Models;

/// <summary>What <c>model.json</c> holds.</summary>
internal sealed record ModelDescription
{
    /// <summary>The newest format this program reads: 2 added imported forests, and what a backbone's description says.</summary>
    public const int CurrentFormat = 2;

    /// <summary>What a model with neither is written as, so that older programs read it too.</summary>
    public const int FirstFormat = 1;

    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    public required int Format { get; init; }

    public required string Version { get; init; }

    public required string Xgboost { get; init; }

    public required int Channels { get; init; }

    public required FeaturesJson Features { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DeepDescription? Deep { get; init; }

    public required IReadOnlyList<ModelClass> Classes { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TrainingOptions? Training { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ForestOrigin? Imported { get; init; }

    public static ModelDescription Parse(ReadOnlySpan<byte> text)
    {
        // The version first: a newer format may have members this one does not know.
        using (JsonDocument document = JsonDocument.Parse(text.ToArray()))
        {
            if (!document.RootElement.TryGetProperty("format", out JsonElement format) || !format.TryGetInt32(out int number))
            {
                throw new JsonException("model.json has no format number");
            }
            if (number > CurrentFormat)
            {
                throw new NewerFormatException(number);
            }
        }
        ModelDescription description = JsonSerializer.Deserialize<ModelDescription>(text, Json) ?? throw new JsonException("model.json is empty");
        return description;
    }

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, Json);

    /// <summary>A feature specification as data.</summary>
    public sealed record FeaturesJson(IReadOnlyList<string> Families, IReadOnlyList<double> Sigmas, double SigmaScale, MembraneGeometry Membrane)
    {
        public static FeaturesJson From(FeatureSpec spec) =>
            new([.. FamilyNames.Of(spec.Families)], spec.Sigmas, spec.SigmaScale, spec.Membrane);

        public FeatureSpec ToSpec() => new()
        {
            Families = FamilyNames.Parse(Families),
            Sigmas = Sigmas,
            SigmaScale = SigmaScale,
            Membrane = Membrane,
        };
    }
}

/// <summary>The model was written by a later program.</summary>
internal sealed class NewerFormatException(int format) : Exception($"format {format}")
{
    public int Format { get; } = format;
}
