using System.Text.Json;
using System.Text.Json.Serialization;

namespace FastSeg.Deep.Upsamplers;

/// <summary>
/// A training of an upsampler, as the command line asks the trainer for it. The trainer is a program of its own, because it needs PyTorch's
/// library: the job is the first line of its input, and it stops when its input ends.
/// </summary>
internal sealed record UpsamplerJob
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>Images to train on.</summary>
    public required IReadOnlyList<string> Images { get; init; }

    /// <summary>Folder of the transformer.</summary>
    public required string Backbone { get; init; }

    /// <summary>The safetensors file to write.</summary>
    public required string Output { get; init; }

    /// <summary>How it is trained.</summary>
    public required UpsamplerRecipe Recipe { get; init; }

    /// <summary>Channels of the network: the projection's leading components.</summary>
    public required int Channels { get; init; }

    /// <summary>The network that the training begins with; null for one that interpolates.</summary>
    public string? From { get; init; }

    /// <summary>The projection that is kept, a safetensors file; null where one is fitted to the images first.</summary>
    public string? Projection { get; init; }

    /// <summary>Where a projection that was fitted is written.</summary>
    public string? ProjectionOutput { get; init; }

    /// <summary>Folder of an npy file for each image with its features at full resolution; null where targets are made.</summary>
    public string? Targets { get; init; }

    /// <summary>Whether tokens are averaged over the four flips of a window; null for what the backbone's folder says.</summary>
    public bool? FlipAverage { get; init; }

    /// <summary>Steps; 0 for the recipe's own number.</summary>
    public int Steps { get; init; }

    /// <summary>How long the steps may take, in minutes; 0 where their number is given.</summary>
    public double Minutes { get; init; }

    /// <summary>Pieces of the images that are trained on; 0 for the recipe's own number.</summary>
    public int Pieces { get; init; }

    /// <summary>Seed of all that is drawn.</summary>
    public int Seed { get; init; }

    /// <summary>Threads; the result depends on them.</summary>
    public required int Threads { get; init; }

    /// <summary>Whether a training that was stopped goes on from a hidden file beside the output.</summary>
    public bool Resumes { get; init; }

    /// <summary>The hidden file from which a training goes on that was stopped.</summary>
    [JsonIgnore]
    public string StateFile
    {
        get
        {
            string output = Path.GetFullPath(Output);
            return Path.Combine(Path.GetDirectoryName(output) ?? "/", $".{Path.GetFileName(output)}.training");
        }
    }

    /// <summary>The job as one line.</summary>
    public string ToLine() => JsonSerializer.Serialize(this, Json);

    /// <summary>Reads what <see cref="ToLine"/> wrote.</summary>
    public static UpsamplerJob Parse(string line) =>
        JsonSerializer.Deserialize<UpsamplerJob>(line, Json) ?? throw new JsonException("the job is null");
}

/// <summary>How an upsampler is trained.</summary>
internal enum UpsamplerRecipe
{
    /// <summary>From nothing, on many images, for use on others.</summary>
    Free,

    /// <summary>A trained network, further on more images.</summary>
    Further,

    /// <summary>From nothing, on the images of one project.</summary>
    Project,

    /// <summary>A trained network, a little further on the images of one project.</summary>
    Finish,

    /// <summary>As the paper trains: towards given features at full resolution.</summary>
    Given,
}

/// <summary>What the trainer says while it works: a line of its output.</summary>
/// <param name="Kind">What is said.</param>
/// <param name="Text">A sentence, or for progress where it is.</param>
/// <param name="Fraction">How much is done, 0 to 1.</param>
internal sealed record UpsamplerNews(UpsamplerNewsKind Kind, string Text, double Fraction = 0)
{
    /// <summary>The setting that a failure's sentence names, if it names one.</summary>
    public Setting? Setting { get; init; }

    /// <summary>The words of the sentence that name it.</summary>
    public string? SettingWords { get; init; }

    /// <summary>The stack trace of a failure that nobody expected.</summary>
    public string? Trace { get; init; }

    /// <summary>The news as one line.</summary>
    public string ToLine() => JsonSerializer.Serialize(this);

    /// <summary>Reads a line; null where it is something else.</summary>
    public static UpsamplerNews? Parse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<UpsamplerNews>(line);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>Kinds of what the trainer says.</summary>
internal enum UpsamplerNewsKind
{
    /// <summary>How far it is.</summary>
    Progress,

    /// <summary>Something to know.</summary>
    Note,

    /// <summary>Why it failed.</summary>
    Failure,
}
