namespace FastSeg.Perf;

/// <summary>What smoothing costs a whole run: the same model with it on and off, in pairs, from memory to memory.</summary>
internal static class SmoothedJobBench
{
    /// <summary>Least speed of `segment` with the guided filter, as a share of the speed without.</summary>
    private const double WantedShare = 0.85;

    public static void Run(PerfRun run)
    {
        int side = checked((int)run.Options.Size);
        Segmenter[] segmenters = [new(DenseModel.Get(run)), new(DenseModel.Train(run, new TrainingOptions()).Model)];
        string[] names = ["dense model", "default model"];
        byte[] pixels = PerfImages.Mosaic(side);
        for (int i = 0; i < segmenters.Length; i++)
        {
            Add(run, segmenters[i], names[i], pixels, side, Smoothing.Guided(), Goal.AtLeast(WantedShare));
            Add(run, segmenters[i], names[i], pixels, side, Smoothing.Safe, null);
        }
    }

    private static void Add(PerfRun run, Segmenter segmenter, string name, byte[] pixels, int side, Smoothing smoothing, Goal? goal)
    {
        void Segment(Smoothing how)
        {
            using MemoryImage image = MemoryImage.FromMemory<byte>(pixels, side, side);
            segmenter.Segment(
                image, new SegmentOptions { Smoothing = how },
                new ComputeOptions { Backend = BackendKind.Cpu, Threads = run.Options.Threads });
        }
        var pairs = Pairs.Measure(run, () => Segment(Smoothing.None), () => Segment(smoothing));
        double speed = (double)side * side / pairs.Seconds / 1e6;
        run.Add(new Quantity(
            "job", $"segment smoothed by {smoothing.Mode.ToString().ToLowerInvariant()}, {name}", pairs.Median, "x",
            FormattableString.Invariant($"of the speed without, quartiles {pairs.Lower:F3} to {pairs.Upper:F3}; {speed:F1} Mpx/s"))
        {
            Goal = goal,
        });
    }
}
