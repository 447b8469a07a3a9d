using System.Diagnostics;

namespace FastSeg.Perf;

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
        Measure(run, 3000, 0.25);
        Measure(run, 50000, 0.65);
    }

    private static void Measure(PerfRun run, int labelled, double wanted)
    {
        var scene = new StrokeScene(Side);
        using var image = MemoryImage.FromMemory<byte>(scene.Pixels, Side, Side, name: scene.Name);
        using var page = new PreparedImage(image, scene.Name);
        using var training = new InteractiveTraining(256L << 20);
        var options = new ComputeOptions { Backend = BackendKind.Cpu, Threads = run.Options.Threads };
        byte[] labels = new byte[View.Pixels];
        var parts = new List<(double Gather, double Train, double Segment)>();
        scene.Draw(labelled - (StrokePixels * (Strokes + WarmStrokes)) < 0 ? labelled / 2 : labelled - (StrokePixels * (Strokes + WarmStrokes)));
        training.Train([scene.Labelled(page)], options: options);
        for (int stroke = 0; stroke < Strokes + WarmStrokes; stroke++)
        {
            scene.Draw(scene.Count < labelled ? Math.Min(StrokePixels, Math.Max(1, labelled - scene.Count)) : 1);
            LabelledPage drawn = scene.Labelled(page);
            long start = Stopwatch.GetTimestamp();
            TrainingResult trained = training.Train([drawn], options: options);
            double all = Stopwatch.GetElapsedTime(start).TotalSeconds;
            long mark = Stopwatch.GetTimestamp();
            new Segmenter(trained.Model).Segment(page, View, labels, options: options);
            double segment = Stopwatch.GetElapsedTime(mark).TotalSeconds;
            double grow = trained.Run.Stages.Single(stage => stage.Stage == Stage.Train).Seconds;
            if (stroke >= WarmStrokes)
            {
                parts.Add((all - grow, grow, segment));
            }
        }
        string name = $"{scene.Count} labelled pixels, {Side} x {Side} of {scene.Name}";
        double[] sums = [.. parts.Select(part => part.Gather + part.Train + part.Segment).Order()];
        run.Add(new Quantity("interactive", $"a stroke, {name}", sums[sums.Length / 2], "s", FormattableString.Invariant($"slowest {sums[^1]:F3}"))
        {
            Goal = Goal.AtMost(wanted),
        });
        void Part(string what, IEnumerable<double> seconds) =>
            run.Add(new Quantity("interactive", $"  {what}", Median(seconds), "s"));
        Part($"of it gathering {StrokePixels} pixels and making the model", parts.Select(part => part.Gather));
        Part("of it trees", parts.Select(part => part.Train));
        Part($"of it labels of {View.Width} x {View.Height}", parts.Select(part => part.Segment));
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
