using System.Diagnostics;

namespace FastSeg.Perf.Drawing;

/// <summary>
/// What a stroke costs while a person draws: the rows of its pixels, new trees, and the labels of what is on the screen, of a page whose
/// other rows are kept. Every stroke is new; the median of several counts, as a person feels it, and the slowest stands beside it.
/// </summary>
internal static class InteractiveBench
{
    private const int Side = 2048, StrokePixels = 300, Strokes = 15, WarmStrokes = 6;

    private static readonly Region View = new(224, 524, 1600, 1000);

    public static void Run(PerfRun run)
    {
        foreach (int classes in (int[])[2, 3])
        {
            Measure(run, 3000, classes, 0.25);
            Measure(run, 50_000, classes, 0.65);
        }
    }

    private static void Measure(PerfRun run, int labelled, int classes, double wanted)
    {
        var scene = new StrokeScene(Side, classes);
        using var image = MemoryImage.FromMemory<byte>(scene.Pixels, Side, Side, name: scene.Name);
        using var page = new PreparedImage(image, scene.Name);
        using var training = new InteractiveTraining(256L << 20);
        scene.Draw(labelled);
        training.Train([scene.Labelled(page)], options: Options(run));
        var parts = new List<(double Gather, double Train, double Segment)>();
        for (int stroke = 0; stroke < WarmStrokes + Strokes; stroke++)
        {
            // What is drawn new is taken back elsewhere, so that as many pixels are labelled each time.
            scene.Erase(StrokePixels);
            scene.Draw(StrokePixels);
            (double, double, double) part = Once(run, training, page, scene.Labelled(page));
            if (stroke >= WarmStrokes)
            {
                parts.Add(part);
            }
        }
        double[] sums = [.. parts.Select(part => part.Gather + part.Train + part.Segment).Order()];
        string name = FormattableString.Invariant($"a stroke, {scene.Count} labelled pixels of {classes} classes, {Side} x {Side}");
        run.Add(new Quantity(
            "interactive", name, sums[sums.Length / 2], "s", FormattableString.Invariant($"{scene.Name}; slowest {sums[^1]:F3}"))
        {
            Goal = Goal.AtMost(wanted),
        });
        Add(run, $"of it gathering {StrokePixels} pixels and making the model", parts.Select(part => part.Gather));
        Add(run, "of it trees", parts.Select(part => part.Train));
        Add(run, $"of it labels of {View.Width} x {View.Height}", parts.Select(part => part.Segment));
    }

    private static ComputeOptions Options(PerfRun run) => new() { Backend = BackendKind.Cpu, Threads = run.Options.Threads };

    private static (double Gather, double Train, double Segment) Once(
        PerfRun run, InteractiveTraining training, PreparedImage page, LabelledPage drawn)
    {
        byte[] labels = new byte[View.Pixels];
        long start = Stopwatch.GetTimestamp();
        TrainingResult trained = training.Train([drawn], options: Options(run));
        double all = Stopwatch.GetElapsedTime(start).TotalSeconds;
        long mark = Stopwatch.GetTimestamp();
        new Segmenter(trained.Model).Segment(page, View, labels, options: Options(run));
        double segment = Stopwatch.GetElapsedTime(mark).TotalSeconds;
        double trees = trained.Run.Stages.Single(stage => stage.Stage == Stage.Train).Seconds;
        return (all - trees, trees, segment);
    }

    private static void Add(PerfRun run, string what, IEnumerable<double> seconds)
    {
        double[] sorted = [.. seconds.Order()];
        run.Add(new Quantity("interactive", $"  {what}", sorted[sorted.Length / 2], "s"));
    }
}
