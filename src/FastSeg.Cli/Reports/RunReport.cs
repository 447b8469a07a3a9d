using System.Diagnostics;
using System.Text.Json;
using FastSeg.Cli.Text;

namespace FastSeg.Cli.Reports;

/// <summary>What a command did, as --report writes it.</summary>
internal sealed class RunReport(string command, int threads)
{
    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly List<StageReport> _stages = [];
    private readonly List<ReportImage> _images = [];
    private readonly List<string> _warnings = [];
    private readonly List<string> _notes = [];
    private long _pixels;
    private long _predictedPeak;
    private double _running;

    /// <summary>XGBoost's version, where it took part.</summary>
    public string? XgboostVersion { get; set; }

    /// <summary>The features that help the model most; empty where none was trained.</summary>
    public IReadOnlyList<PlaneGain> UsefulPlanes { get; set; } = [];

    /// <summary>The model that was applied; null where none was.</summary>
    public FileHash? Model { get; set; }

    /// <summary>The options as they were given.</summary>
    public IReadOnlyList<string> Options { get; set; } = [];

    /// <summary>How labelled pixels that were held out from training fared, and the model's classes.</summary>
    public (HeldOutScore Score, IReadOnlyList<ModelClass> Classes)? HeldOut { get; set; }

    /// <summary>How much of the deep features is position; null where it was not measured.</summary>
    public double? PositionalBias { get; set; }

    /// <summary>What a check of a backbone measured; null where none was checked.</summary>
    public BackboneFindings? Backbone { get; set; }

    /// <summary>The backend of the last run.</summary>
    public BackendKind Backend { get; private set; } = BackendKind.Cpu;

    /// <summary>Stages so far; those of the same kind are added up.</summary>
    public IReadOnlyList<StageReport> Stages => _stages;

    /// <summary>Adds an image that was read, or that failed.</summary>
    public void Add(ReportImage image) => _images.Add(image);

    /// <summary>Keeps the sentence why something did not run on a GPU; false where the report has it already.</summary>
    public bool Note(string note)
    {
        if (_notes.Contains(note))
        {
            return false;
        }
        _notes.Add(note);
        return true;
    }

    /// <summary>Keeps the sentence about what makes a result doubtful; false where the report has it already.</summary>
    public bool Warn(string warning)
    {
        if (_warnings.Contains(warning))
        {
            return false;
        }
        _warnings.Add(warning);
        return true;
    }

    /// <summary>Adds a run's time, pixels and planned memory.</summary>
    public void Add(RunResult run)
    {
        Backend = run.Backend;
        _pixels += run.Pixels;
        _running += run.Seconds;
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

    /// <summary>Counts pixels of work that has no <see cref="RunResult"/>.</summary>
    public void AddPixels(long pixels) => _pixels += pixels;

    /// <summary>Keeps the peak of a plan that is printed and not run.</summary>
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
            json.WriteStartArray("options");
            foreach (string option in Options)
            {
                json.WriteStringValue(option);
            }
            json.WriteEndArray();
            Model?.Write(json, "model");
            WriteMachine(json);
            json.WriteString("backend", Backend.Name());
            if (_notes.Count > 0)
            {
                json.WriteString("backendNote", string.Join(' ', _notes));
            }
            if (_warnings.Count > 0)
            {
                json.WriteStartArray("warnings");
                _warnings.ForEach(json.WriteStringValue);
                json.WriteEndArray();
            }
            json.WriteNumber("threads", threads);
            json.WriteStartArray("images");
            _images.ForEach(image => image.Write(json));
            json.WriteEndArray();
            if (HeldOut is { } held)
            {
                HeldOutText.WriteJson(json, held.Score, held.Classes);
            }
            if (UsefulPlanes.Count > 0)
            {
                UsefulText.WriteJson(json, UsefulPlanes);
            }
            Backbone?.WriteJson(json);
            if (PositionalBias is { } bias)
            {
                json.WriteNumber("positionalBias", bias);
            }
            json.WriteStartArray("stages");
            _stages.ForEach(stage => Write(json, stage));
            json.WriteEndArray();
            if (_stages.MaxBy(stage => stage.Seconds) is { } longest && _running > 0)
            {
                // Each thread takes its tiles through all stages, so the stage that keeps threads busy for longest bounds the run.
                json.WriteString("boundBy", longest.Name);
                json.WriteNumber("busy", Math.Min(1, _stages.Sum(stage => stage.Seconds) / _running));
            }
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
