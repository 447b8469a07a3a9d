using System.Globalization;
using System.Text.Json;
using FastSeg.Cli.Text;
using FastSeg.Files.Runs;

namespace FastSeg.Cli.Reports;

/// <summary>An image in a report.</summary>
/// <param name="Image">Its path as given.</param>
internal sealed record ReportImage(string Image)
{
    /// <summary>The SHA-256 of its file; null where it is not known.</summary>
    public string? Sha256 { get; init; }

    /// <summary>What is known of its samples, and in what they differ from the training images'.</summary>
    public ImageData? Data { get; init; }

    /// <summary>Share of pixels whose label is hardly more probable than the next class; null where that is not known.</summary>
    public double? Unsure { get; init; }

    /// <summary>Where the result went.</summary>
    public string? Output { get; init; }

    /// <summary>The share of the result that was computed; null where that is all of it.</summary>
    public RunBlock? Block { get; init; }

    /// <summary>Pixels of the result that were computed, without those of earlier starts; 0 where there is none of its own.</summary>
    public long Pixels { get; init; }

    /// <summary>Wall time.</summary>
    public double Seconds { get; init; }

    /// <summary>The images of a stack; empty where it is one image.</summary>
    public IReadOnlyList<ReportSlice> Slices { get; init; } = [];

    /// <summary>Classes with their pixels.</summary>
    public IReadOnlyList<(ModelClass Class, long Pixels)> Classes { get; init; } = [];

    /// <summary>What was done to the probabilities; null where nothing was segmented.</summary>
    public Smoothing? Smoothing { get; init; }

    /// <summary>By what each class's probability was multiplied, where the smoothing was safe.</summary>
    public IReadOnlyList<double>? ClassWeights { get; init; }

    /// <summary>Mean IoU over the truth's classes, where there was a truth.</summary>
    public double? MeanIou { get; init; }

    /// <summary>Whether the model was trained on it, where that is known.</summary>
    public bool? TrainedOn { get; init; }

    /// <summary>How its samples were standardised, where features were computed.</summary>
    public Standardisation? Standardise { get; init; }

    /// <summary>Mean and deviation of its samples, where it was standardised by them.</summary>
    public SampleStatistics? Samples { get; init; }

    /// <summary>The rows that were left out as its data bar, empty where there is none; null where none was looked for.</summary>
    public Region? DataBar { get; init; }

    /// <summary>What makes its result doubtful, where that is not said elsewhere.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Why it failed, if it did.</summary>
    public string? Failure { get; init; }

    /// <summary>Writes it as one JSON object, without the members that are not known.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("image", Image);
        if (Sha256 is not null)
        {
            json.WriteString("sha256", Sha256);
        }
        if (Data is not null)
        {
            WriteData(json, Data);
        }
        if (Output is not null)
        {
            json.WriteString("output", Output);
        }
        if (Block is not null)
        {
            json.WriteString("block", string.Create(CultureInfo.InvariantCulture, $"{Block.Number}/{Block.Count}"));
        }
        if (Failure is not null)
        {
            json.WriteString("error", Failure);
        }
        WriteWarnings(json);
        if (Pixels > 0)
        {
            json.WriteNumber("pixels", Pixels);
            json.WriteNumber("seconds", Seconds);
        }
        if (Standardise is { } mode)
        {
            json.WriteString("standardise", mode.ToString().ToLowerInvariant());
        }
        if (Samples is { } samples)
        {
            json.WriteNumber("mean", samples.Mean);
            json.WriteNumber("deviation", samples.Deviation);
        }
        if (DataBar is { } bar)
        {
            json.WriteStartArray("dataBar");
            foreach (long row in bar.IsEmpty ? (long[])[] : [bar.Y, bar.Bottom - 1])
            {
                json.WriteNumberValue(row);
            }
            json.WriteEndArray();
        }
        if (Unsure is { } unsure)
        {
            json.WriteNumber("unsure", unsure);
        }
        if (MeanIou is { } iou)
        {
            json.WriteNumber("meanIou", iou);
        }
        if (TrainedOn is { } trained)
        {
            json.WriteBoolean("trainedOn", trained);
        }
        if (Classes.Count > 0)
        {
            WriteClasses(json);
        }
        if (Slices.Count > 0)
        {
            json.WriteStartArray("slices");
            foreach (ReportSlice slice in Slices)
            {
                slice.Write(json);
            }
            json.WriteEndArray();
        }
        if (Smoothing is not null)
        {
            json.WriteString("smoothing", SmoothingText.Of(Smoothing));
        }
        if (ClassWeights is not null)
        {
            json.WriteStartArray("classWeights");
            foreach (double weight in ClassWeights)
            {
                json.WriteNumberValue(weight);
            }
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }

    private void WriteWarnings(Utf8JsonWriter json)
    {
        if (Warnings.Count > 0)
        {
            json.WriteStartArray("warnings");
            foreach (string warning in Warnings)
            {
                json.WriteStringValue(warning);
            }
            json.WriteEndArray();
        }
    }

    private static void WriteData(Utf8JsonWriter json, ImageData data)
    {
        json.WriteStartObject("data");
        json.WriteString("type", data.Type.Name());
        json.WriteString("channels", data.Kind.ToString().ToLowerInvariant());
        json.WriteNumber("low", data.Low);
        json.WriteNumber("high", data.High);
        json.WriteNumber("mean", data.Mean);
        json.WriteNumber("deviation", data.Deviation);
        json.WriteNumber("atLeast", data.AtLeast);
        json.WriteNumber("atMost", data.AtMost);
        json.WriteString("doubts", data.Doubts.ToString().ToLowerInvariant());
        json.WriteEndObject();
    }

    private void WriteClasses(Utf8JsonWriter json)
    {
        long all = Classes.Sum(entry => entry.Pixels);
        json.WriteStartArray("classes");
        foreach ((ModelClass entry, long pixels) in Classes)
        {
            json.WriteStartObject();
            json.WriteNumber("value", entry.Value);
            json.WriteString("name", entry.Name);
            json.WriteNumber("pixels", pixels);
            json.WriteNumber("fraction", all == 0 ? 0 : (double)pixels / all);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
