using System.Globalization;
using System.Text;

namespace FastSeg.Perf;

/// <summary>Measurements as text: aligned lines for the terminal, Markdown for the results folder.</summary>
internal static class Tables
{
    private static readonly string[] MeasurementTitles =
    [
        "operation", "ms", "Mpx/s", "GB/s", "GFLOP/s", "bound Mpx/s", "of bound", "bound by", "note",
    ];
    private static readonly string[] ComparisonTitles = ["what", "peer", "ours Mpx/s", "peer Mpx/s", "ratio", "wanted", "agreement"];
    private static readonly string[] QuantityTitles = ["what", "value", "unit", "wanted", "note"];

    public static string Header => Aligned(MeasurementTitles);

    public static string Line(Measurement measurement, Bounds bounds) => Aligned(Cells(measurement, bounds));

    public static string Line(Comparison comparison) =>
        $"{comparison.Name}: {Number(comparison.Ratio)} x {comparison.Peer} " +
        $"({Mega(comparison.Ours)} against {Mega(comparison.Theirs)} Mpx/s; {comparison.Agreement}){Wanted(comparison)}";

    public static string Line(Quantity quantity) =>
        $"{quantity.Group}: {quantity.Name}: {Value(quantity)} {quantity.Unit}" +
        $"{(quantity.Note.Length == 0 ? "" : $" ({quantity.Note})")}{Wanted(quantity)}";

    /// <summary>Everything of a run, with the machine and versions above it.</summary>
    public static string Markdown(PerfRun run, IEnumerable<(string Name, string Value)> facts)
    {
        var text = new StringBuilder();
        foreach ((string name, string value) in facts)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"- {name}: {value}");
        }
        foreach ((_, string[] titles, IReadOnlyList<string[]> rows) in All(run))
        {
            Append(text, titles, rows);
        }
        return text.ToString();
    }

    /// <summary>The tables of a run: name, titles, rows.</summary>
    public static IEnumerable<(string Name, string[] Titles, IReadOnlyList<string[]> Rows)> All(PerfRun run) =>
    [
        ("Measurements", MeasurementTitles, [.. run.Measurements.Select(measurement => Cells(measurement, run.Bounds))]),
        ("Comparisons", ComparisonTitles, [.. run.Comparisons.Select(Cells)]),
        (
            "Quantities", QuantityTitles,
            [.. run.Quantities.Select(q => (string[])[$"{q.Group}: {q.Name}", Value(q), q.Unit, Text(q.Goal, q.Value), q.Note])]),
        ("Single frames, ms", LatencyTable.Titles, [.. run.Latencies.Select(LatencyTable.Cells)]),
    ];

    private static string[] Cells(Measurement measurement, Bounds bounds)
    {
        (double bound, string by) = measurement.Bound(bounds);
        return
        [
            $"{measurement.Group}: {measurement.Name}", Number(measurement.Seconds * 1e3), Mega(measurement.PixelsPerSecond),
            Giga(measurement.BytesPerSecond), Giga(measurement.FlopsPerSecond), Mega(bound),
            bound == 0 ? "" : $"{100 * measurement.PixelsPerSecond / bound:F0} %", by, measurement.Note,
        ];
    }

    private static string[] Cells(Comparison comparison) =>
    [
        comparison.Name, comparison.Peer, Mega(comparison.Ours), Mega(comparison.Theirs), Number(comparison.Ratio),
        Text(comparison.Goal, comparison.Ratio), comparison.Agreement,
    ];

    /// <summary>"at least 2.5, met"; nothing where nothing is wanted.</summary>
    private static string Text(Goal? goal, double found) => goal is null ? ""
        : string.Create(
            CultureInfo.InvariantCulture, $"at {(goal.Least ? "least" : "most")} {goal.Value}, {(goal.Met(found) ? "met" : "MISSED")}");

    private static string Wanted(Comparison comparison) =>
        comparison.Goal is null ? "" : $"; wanted: {Text(comparison.Goal, comparison.Ratio)}";

    private static string Wanted(Quantity quantity) => quantity.Goal is null ? "" : $"; wanted: {Text(quantity.Goal, quantity.Value)}";

    private static void Append(StringBuilder text, string[] titles, IReadOnlyList<string[]> rows)
    {
        if (rows.Count == 0)
        {
            return;
        }
        text.AppendLine().AppendLine($"| {string.Join(" | ", titles)} |").AppendLine($"|{string.Concat(titles.Select(_ => " --- |"))}");
        foreach (string[] row in rows)
        {
            text.AppendLine($"| {string.Join(" | ", row)} |");
        }
    }

    private static string Aligned(string[] cells)
    {
        string numbers = string.Concat(cells[1..7].Select(cell => cell.PadLeft(12)));
        return $"{cells[0],-44}{numbers}  {cells[7],-12}{cells[8]}".TrimEnd();
    }

    private static string Mega(double perSecond) => Number(perSecond / 1e6);

    private static string Giga(double perSecond) => Number(perSecond / 1e9);

    private static string Value(Quantity quantity) => quantity.Value == 0 ? "0" : Number(quantity.Value);

    /// <summary>Three significant digits; nothing for zero, which stands for "not known" here.</summary>
    private static string Number(double value)
    {
        string format = Math.Abs(value) switch
        {
            0 => "",
            < 1 => "0.000",
            < 10 => "0.00",
            < 100 => "0.0",
            _ => "0",
        };
        return format.Length == 0 ? "" : value.ToString(format, CultureInfo.InvariantCulture);
    }
}
