namespace FastSeg.Perf.Drawing;

/// <summary>
/// FastSeg's own booster against libxgboost, in turns, on the rows of strokes on real micrographs, which are kept from one training to the
/// next. Making the model of the trees is in both.
/// </summary>
internal static class BoosterBench
{
    private const int Side = 2048;

    public static void Run(PerfRun run)
    {
        foreach (int classes in (int[])[2, 3])
        {
            Measure(run, 3000, classes);
            Measure(run, 50_000, classes);
        }
    }

    private static InteractiveTraining Training(TreeBooster booster) =>
        new(256L << 20, training: new TrainingOptions { Booster = booster });

    private static void Measure(PerfRun run, int labelled, int classes)
    {
        var scene = new StrokeScene(Side, classes);
        using var image = MemoryImage.FromMemory<byte>(scene.Pixels, Side, Side, name: scene.Name);
        using var page = new PreparedImage(image, scene.Name);
        using var library = Training(TreeBooster.XgBoost);
        using var own = Training(TreeBooster.FastSeg);
        scene.Draw(labelled);
        LabelledPage[] pages = [scene.Labelled(page)];
        var compute = new ComputeOptions { Backend = BackendKind.Cpu, Threads = run.Options.Threads };
        Pairs pairs = Pairs.Measure(run, () => library.Train(pages, options: compute), () => own.Train(pages, options: compute));
        string name = FormattableString.Invariant($"trees of {scene.Count} labelled pixels of {classes} classes");
        run.Add(new Quantity("interactive", name, pairs.Seconds, "s", scene.Name));
        run.Add(new Quantity(
            "interactive", $"  against libxgboost", pairs.Median, "x",
            FormattableString.Invariant($"quartiles {pairs.Lower:F2} to {pairs.Upper:F2}"))
        {
            Goal = Goal.AtLeast(3),
        });
    }
}
