using System.Globalization;
using System.Text;

namespace FastSeg.Cli.Scaling;

/// <summary>Two runs size by size.</summary>
internal static class ScalingComparison
{
    /// <summary>Writes comparison.md with its plots into a folder.</summary>
    public static void Save(
        (string Name, ScalingResult Result) first, (string Name, ScalingResult Result) second, string folder)
    {
        ScalingPlots.Compare([first, second], folder);
        Files.WholeFile.Write(Path.Combine(folder, "comparison.md"), Encoding.UTF8.GetBytes(Markdown(first, second)));
    }

    /// <summary>A table of ratios: above 1 where the second takes more than the first.</summary>
    public static string Markdown((string Name, ScalingResult Result) first, (string Name, ScalingResult Result) second)
    {
        var text = new StringBuilder();
        text.Append($"# {first.Name} and {second.Name}\n\n");
        foreach ((string name, ScalingResult result) in (IEnumerable<(string, ScalingResult)>)[first, second])
        {
            text.Append($"- {name}: {result.What}; {result.Machine.Processor}, threads: {result.Threads}, backend: {result.Backend}, ");
            text.Append($"FastSeg {result.Version}, {result.Date}; peaks of {result.PeakOf}\n");
        }
        text.Append($"\nA ratio is {second.Name}'s over {first.Name}'s: above 1 where {second.Name} takes more.\n\n");
        text.Append($"| | side | {first.Name}, s | {second.Name}, s | ratio | {first.Name}, MiB | {second.Name}, MiB | ratio |\n");
        text.Append("|---|---|---|---|---|---|---|---|\n");
        foreach ((string name, ScalingPoint one, ScalingPoint other) in Pairs(first.Result, second.Result))
        {
            text.Append(CultureInfo.InvariantCulture, $"| {name} | {one.Side} | {one.Seconds:0.000} | {other.Seconds:0.000} ");
            text.Append(CultureInfo.InvariantCulture, $"| {other.Seconds / one.Seconds:0.00} | {one.PeakBytes / 1048576.0:0.0} ");
            text.Append(CultureInfo.InvariantCulture, $"| {other.PeakBytes / 1048576.0:0.0} ");
            text.Append(CultureInfo.InvariantCulture, $"| {(double)other.PeakBytes / one.PeakBytes:0.00} |\n");
        }
        text.Append("\n![time](comparison_time.png)\n\n![memory](comparison_memory.png)\n");
        return text.ToString();
    }

    /// <summary>
    /// Points of one size that both have, by series of the same name; where each run has one series, these two, whatever their names.
    /// </summary>
    private static IEnumerable<(string Name, ScalingPoint First, ScalingPoint Second)> Pairs(ScalingResult first, ScalingResult second)
    {
        bool single = first.Series.Count == 1 && second.Series.Count == 1;
        return from series in first.Series
               from other in second.Series
               where single || series.Name == other.Name
               from one in series.Measured
               from match in other.Measured
               where match.Side == one.Side
               select (series.Name == other.Name ? series.Name : $"{series.Name}, {other.Name}", one, match);
    }
}
