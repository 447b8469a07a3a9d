using System.Text.Json;

namespace FastSeg.Cli.Scaling;

/// <summary>What a process of its own measures at one size.</summary>
/// <param name="Side">Columns and rows of the image.</param>
/// <param name="Image">The image's file.</param>
/// <param name="Output">Where the labels go.</param>
/// <param name="Memory">Most bytes that a run may use.</param>
internal sealed record PointJob(int Side, string Image, string Output, long Memory)
{
    /// <summary>Runs whose median counts.</summary>
    public const int MostRuns = 3;

    /// <summary>A run that takes longer than this is not repeated.</summary>
    public const double LongSeconds = 60;

    /// <summary>The model; null where an upsampler is measured on its own.</summary>
    public string? Model { get; init; }

    /// <summary>The backbone's folder; null where none is needed, or the model finds its own.</summary>
    public string? Backbone { get; init; }

    /// <summary>How deep features are brought to full resolution, as --upsampler says it; null where a model is applied.</summary>
    public string? Upsampler { get; init; }

    /// <summary>As JSON.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this);

    /// <summary>Reads it.</summary>
    /// <exception cref="FastSegException">It is none.</exception>
    public static PointJob Parse(byte[] json, string path)
    {
        try
        {
            if (JsonSerializer.Deserialize<PointJob>(json) is { Image: not null, Output: not null } job)
            {
                return job;
            }
        }
        catch (JsonException)
        {
            // The sentence below says what would be right.
        }
        throw new FastSegException($"{path} is no job of `fastseg scaling`, which alone writes such files.");
    }
}
