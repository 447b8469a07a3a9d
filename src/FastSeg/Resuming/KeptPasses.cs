using System.Text.Json;
using FastSeg.Files;
using FastSeg.Files.Runs;

namespace FastSeg.Resuming;

/// <summary>
/// What a run found out of the whole image before its first tile, kept in the run's folder: so that a start which goes on, or a block, need
/// not look at all of the image.
/// </summary>
/// <param name="Samples">Mean and deviation of the samples; null where they are not known.</param>
/// <param name="Weights">By what safe smoothing multiplies each class, made of the page's areas; null where it is not known.</param>
internal sealed record KeptPasses(SampleStatistics? Samples, IReadOnlyList<double>? Weights)
{
    private const int Largest = 1 << 20, MostTokens = 10_000;

    /// <summary>Nothing is known.</summary>
    public static KeptPasses None { get; } = new(null, null);

    /// <summary>Reads what a run's folder has.</summary>
    /// <param name="folder">The folder; null for a run that keeps nothing.</param>
    /// <exception cref="FastSegException">It is damaged.</exception>
    public static KeptPasses Of(RunFolder? folder)
    {
        if (folder?.Journal is null || FileKinds.Of(folder.Passes) != FileKind.Regular)
        {
            return None;
        }
        string path = folder.Passes;
        try
        {
            byte[] text = new FileInfo(path).Length <= Largest ? File.ReadAllBytes(path) : throw new JsonException("it is too long");
            JsonText.CheckTokens(text, MostTokens);
            using var json = JsonDocument.Parse(text);
            JsonElement root = json.RootElement;
            return new KeptPasses(
                root.TryGetProperty("mean", out JsonElement mean)
                    ? new SampleStatistics(mean.GetDouble(), root.GetProperty("deviation").GetDouble())
                    : null,
                root.TryGetProperty("weights", out JsonElement weights)
                    ? [.. weights.EnumerateArray().Select(one => one.GetDouble())]
                    : null);
        }
        catch (Exception e) when (JsonText.IsWrong(e) || PartialFile.IsDiskFailure(e))
        {
            throw new FastSegException($"{path} is damaged ({InputFile.OneLine(e.Message)}); remove it, and it is made anew.", e);
        }
    }

    /// <summary>Writes it into a run's folder; nothing where the run keeps nothing.</summary>
    /// <exception cref="FastSegException">The disk is full or fails.</exception>
    public KeptPasses Save(RunFolder? folder)
    {
        if (folder?.Journal is null)
        {
            return this;
        }
        using var file = new PartialFile(folder.Passes);
        file.Save(stream =>
        {
            using var json = new Utf8JsonWriter(stream);
            json.WriteStartObject();
            if (Samples is { } samples)
            {
                json.WriteNumber("mean", samples.Mean);
                json.WriteNumber("deviation", samples.Deviation);
            }
            if (Weights is { } weights)
            {
                json.WriteStartArray("weights");
                foreach (double weight in weights)
                {
                    json.WriteNumberValue(weight);
                }
                json.WriteEndArray();
            }
            json.WriteEndObject();
        });
        file.Commit();
        return this;
    }
}
