using System.Globalization;
using System.Text;
using FastSeg.Cli.Text;

namespace FastSeg.Cli.Scaling;

/// <summary>What was measured, as comma-separated values and as a page.</summary>
internal static class ScalingTables
{
    private static readonly string[] Titles =
    [
        "series", "side", "pixels", "seconds", "start_up", "peak_bytes", "planned_bytes", "managed_bytes",
        "planned_transformer_bytes", "read_bytes", "written_bytes", "device_bytes", "transfers", "up_bytes", "down_bytes", "backend",
        "stopped",
    ];

    /// <summary>One row a point; the stages' seconds follow in columns of their own.</summary>
    public static string Csv(ScalingResult result)
    {
        string[] stages = StageNames(result);
        var text = new StringBuilder();
        Row(text, [.. Titles, .. stages.Select(stage => $"seconds_{stage}")]);
        foreach (ScalingSeries series in result.Series)
        {
            foreach (ScalingPoint point in series.Points)
            {
                string[] cells =
                [
                    .. Cells(series.Name, point),
                    .. stages.Select(name => Number(point.Stages.FirstOrDefault(stage => stage.Name == name)?.Seconds)),
                ];
                Row(text, cells);
            }
        }
        return text.ToString();
    }

    /// <summary>The page: machine, fits, one table a series, why sizes were stopped, and the plots.</summary>
    public static string Markdown(ScalingResult result)
    {
        var text = new StringBuilder();
        text.Append("# How time and memory grow with the image\n\n").Append($"{result.What}.\n\n");
        text.Append($"- machine: {result.Machine.Processor}, {result.Machine.Cores} cores, vectors of {result.Machine.VectorBits} bits, ");
        text.Append($"{Units.Bytes(result.Machine.MemoryBytes)}; {result.Machine.System}; {result.Machine.Runtime}\n");
        text.Append($"- FastSeg {result.Version}, {result.Date}; threads: {result.Threads}; backend: {result.Backend}; ");
        text.Append($"memory limit: {Units.Bytes(result.MemoryLimit)}\n");
        text.Append(CultureInfo.InvariantCulture, $"- copying memory: {result.CopyBytesPerSecond / 1e9:0.0} GB/s read plus written\n\n");
        text.Append("Time is the median of up to three runs after two tiles to warm up, from the model in memory to the closed outputs. ");
        text.Append($"Peak is VmHWM of {result.PeakOf}. Exponents are least squares on logarithms over sizes of 1 Mpx and more, ");
        text.Append("with their standard errors.\n\n");
        text.Append("| | time grows with pixels to the | peak memory to the |\n|---|---|---|\n");
        foreach (ScalingSeries series in result.Series)
        {
            text.Append($"| {series.Name} | {Fit(series.Time)} | {Fit(series.Memory)} |\n");
        }
        foreach (ScalingSeries series in result.Series)
        {
            Append(text, series);
        }
        text.Append("\n![time against pixels](time.png)\n\n![peak memory against pixels](memory.png)\n\n![stages](stages.png)\n");
        return text.ToString();
    }

    /// <summary>Names of stages that took time anywhere, in the order in which they first come.</summary>
    public static string[] StageNames(ScalingResult result) =>
        [.. result.Series.SelectMany(series => series.Points).SelectMany(point => point.Stages).Select(stage => stage.Name).Distinct()];

    private static string Fit(PowerFit? fit) => fit is null ? "too few sizes" : $"{fit}";

    private static void Append(StringBuilder text, ScalingSeries series)
    {
        text.Append($"\n## {series.Name}\n\n");
        text.Append("| side | Mpx | seconds | Mpx/s | start-up, s | peak, MiB | planned, MiB | peak / planned ");
        text.Append("| managed, MiB | device, MiB |\n");
        text.Append("|---|---|---|---|---|---|---|---|---|---|\n");
        foreach (ScalingPoint point in series.Measured)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {point.Side} | {point.Pixels / 1e6:0.00} | {point.Seconds:0.000} ");
            text.Append(CultureInfo.InvariantCulture, $"| {point.Pixels / point.Seconds / 1e6:0.00} | {point.StartUp:0.00} ");
            text.Append(CultureInfo.InvariantCulture, $"| {Mebi(point.PeakBytes)} | {Mebi(point.PlannedBytes)} ");
            text.Append(CultureInfo.InvariantCulture, $"| {(double)point.PeakBytes / point.PlannedBytes:0.000} ");
            text.Append($"| {Mebi(point.ManagedBytes)} | {(point.Device is { } device ? Mebi(device.MemoryBytes) : "")} |\n");
        }
        foreach (ScalingPoint point in series.Points.Where(point => !point.Measured))
        {
            text.Append($"\n{point.Side} x {point.Side}: stopped here: {point.Stopped}\n");
        }
        foreach (ScalingPoint point in series.Measured.Where(point => point.Device?.Transfers is not null))
        {
            text.Append($"\n{point.Side} x {point.Side}: {Units.Count(point.Device!.Transfers!.Value)} transfers, ");
            text.Append($"{Units.Bytes(point.Device.UpBytes!.Value)} to the device and {Units.Bytes(point.Device.DownBytes!.Value)} ");
            text.Append("back, as counted in the code.\n");
        }
    }

    private static string Mebi(long bytes) => (bytes / 1048576.0).ToString("0.0", CultureInfo.InvariantCulture);

    private static IEnumerable<string> Cells(string series, ScalingPoint point)
    {
        string Measured(double value) => point.Measured ? Number(value) : "";
        return
        [
            series, Number(point.Side), Number(point.Pixels), Measured(point.Seconds), Measured(point.StartUp), Measured(point.PeakBytes),
            Measured(point.PlannedBytes), Measured(point.ManagedBytes), Measured(point.TransformerBytes), Measured(point.ReadBytes),
            Measured(point.WrittenBytes), Number(point.Device?.MemoryBytes), Number(point.Device?.Transfers), Number(point.Device?.UpBytes),
            Number(point.Device?.DownBytes), point.Backend ?? "", point.Stopped ?? "",
        ];
    }

    private static string Number(double? value) => value?.ToString("R", CultureInfo.InvariantCulture) ?? "";

    private static void Row(StringBuilder text, IReadOnlyList<string> cells) =>
        text.Append(string.Join(',', cells.Select(Quoted))).Append('\n');

    /// <summary>A cell with a comma, a quote or a line break stands in quotes, and its own quotes twice (RFC 4180).</summary>
    private static string Quoted(string cell) => cell.AsSpan().IndexOfAny(",\"\r\n") < 0
        ? cell
        : $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
