using System.Text.Json.Serialization;

namespace FastSeg;

/// <summary>An image that a model was trained on.</summary>
/// <param name="Name">The name of its file, without the folder.</param>
/// <param name="Width">Columns.</param>
/// <param name="Height">Rows.</param>
public sealed record ModelImage(string Name, long Width, long Height)
{
    /// <summary>
    /// Type of its samples, which matters where they are not standardised; null where they are, and in models of formats before 4.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SampleType? Type { get; init; }
}
