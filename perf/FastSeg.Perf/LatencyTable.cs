using System.Globalization;

namespace FastSeg.Perf;

/// <summary>Latencies as text.</summary>
internal static class LatencyTable
{
    /// <summary>Titles of the columns; times are milliseconds.</summary>
    public static readonly string[] Titles =
    [
        "frame", "door", "frames", "p50", "p90", "p99", "p99.9", "slowest", "wanted p50", "bytes a frame", "collections", "set-up", "first",
    ];

    /// <summary>A latency's cells, in the order of the titles.</summary>
    public static string[] Cells(Latency latency) =>
    [
        latency.Name, latency.Door, Text(latency.Seconds.Count), Milliseconds(latency.Median), Milliseconds(latency.Percentile(0.9)),
        Milliseconds(latency.Percentile(0.99)), Milliseconds(latency.Percentile(0.999)), Milliseconds(latency.Slowest), Wanted(latency),
        latency.Allocated is { } bytes ? Text(bytes) : "", latency.Allocated is null ? "" : Text(latency.Collections),
        Milliseconds(latency.SetUp), Milliseconds(latency.First),
    ];

    /// <summary>A line for the terminal: each cell behind its title.</summary>
    public static string Line(Latency latency)
    {
        string[] cells = Cells(latency);
        IEnumerable<string> said =
            Enumerable.Range(2, cells.Length - 2).Where(i => cells[i].Length > 0).Select(i => $"{Titles[i]} {cells[i]}");
        return $"latency: {latency.Name}, {latency.Door}: {string.Join(", ", said)}";
    }

    private static string Wanted(Latency latency) => latency.Wanted is { } most
        ? $"at most {Milliseconds(most)}: {(latency.Median <= most ? "met" : "MISSED")}"
        : "";

    private static string Milliseconds(double? seconds) =>
        seconds is { } known and > 0 ? (1e3 * known).ToString(known < 0.01 ? "0.000" : "0.0", CultureInfo.InvariantCulture) : "";

    private static string Text(double number) => number.ToString("0.#", CultureInfo.InvariantCulture);
}
