using System.Diagnostics;
using System.Text.Json;
using FastSeg.Models;

namespace FastSeg.Cli;

/// <summary>What a command did, as --report writes it.</summary>
internal sealed class RunReport(string command, int threads)
{
    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly List<StageReport> _stages = [];
    private readonly List<ReportImage> _images = [];
    private readonly List<string> _notes = [];
    private long _pixels;
    private long _predictedPeak;

    /// <summary>XGBoost's version, where it took part.</summary>
    public string? XgboostVersion { get; set; }

    /// <summary>What computed.</summary>
    public BackendKind Backend { get; private set; } = BackendKind.Cpu;

    /// <summary>Stages so far; those of the same kind are added up.</summary>
    public IReadOnlyList<StageReport> Stages => _stages;

    /// <summary>Adds an image.</summary>
    public void Add(ReportImage image) => _images.Add(image);

    /// <summary>Keeps why something did not run on a GPU; false where that is kept already.</summary>
    public bool Note(string note)
    {
        if (_notes.Contains(note))
        {
            return false;
        }
        _notes.Add(note);
        return true;
    }

    /// <summary>Adds a run's time, pixels and planned memory.</summary>
    public void Add(RunResult run)
    {
        Backend = run.Backend;
        _pixels += run.Pixels;
        _predictedPeak = Math.Max(_predictedPeak, run.PlannedPeakBytes);
        foreach (StageReport stage in run.Stages)
        {
            Add(stage);
        }
    }

    /// <summary>Adds time to the stage of the same kind.</summary>
    public void Add(StageReport stage)
    {
        int at = _stages.FindIndex(known => known.Stage == stage.Stage);
        if (at < 0)
        {
            _stages.Add(stage);
            return;
        }
        StageReport sum = _stages[at];
        _stages[at] = sum with
        {
            Seconds = sum.Seconds + stage.Seconds,
            Pixels = sum.Pixels + stage.Pixels,
            Bytes = sum.Bytes + stage.Bytes,
        };
    }

    /// <summary>Counts pixels of work that is no engine run.</summary>
    public void AddPixels(long pixels) => _pixels += pixels;

    /// <summary>Notes a planned peak that no run came of.</summary>
    public void Plan(long peakBytes) => _predictedPeak = Math.Max(_predictedPeak, peakBytes);

    /// <summary>The report as indented UTF-8 JSON.</summary>
    public byte[] Json()
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("command", command);
            json.WriteString("version", FastSegVersion.Text);
            WriteMachine(json);
            json.WriteString("backend", Backend.Name());
            if (_notes.Count > 0)
            {
                json.WriteString("backendNote", string.Join(' ', _notes));
            }
            json.WriteNumber("threads", threads);
            json.WriteStartArray("images");
            _images.ForEach(image => image.Write(json));
            json.WriteEndArray();
            json.WriteStartArray("stages");
            _stages.ForEach(stage => Write(json, stage));
            json.WriteEndArray();
            json.WriteNumber("seconds", Stopwatch.GetElapsedTime(_start).TotalSeconds);
            json.WriteNumber("pixels", _pixels);
            json.WriteNumber("predictedPeakBytes", _predictedPeak);
            json.WriteNumber("peakBytes", ProcessMemory.Peak());
            json.WriteEndObject();
        }
        stream.WriteByte((byte)'\n');
        return stream.ToArray();
    }

    private void WriteMachine(Utf8JsonWriter json)
    {
        Machine machine = Machine.Here();
        json.WriteStartObject("machine");
        json.WriteString("processor", machine.Processor);
        json.WriteNumber("cores", machine.Cores);
        json.WriteNumber("vectorBits", machine.VectorBits);
        json.WriteNumber("memoryBytes", machine.MemoryBytes);
        json.WriteString("system", machine.System);
        json.WriteString("runtime", machine.Runtime);
        if (XgboostVersion is not null)
        {
            json.WriteString("xgboost", XgboostVersion);
        }
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, StageReport stage)
    {
        json.WriteStartObject();
        json.WriteString("name", stage.Name);
        json.WriteNumber("seconds", stage.Seconds);
        json.WriteNumber("pixels", stage.Pixels);
        json.WriteNumber("bytes", stage.Bytes);
        json.WriteEndObject();
    }
}

/// <summary>An image in a report.</summary>
/// <param name="Image">Its path as given.</param>
internal sealed record ReportImage(string Image)
{
    /// <summary>Where the result went.</summary>
    public string? Output { get; init; }

    /// <summary>Pixels of the result; 0 where there is none of its own.</summary>
    public long Pixels { get; init; }

    /// <summary>Wall time.</summary>
    public double Seconds { get; init; }

    /// <summary>Classes with their pixels.</summary>
    public IReadOnlyList<(ModelClass Class, long Pixels)> Classes { get; init; } = [];

    /// <summary>Mean IoU over the truth's classes, where there was a truth.</summary>
    public double? MeanIou { get; init; }

    /// <summary>Why it failed, if it did.</summary>
    public string? Failure { get; init; }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("image", Image);
        if (Output is not null)
        {
            json.WriteString("output", Output);
        }
        if (Failure is not null)
        {
            json.WriteString("error", Failure);
        }
        if (Pixels > 0)
        {
            json.WriteNumber("pixels", Pixels);
            json.WriteNumber("seconds", Seconds);
        }
        if (MeanIou is { } iou)
        {
            json.WriteNumber("meanIou", iou);
        }
        if (Classes.Count > 0)
        {
            WriteClasses(json);
        }
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
