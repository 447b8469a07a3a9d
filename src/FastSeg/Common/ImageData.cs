using System.Text.Json.Serialization;

namespace FastSeg;

/// <summary>What is known of the samples of an image: what tells whether a model knows such images.</summary>
/// <param name="Type">Type of its samples as they are stored.</param>
/// <param name="Kind">What its channels are.</param>
/// <param name="Low">The 0.1 percentile of its samples as they are stored: 0.1 % of them are smaller.</param>
/// <param name="High">The 99.9 percentile.</param>
/// <param name="Mean">Their mean.</param>
/// <param name="Deviation">Their population standard deviation.</param>
public sealed record ImageData(SampleType Type, ChannelKind Kind, double Low, double High, double Mean, double Deviation)
{
    /// <summary>Names of its channels; empty where its file names none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public IReadOnlyList<string>? ChannelNames { get; init; }

    /// <summary>Share of the samples at the least value that they can have, 0 to 1: 0 or, of a signed type, its least number.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public double AtLeast { get; init; }

    /// <summary>Share of the samples at the largest value that they can have, 0 to 1.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public double AtMost { get; init; }

    /// <summary>
    /// How many different numbers the samples are that were looked at, where these are whole and at most 16, as in a label map; else 0.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Values { get; init; }

    /// <summary>In what it differs from what the model was trained on, or is doubtful by itself.</summary>
    [JsonIgnore]
    public DataDoubts Doubts { get; init; }
}

/// <summary>What the channels of an image are.</summary>
public enum ChannelKind
{
    /// <summary>One channel, or three that are equal at every pixel.</summary>
    [JsonStringEnumMemberName("grey")]
    Grey,

    /// <summary>Red, green and blue.</summary>
    [JsonStringEnumMemberName("colour")]
    Colour,

    /// <summary>Several channels of any other meaning.</summary>
    [JsonStringEnumMemberName("channels")]
    Channels,
}

/// <summary>Why a model's result for an image is doubtful.</summary>
[Flags]
public enum DataDoubts
{
    /// <summary>Nothing is doubtful.</summary>
    None = 0,

    /// <summary>The samples are of another type than those of the training images.</summary>
    Type = 1,

    /// <summary>The samples lie in another range than those of the training images.</summary>
    Range = 2,

    /// <summary>The channels mean something else.</summary>
    Channels = 4,

    /// <summary>Many samples have the least or the largest value that their type can have.</summary>
    Clipped = 8,

    /// <summary>All samples are equal.</summary>
    Constant = 16,

    /// <summary>The images of one training differ in type, range or channels.</summary>
    Mixed = 32,

    /// <summary>It is a label map, or looks like one.</summary>
    Labels = 64,

    /// <summary>Its edges and curvature are far stronger or weaker than where the training images were labelled.</summary>
    Sharpness = 128,
}
