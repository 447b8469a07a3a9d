using System.Text.Json;
using System.Text.Json.Serialization;
using FastSeg.Files;
using FastSeg.Images.Samples;

namespace FastSeg.Models;

/// <summary>The content of a model file's <c>model.json</c>.</summary>
internal sealed record ModelDescription
{
    /// <summary>
    /// The newest format that this program reads. Format 2 added imported forests and the identity of a backbone, format 3 standardisation,
    /// smoothing, the names of training images, and how trees are kept from leaning on few features; format 4 the types of the images'
    /// samples, format 5 what is known of the samples.
    /// </summary>
    public const int CurrentFormat = 5;

    /// <summary>The format of an imported model that standardises or smooths, which has nothing of the formats 4 and 5.</summary>
    public const int StandardisedFormat = 3;

    /// <summary>The format of an imported model that has nothing of format 3, written so that older programs read it.</summary>
    public const int ImportFormat = 2;

    /// <summary>Most values and names of a model.json: enough for 20,000 training images.</summary>
    private const int MostTokens = 400_000;

    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
    };

    /// <summary>Number of the format.</summary>
    public required int Format { get; init; }

    /// <summary>Version of the FastSeg that wrote the file.</summary>
    public required string Version { get; init; }

    /// <summary>Version of the XGBoost that trained the trees, or saved those that were imported.</summary>
    public required string Xgboost { get; init; }

    /// <summary>1 for grey images, 3 for RGB, and other numbers for other channels.</summary>
    public required int Channels { get; init; }

    /// <summary>A name for each channel; left out where they have none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? ChannelNames { get; init; }

    /// <summary>False where there are three channels that are not red, green and blue; left out elsewhere.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Colour { get; init; }

    /// <summary>How its training images were opened; left out where nothing special was asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImageOptions? Opening { get; init; }

    /// <summary>The filters.</summary>
    public required FeaturesJson Features { get; init; }

    /// <summary>The deep features, where there are any.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DeepDescription? Deep { get; init; }

    /// <summary>Merged mean and deviation of the training images; left out where images are not standardised as a whole.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SampleStatistics? Samples { get; init; }

    /// <summary>What is done to the probabilities; left out where nothing is.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Smoothing? Smoothing { get; init; }

    /// <summary>The training images.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ModelImage>? Images { get; init; }

    /// <summary>What is known of the training images' samples; left out where nothing is.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TrainingData? Data { get; init; }

    /// <summary>The classes, by ascending label value.</summary>
    public required IReadOnlyList<ModelClass> Classes { get; init; }

    /// <summary>How the trees were trained; left out where they were imported.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TrainingOptions? Training { get; init; }

    /// <summary>How labelled pixels that were held out fared; left out where none were.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public HeldOutSummary? HeldOut { get; init; }

    /// <summary>Where the trees were imported from; left out where they were trained here.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ForestOrigin? Imported { get; init; }

    /// <summary>Reads the JSON text.</summary>
    /// <exception cref="JsonException">It is no such description.</exception>
    /// <exception cref="NewerFormatException">Its format is newer than <see cref="CurrentFormat"/>.</exception>
    public static ModelDescription Parse(ReadOnlySpan<byte> text)
    {
        // The format's number is read first: a newer format may have members that this one would refuse without saying why.
        int number = FormatOf(text);
        if (number > CurrentFormat)
        {
            throw new NewerFormatException(number);
        }
        ModelDescription description = Deserialise(text);
        DescriptionChecks.Check(description);
        TrainingOptions? training = description.Format >= 5 ? description.Training : BeforeFormat5(description.Training);
        return description with { Training = description.Format >= 3 ? training : BeforeFormat3(training) };
    }

    private static ModelDescription Deserialise(ReadOnlySpan<byte> text)
    {
        try
        {
            return JsonSerializer.Deserialize<ModelDescription>(text, Json) ?? throw new JsonException("model.json is empty");
        }
        catch (Exception e) when (JsonText.IsWrong(e))
        {
            string place = e is JsonException { Path.Length: > 2 } found ? $" in \"{found.Path[2..]}\"" : "";
            throw new JsonException($"model.json has a value that is missing, unknown or of the wrong kind{place}", e);
        }
    }

    /// <summary>The format's number, for which nothing of the text needs to be kept.</summary>
    private static int FormatOf(ReadOnlySpan<byte> text)
    {
        JsonText.CheckTokens(text, MostTokens);
        var reader = new Utf8JsonReader(text);
        int? format = null;
        while (reader.Read())
        {
            if (reader.CurrentDepth == 1 && reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("format"u8))
            {
                reader.Read();
                format = reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out int number) ? number : null;
            }
        }
        return format ?? throw new JsonException("model.json has no format number");
    }

    /// <summary>How a model of an older format was trained: XGBoost's defaults stood for what its file does not say.</summary>
    private static TrainingOptions? BeforeFormat3(TrainingOptions? training)
    {
        TrainingOptions published = TrainingOptions.Published;
        return training is null ? null : training with
        {
            Subsample = published.Subsample,
            ColsampleByNode = published.ColsampleByNode,
            MinChildWeight = published.MinChildWeight,
            Lambda = published.Lambda,
        };
    }

    /// <summary>How a model of a format before 5 was trained: there was no other booster than XGBoost.</summary>
    private static TrainingOptions? BeforeFormat5(TrainingOptions? training) =>
        training is null ? null : training with { Booster = TreeBooster.XgBoost };

    /// <summary>What the file says of channels.</summary>
    public ChannelSet ChannelSet() => new(Channels, Channels == 3 && Colour != false, ChannelNames ?? []);

    /// <summary>The JSON text, always the same for equal descriptions.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, Json);

    /// <summary>A feature specification as the file holds it: families by their names.</summary>
    public sealed record FeaturesJson(
        IReadOnlyList<string> Families, IReadOnlyList<double> Sigmas, double SigmaScale, MembraneGeometry Membrane)
    {
        /// <summary>How samples are standardised; left out where they are not, as in files that knew no other way.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public Standardisation Standardise { get; init; }

        /// <summary>The Gaussian's sigma; left out unless it is needed.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public double? StandardiseSigma { get; init; }

        /// <summary>What stands for samples that are not finite; left out where nothing does.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public float? NanAs { get; init; }

        /// <summary>Whether data bars are left out; itself left out where they are not.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public DataBar DataBar { get; init; }

        /// <summary>The data of a specification.</summary>
        public static FeaturesJson From(FeatureSpec spec) =>
            new([.. FamilyNames.Of(spec.Families)], spec.Sigmas, spec.SigmaScale, spec.Membrane)
            {
                Standardise = spec.Standardise,
                StandardiseSigma = spec.Standardise == Standardisation.Local ? spec.StandardiseSigma : null,
                NanAs = spec.NanAs,
                DataBar = spec.DataBar,
            };

        /// <summary>The specification of the data.</summary>
        public FeatureSpec ToSpec() => new()
        {
            Families = FamilyNames.Parse(Families),
            Sigmas = Sigmas,
            SigmaScale = SigmaScale,
            Membrane = Membrane,
            Standardise = Standardise,
            StandardiseSigma = StandardiseSigma ?? FeatureSpec.Paper.StandardiseSigma,
            NanAs = NanAs,
            DataBar = DataBar,
        };
    }
}

/// <summary>Says that a model was written by a later program, in a format that this one does not know.</summary>
internal sealed class NewerFormatException(int format) : Exception($"format {format}")
{
    /// <summary>The format's number.</summary>
    public int Format { get; } = format;
}
