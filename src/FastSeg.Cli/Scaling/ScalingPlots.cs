using ScottPlot;

namespace FastSeg.Cli.Scaling;

/// <summary>The plots of a run, and of two runs side by side.</summary>
internal static class ScalingPlots
{
    private const double Mebi = 1 << 20;
    private const int BarGap = 1;

    /// <summary>Draws time, memory and stages into a folder.</summary>
    public static void Save(ScalingResult result, string folder)
    {
        CurvePlot.Save(
            Path.Combine(folder, "time"), "Time of a run", "seconds",
            [
                .. result.Series.Select(series => TimeCurve(series.Name, series)),
                TimeBound(result, $"bound: memory at {Giga(result)} GB/s"),
            ]);
        CurvePlot.Save(
            Path.Combine(folder, "memory"), "Peak memory of the process", "MiB",
            [.. result.Series.SelectMany(series => MemoryCurves(series.Name, series)), Whole(result)]);
        Stages(result, Path.Combine(folder, "stages"));
    }

    /// <summary>Draws two runs into one plot of time and one of memory.</summary>
    public static void Compare(IReadOnlyList<(string Name, ScalingResult Result)> runs, string folder)
    {
        IEnumerable<(string Name, ScalingSeries Series)> all =
            runs.SelectMany(run => run.Result.Series.Select(series => ($"{run.Name}: {series.Name}", series)));
        CurvePlot.Save(
            Path.Combine(folder, "comparison_time"), "Time of a run", "seconds",
            [
                .. all.Select(one => TimeCurve(one.Name, one.Series)),
                .. runs.Select(run => TimeBound(run.Result, $"{run.Name}: bound, memory at {Giga(run.Result)} GB/s")),
            ]);
        CurvePlot.Save(
            Path.Combine(folder, "comparison_memory"), "Peak memory of the process", "MiB",
            [.. all.SelectMany(one => MemoryCurves(one.Name, one.Series))]);
    }

    private static Curve TimeCurve(string name, ScalingSeries series) => new(
        series.Time is { } fit ? $"{name}, pixels to the {fit}" : name, CurveStyle.Measured,
        [.. series.Measured.Select(point => (point.Pixels, point.Seconds))], Stopped(series));

    private static IEnumerable<Curve> MemoryCurves(string name, ScalingSeries series) =>
    [
        new Curve(
            series.Memory is { } fit ? $"{name}, pixels to the {fit}" : name, CurveStyle.Measured,
            [.. series.Measured.Select(point => (point.Pixels, point.PeakBytes / Mebi))], Stopped(series)),
        new Curve(
            $"{name}, planned", CurveStyle.Planned, [.. series.Measured.Select(point => (point.Pixels, point.PlannedBytes / Mebi))], []),
    ];

    /// <summary>What reading the image and writing the result once would take at the speed of copying.</summary>
    private static Curve TimeBound(ScalingResult result, string name) => new(
        name, CurveStyle.Bound,
        [.. Sizes(result).Select(pixels => (pixels, pixels * result.BytesPerPixel / result.CopyBytesPerSecond))], []);

    /// <summary>What holding the image and its labels whole would take.</summary>
    private static Curve Whole(ScalingResult result) => new(
        "image and labels, if held whole", CurveStyle.Bound,
        [.. Sizes(result).Select(pixels => (pixels, pixels * result.BytesPerPixel / Mebi))], []);

    private static IEnumerable<double> Sizes(ScalingResult result) =>
        result.Series.SelectMany(series => series.Measured).Select(point => point.Pixels).Distinct().Order();

    private static double[] Stopped(ScalingSeries series) =>
        [.. series.Points.Where(point => !point.Measured).Select(point => point.Pixels)];

    private static string Giga(ScalingResult result) => FormattableString.Invariant($"{result.CopyBytesPerSecond / 1e9:0}");

    /// <summary>
    /// One bar a size, or one a series at its largest size where there are several: nanoseconds a pixel by stage, one upon the other.
    /// </summary>
    private static void Stages(ScalingResult result, string stem)
    {
        (string Name, ScalingPoint Point)[] columns = result.Series.Count == 1
            ? [.. result.Series[0].Measured.Select(point => ($"{point.Side}", point))]
            : [.. result.Series.Where(series => series.Measured.Any()).Select(series => Largest(series))];
        string[] stages = ScalingTables.StageNames(result);
        Color[] colours = [.. new ScottPlot.Palettes.Category10().Colors];
        using var plot = new Plot();
        for (int column = 0; column < columns.Length; column++)
        {
            double at = 0;
            ScalingPoint point = columns[column].Point;
            foreach (StageSeconds stage in point.Stages)
            {
                double top = at + (stage.Seconds * 1e9 / point.Pixels);
                Color colour = colours[Array.IndexOf(stages, stage.Name) % colours.Length];
                plot.Add.Bar(new Bar { Position = column * BarGap, ValueBase = at, Value = top, FillColor = colour });
                at = top;
            }
        }
        plot.Title("Stages");
        plot.Axes.Left.Label.Text = "nanoseconds a pixel (busy time over threads)";
        plot.Axes.Bottom.TickGenerator = new ScottPlot.TickGenerators.NumericManual(
            [.. Enumerable.Range(0, columns.Length).Select(column => (double)column * BarGap)], [.. columns.Select(column => column.Name)]);
        plot.Axes.Margins(bottom: 0, top: 0.3);
        plot.ShowLegend(
            [
                .. stages.Select((stage, i) => new LegendItem { LabelText = stage, FillColor = colours[i % colours.Length] }),
            ],
            Alignment.UpperRight);
        CurvePlot.Save(plot, stem);
    }

    private static (string Name, ScalingPoint Point) Largest(ScalingSeries series)
    {
        ScalingPoint point = series.Measured.Last();
        return ($"{series.Name}\n{point.Side}", point);
    }
}
