using System.Globalization;
using System.Text;

namespace FastSeg.Perf.Kit;

/// <summary>The page of a run: how each step went, the table of docs/gpu.md beside what was measured, and what the steps found.</summary>
internal static class KitPage
{
    /// <summary>The page's name.</summary>
    public const string FileName = "gpu.md";

    /// <summary>Names of the device's own rates.</summary>
    public const string Copying = "device: copying", MultiplyAdds = "device: multiply-adds";

    /// <summary>Tables with more rows than this are left to the step's file.</summary>
    private const int MostRows = 120;

    /// <summary>Writes the page, from what is known of the steps so far.</summary>
    public static void Write(string path, Recipe recipe, KitSettings settings, IReadOnlyList<StepReport> reports)
    {
        var text = new StringBuilder();
        string device = settings.Simulated ? "the simulated device: a dry run" : DeviceName(reports);
        text.Append(CultureInfo.InvariantCulture, $"# FastSeg on {device}\n\n");
        string commit = recipe.Commit.Length > 0 ? recipe.Commit : "unknown";
        text.Append(CultureInfo.InvariantCulture, $"Run on {DateTime.UtcNow:yyyy-MM-dd HH:mm} UTC for {settings.Minutes:0.##} minutes, ");
        text.Append(CultureInfo.InvariantCulture, $"with the kit of commit {commit}, made on {recipe.Made}.");
        text.Append(settings.Simulated ? " **No GPU took part: every rate below is a count.**\n\n" : "\n\n");
        Table(text, ["step", "state", "s", "limit, s"], reports.Select(report => (string[])
        [
            $"{report.Number}. {report.Title}", report.State, Text(report.Seconds, "0.0"), Text(report.Limit, "0"),
        ]));
        Measured(text, reports);
        foreach (StepReport report in reports.Where(report => report.State != StepReport.Waiting))
        {
            Step(text, report);
        }
        File.WriteAllText($"{path}.new", text.ToString());
        File.Move($"{path}.new", path, overwrite: true);
    }

    /// <summary>The table of docs/gpu.md, beside it what was measured and what the counts give at the device's measured rates.</summary>
    private static void Measured(StringBuilder text, IReadOnlyList<StepReport> reports)
    {
        var rates = reports.SelectMany(report => report.Found.Rates).ToDictionary(rate => rate.Key, rate => rate.Value);
        GpuModel? here = rates.TryGetValue(Copying, out double bytes) && rates.TryGetValue(MultiplyAdds, out double flops)
            ? GpuModel.Of(bytes, flops)
            : null;
        text.Append("## Counted and measured\n\nRates are Gpx/s. What is counted is a prediction, as docs/gpu.md explains it; \"counted ");
        text.Append("here\" is what the counts give at this device's measured rates of copying and of multiply-adds.\n\n");
        if (here is not null)
        {
            text.Append(CultureInfo.InvariantCulture, $"Copying {here.BytesPerSecond / 1e9:0} GB/s, read plus written; multiply-adds ");
            text.Append(CultureInfo.InvariantCulture, $"{here.FlopsPerSecond / 1e12:0.0} TFLOP/s.\n\n");
        }
        Table(text, [.. GpuPredictions.Titles, "counted here", "measured", "measured / counted"], GpuPredictions.Rows().Select(row =>
        {
            double rate = rates.GetValueOrDefault(row.Name), counted = here?.PixelsPerSecond(row.Launches) ?? 0;
            string own = here is null ? "" : GpuPredictions.Rates(here, row.Launches);
            return (string[])
            [
                .. row.Cells, own, rate > 0 ? Text(rate / 1e9, "0.###") : "not measured",
                rate > 0 && counted > 0 ? Text(rate / counted, "0.00") : "",
            ];
        }));
    }

    private static void Step(StringBuilder text, StepReport report)
    {
        text.Append(CultureInfo.InvariantCulture, $"## {report.Number}. {report.Title}\n\n");
        foreach (string sentence in report.Found.Failures.Select(failure => $"**FAILED**: {failure}")
            .Concat(report.Found.NotPossible.Select(what => $"Not possible here: {what}"))
            .Concat(report.Found.Notes))
        {
            text.Append(CultureInfo.InvariantCulture, $"- {OneLine(sentence)}\n");
        }
        text.Append('\n');
        foreach (FindingTable table in report.Found.Tables)
        {
            text.Append(CultureInfo.InvariantCulture, $"{table.Name}:\n\n");
            Table(text, table.Columns, table.Rows.Take(MostRows));
            if (table.Rows.Count > MostRows)
            {
                text.Append(CultureInfo.InvariantCulture, $"{table.Rows.Count - MostRows} more rows are in {report.FileName}.\n\n");
            }
        }
    }

    private static void Table(StringBuilder text, string[] columns, IEnumerable<string[]> rows)
    {
        text.Append(CultureInfo.InvariantCulture, $"| {string.Join(" | ", columns)} |\n|{string.Concat(columns.Select(_ => " --- |"))}\n");
        foreach (string[] row in rows)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {string.Join(" | ", row.Select(OneLine))} |\n");
        }
        text.Append('\n');
    }

    /// <summary>The name of the first accelerator.</summary>
    private static string DeviceName(IReadOnlyList<StepReport> reports) =>
        reports[0].Found.Tables.Find(table => table.Name == "Accelerators")?.Rows[0][0] ?? "a device that was not found";

    private static string OneLine(string text) => text.ReplaceLineEndings(" ").Replace('|', '/');

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
