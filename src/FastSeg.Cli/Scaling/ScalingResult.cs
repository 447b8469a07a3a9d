using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using FastSeg.Cli.Files;
using FastSeg.Cli.Reports;

namespace FastSeg.Cli.Scaling;

/// <summary>Everything that a run of `scaling` measured, as scaling.json keeps it.</summary>
internal sealed record ScalingResult
{
    /// <summary>Name of the file in the folder of results.</summary>
    public const string FileName = "scaling.json";

    /// <summary>The one form that is written and read.</summary>
    public const int ThisFormat = 1;

    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Form of the file.</summary>
    public int Format { get; init; } = ThisFormat;

    /// <summary>FastSeg's version.</summary>
    public required string Version { get; init; }

    /// <summary>Day of the measurement, UTC.</summary>
    public required string Date { get; init; }

    /// <summary>Where it was measured.</summary>
    public required Machine Machine { get; init; }

    /// <summary>What was applied to what, in words.</summary>
    public required string What { get; init; }

    /// <summary>Worker threads.</summary>
    public required int Threads { get; init; }

    /// <summary>What was to compute.</summary>
    public required string Backend { get; init; }

    /// <summary>Most memory that a run was allowed.</summary>
    public required long MemoryLimit { get; init; }

    /// <summary>Bytes read plus written a second by copying memory, measured.</summary>
    public required double CopyBytesPerSecond { get; init; }

    /// <summary>Bytes a pixel that a run must read and write, whatever it computes.</summary>
    public required double BytesPerPixel { get; init; }

    /// <summary>What was measured.</summary>
    public required IReadOnlyList<ScalingSeries> Series { get; init; }

    /// <summary>What the peaks are of.</summary>
    [JsonIgnore]
    public string PeakOf => Series.SelectMany(series => series.Measured).All(point => point.PeakOfRun)
        ? "the first run"
        : "warm-up and first run";

    /// <summary>Writes it whole, replacing what was there.</summary>
    public void Save(string folder) =>
        WholeFile.Write(Path.Combine(folder, FileName), [.. JsonSerializer.SerializeToUtf8Bytes(this, Json), (byte)'\n']);

    /// <summary>Reads what an earlier run has left in a folder.</summary>
    /// <exception cref="FastSegException">There is none, or it is none of ours.</exception>
    public static ScalingResult Load(string folder)
    {
        string path = Path.Combine(folder, FileName);
        byte[] bytes = WholeFile.Read(path);
        try
        {
            ScalingResult? result = JsonSerializer.Deserialize<ScalingResult>(bytes, Json);
            if (result is { Format: ThisFormat, Series: not null, Machine: not null })
            {
                return result;
            }
        }
        catch (JsonException)
        {
            // The sentence below says what would be right.
        }
        throw new FastSegException($"{path} is no result of `fastseg scaling` of this version; measure again into that folder.");
    }
}
