using FastSeg.Images;
using FastSeg.Images.Samples;

namespace FastSeg.Perf;

/// <summary>
/// What standardising a page by its mean and deviation costs: the pass over it alone, and a whole run of the same forest with it on and
/// off, in pairs, from memory to memory. The pairs' page is float32 of mean 0 and deviation 1, so that both runs see the same features and
/// the forest has the same work; its statistics cost more than those of uint8.
/// </summary>
internal static class StandardisedJobBench
{
    /// <summary>Least speed of `segment` with standardisation, as a share of the speed without.</summary>
    private const double WantedShare = 0.93;

    public static void Run(PerfRun run)
    {
        int side = checked((int)run.Options.Size);
        byte[] bytes = PerfImages.Mosaic(side);
        using MemoryImage stored = MemoryImage.FromMemory<byte>(bytes, side, side);
        SampleStatistics statistics = Pass(run, stored);
        var map = SampleMap.Of(statistics);
        float[] samples = Array.ConvertAll(bytes, sample => map.Apply(sample, 1));
        using MemoryImage page = MemoryImage.FromMemory<float>(samples, side, side);
        Pass(run, page);
        Model on = DenseModel.Get(run);
        Model off = Model.Import(
            on.ForestBytes.Span, on.Features with { Standardise = Standardisation.None }, on.Channels, on.Classes, allRounds: true);
        var options = new ComputeOptions { Backend = BackendKind.Cpu, Threads = run.Options.Threads };
        var none = new SegmentOptions { Smoothing = Smoothing.None };
        void Segment(Model model) => new Segmenter(model).Segment(page, none, options);
        var pairs = Pairs.Measure(run, () => Segment(off), () => Segment(on));
        double speed = (double)side * side / pairs.Seconds / 1e6;
        run.Add(new Quantity(
            "job", "segment standardised by image, dense model", pairs.Median, "x",
            FormattableString.Invariant($"of the speed without, quartiles {pairs.Lower:F3} to {pairs.Upper:F3}; {speed:F1} Mpx/s"))
        {
            Goal = Goal.AtLeast(WantedShare),
        });
    }

    /// <summary>The pass alone; it has to read the page once.</summary>
    private static SampleStatistics Pass(PerfRun run, MemoryImage page)
    {
        var options = new ComputeOptions { Threads = run.Options.Threads };
        SampleMoments moments = default;
        double seconds = run.Best(() => moments = SampleStatisticsPass.Run(page, null, run.Options.Threads, options));
        run.Add(new Measurement("job", $"mean and deviation of {page.Info.Type.Name()}", seconds, page.Info.Bounds.Pixels)
        {
            BytesPerPixel = page.Info.PixelBytes,
        });
        return moments.Statistics;
    }
}
