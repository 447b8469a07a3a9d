using System.Globalization;
using FastSeg.Cli.Files;
using ScottPlot;

namespace FastSeg.Cli.Scaling;

/// <summary>Curves against pixels, both axes logarithmic, as PNG and SVG.</summary>
internal static class CurvePlot
{
    private const int Width = 900, Height = 650;

    /// <summary>More decades than this, and only powers of ten get a number.</summary>
    private const int DecadesWithSteps = 2;

    private static readonly Color[] Colours =
    [
        Color.FromHex("#1f77b4"), Color.FromHex("#d62728"), Color.FromHex("#2ca02c"), Color.FromHex("#9467bd"),
        Color.FromHex("#ff7f0e"), Color.FromHex("#17becf"), Color.FromHex("#8c564b"), Color.FromHex("#e377c2"),
    ];

    /// <summary>Draws the curves and writes both files.</summary>
    /// <param name="stem">Path of the files without their extension.</param>
    /// <param name="title">What the plot shows.</param>
    /// <param name="vertical">What the vertical axis shows, with its unit.</param>
    /// <param name="curves">The curves; nothing is drawn of one without points.</param>
    public static void Save(string stem, string title, string vertical, IReadOnlyList<Curve> curves)
    {
        using var plot = new Plot();
        int colour = -1;
        foreach (Curve curve in curves)
        {
            colour += curve.Style == CurveStyle.Measured ? 1 : 0;
            Add(plot, curve, curve.Style == CurveStyle.Bound ? Colors.Gray : Colours[Math.Max(colour, 0) % Colours.Length]);
        }
        plot.Title(title);
        plot.Axes.Bottom.Label.Text = "pixels of the image, Mpx";
        plot.Axes.Left.Label.Text = vertical;
        double[] x = [.. curves.SelectMany(curve => curve.Points.Select(point => point.Pixels).Concat(curve.Stopped)).Select(Mega)];
        double[] y = [.. curves.SelectMany(curve => curve.Points.Select(point => point.Value))];
        plot.Axes.Bottom.TickGenerator = Ticks(x);
        plot.Axes.Left.TickGenerator = Ticks(y);
        plot.ShowLegend(Edge.Bottom);
        Save(plot, stem);
    }

    /// <summary>Writes a plot as STEM.png and STEM.svg.</summary>
    public static void Save(Plot plot, string stem)
    {
        WholeFile.Write($"{stem}.png", plot.GetImageBytes(Width, Height, ImageFormat.Png));
        WholeFile.Write($"{stem}.svg", System.Text.Encoding.UTF8.GetBytes(plot.GetSvgXml(Width, Height)));
    }

    /// <summary>Values that get a tick, and their numbers: powers of ten, and between them 2 and 5 where there are few.</summary>
    internal static IReadOnlyList<(double Value, string Text)> TickValues(IReadOnlyList<double> values)
    {
        if (values.Count == 0)
        {
            return [];
        }
        int low = (int)Math.Floor(Math.Log10(values.Min())), high = (int)Math.Ceiling(Math.Log10(values.Max()));
        double[] steps = high - low > DecadesWithSteps + 1 ? [1] : [1, 2, 5];
        return
        [
            .. from decade in Enumerable.Range(low, high - low + 1)
               from step in steps
               let value = step * Math.Pow(10, decade)
               select (value, value.ToString("0.#########", CultureInfo.InvariantCulture)),
        ];
    }

    private static void Add(Plot plot, Curve curve, Color colour)
    {
        if (curve.Points.Count == 0)
        {
            return;
        }
        double[] x = [.. curve.Points.Select(point => Math.Log10(Mega(point.Pixels)))];
        double[] y = [.. curve.Points.Select(point => Math.Log10(point.Value))];
        ScottPlot.Plottables.Scatter line = plot.Add.Scatter(x, y, colour);
        line.LegendText = curve.Name;
        line.LineWidth = 2;
        line.MarkerSize = curve.Style == CurveStyle.Measured ? 8 : 0;
        line.LinePattern = curve.Style switch
        {
            CurveStyle.Planned => LinePattern.Dashed,
            CurveStyle.Bound => LinePattern.Dotted,
            _ => LinePattern.Solid,
        };
        foreach (double pixels in curve.Stopped)
        {
            double at = Math.Log10(Mega(pixels));
            plot.Add.Marker(at, y[^1], MarkerShape.Cross, 14, colour);
            ScottPlot.Plottables.Text words = plot.Add.Text("stopped here", at, y[^1]);
            words.LabelFontColor = colour;
            words.LabelAlignment = Alignment.LowerRight;
        }
    }

    private static ScottPlot.TickGenerators.NumericManual Ticks(IReadOnlyList<double> values)
    {
        IReadOnlyList<(double Value, string Text)> ticks = TickValues(values);
        return new ScottPlot.TickGenerators.NumericManual(
            [.. ticks.Select(tick => Math.Log10(tick.Value))], [.. ticks.Select(tick => tick.Text)]);
    }

    private static double Mega(double pixels) => pixels / 1e6;
}
