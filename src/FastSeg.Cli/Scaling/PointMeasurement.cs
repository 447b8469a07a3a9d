using System.Diagnostics;
using FastSeg.Backends;
using FastSeg.Cli.Options;
using FastSeg.Cli.Sessions;
using FastSeg.Native;

namespace FastSeg.Cli.Scaling;

/// <summary>Measures one size; runs in a process of its own, whose peak memory nothing else adds to.</summary>
internal sealed class PointMeasurement(PointJob job, Session session)
{
    /// <summary>Side of the image by which an upsampler is warmed up.</summary>
    private const int WarmSide = 256;

    /// <summary>
    /// How long is waited after a warm-up, of which there are two. The runtime begins to count calls 100 ms after it has compiled nothing
    /// new, and what is called thirty times from then on is compiled again, better, by a thread of its own. Without the second warm-up a
    /// small image would be timed with first, slow code, and would share its cores with that thread.
    /// </summary>
    private const int SettlingMilliseconds = 400;

    private readonly ComputeOptions _options = session.Options(job.Memory);

    /// <summary>Loads the model, warms up, runs, and says what it took.</summary>
    public ScalingPoint Measure() => job.Upsampler is { } upsampler ? MeasureUpsampler(upsampler) : MeasureModel();

    private ScalingPoint MeasureModel()
    {
        Model model = Model.Load(job.Model!);
        using Backbone? backbone = BackboneOption.Open(session, model, job.Model!, job.Backbone);
        var segmenter = new Segmenter(model, backbone);
        double startUp = SinceStart();
        Plan first = Plan(segmenter);
        WarmUp(segmenter, first);
        WarmUp(segmenter, first);
        bool forgotten = Forget();
        Plan plan = Plan(segmenter);
        ScalingPoint point = Repeat(() => Segment(segmenter, new SegmentOptions()));
        bool counted = model.DeepFeatures is null && model.Smoothing.Equals(Smoothing.None);
        return point with
        {
            StartUp = startUp,
            PeakOfRun = forgotten,
            PlannedBytes = plan.PeakBytes,
            TransformerBytes = plan.Items.Where(item => item.Name == "transformer").Sum(item => item.Bytes),
            Device = plan.DeviceItems.Count == 0 ? null : Device(plan, point, counted),
        };
    }

    private ScalingPoint MeasureUpsampler(string upsampler)
    {
        using Backbone backbone = Backbone.Open(
            job.Backbone!, DeepFeatureOptions.NetworkThreads, BackendChoice.CudaOrdinal(session.Backend));
        session.Say(backbone.Note);
        DeepOptions deep = DeepFeatureOptions.With(new DeepOptions(backbone), upsampler);
        FeatureSpec none = FeatureSpec.Paper with { Families = Families.None };
        double startUp = SinceStart();
        RunResult Features(ImageReader image) => Segmenter.Features(
            image, none, 1,
            names => new DroppedPlanes(new ImageLayout(image.Info.Width, image.Info.Height, SampleType.Float32, names.Count)),
            _options, deep);
        for (int i = 0; i < 2; i++)
        {
            using ImageReader warm = MemoryImage.FromMemory<byte>(Noise(), WarmSide, WarmSide);
            Features(warm);
            Thread.Sleep(SettlingMilliseconds);
        }
        bool forgotten = Forget();
        long planned = 0;
        ScalingPoint point = Repeat(() =>
        {
            using ImageReader image = ImageFile.Open(job.Image);
            RunResult run = Features(image);
            planned = planned == 0 ? run.PlannedPeakBytes : planned;
            return run;
        });
        return point with { StartUp = startUp, PeakOfRun = forgotten, PlannedBytes = planned };
    }

    /// <summary>
    /// Forgets the warm-up. What is resident of it by now, its code for one, is part of the plan. Its garbage is not, nor what the C
    /// library keeps of memory that ONNX Runtime freed: the run takes it again, so that it would count twice. Nor is its peak the run's.
    /// </summary>
    /// <returns>Whether the system let it forget the peak.</returns>
    private static bool Forget()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        FreedMemory.Return();
        return ProcessMemory.ResetPeak();
    }

    private Plan Plan(Segmenter segmenter)
    {
        using ImageReader image = ImageFile.Open(job.Image);
        return segmenter.Plan(image, new PlannedOutputs { Labels = job.Output }, options: _options);
    }

    /// <summary>
    /// One tile, from file to file as in the runs, so that all code is compiled, and a device has its kernels, before anything is timed.
    /// </summary>
    private void WarmUp(Segmenter segmenter, Plan plan)
    {
        var tile = new SegmentOptions
        {
            Region = new Region(0, 0, Math.Min(job.Side, plan.TileWidth), Math.Min(job.Side, plan.TileHeight)),
        };
        Segment(segmenter, tile);
        Thread.Sleep(SettlingMilliseconds);
    }

    /// <summary>From file to file.</summary>
    private RunResult Segment(Segmenter segmenter, SegmentOptions what)
    {
        using ImageReader image = ImageFile.Open(job.Image);
        using ImageWriter labels = ImageFile.Create(job.Output, segmenter.LabelLayout(image.Info, what));
        return segmenter.Segment(image, new SegmentOutputs { Labels = labels }, what, _options);
    }

    /// <summary>Runs it some times; the one with the median time is described.</summary>
    private ScalingPoint Repeat(Func<RunResult> run)
    {
        var runs = new List<(double Seconds, RunResult Result)>();
        long peak = 0;
        do
        {
            long start = Stopwatch.GetTimestamp();
            RunResult result = run();
            runs.Add((Stopwatch.GetElapsedTime(start).TotalSeconds, result));
            peak = peak == 0 ? ProcessMemory.Peak() : peak;
        }
        while (runs.Count < PointJob.MostRuns && runs[0].Seconds <= PointJob.LongSeconds);
        (_, RunResult middle) = runs.OrderBy(one => one.Seconds).ElementAt(runs.Count / 2);
        long Bytes(Stage stage) => middle.Stages.Where(report => report.Stage == stage).Sum(report => report.Bytes);
        string? note = middle.Note;
        return new ScalingPoint(job.Side)
        {
            Seconds = Quantile.Median([.. runs.Select(one => one.Seconds)]),
            Runs = [.. runs.Select(one => one.Seconds)],
            Stages = [.. middle.Stages.Select(stage => new StageSeconds(stage.Name, stage.Seconds))],
            PeakBytes = peak,
            ManagedBytes = GC.GetTotalMemory(forceFullCollection: false),
            ReadBytes = Bytes(Stage.Read),
            WrittenBytes = Bytes(Stage.Write),
            Backend = note is null ? middle.Backend.Name() : $"{middle.Backend.Name()}: {note}",
        };
    }

    /// <summary>
    /// A tile crosses the bus three times: its samples with those around it go up; labels, and a flag of four bytes for samples that are no
    /// number, come down.
    /// </summary>
    private DeviceUse Device(Plan plan, ScalingPoint point, bool counted)
    {
        if (!counted)
        {
            return new DeviceUse(plan.DeviceBytes, null, null, null);
        }
        using ImageReader image = ImageFile.Open(job.Image);
        // Where samples are standardised by the image, it is read once more for its mean and deviation, and stays on the host.
        long host = plan.Standardise == Standardisation.Image ? (long)point.Pixels * image.Info.PixelBytes : 0;
        return new DeviceUse(
            plan.DeviceBytes, 3 * plan.Tiles, point.ReadBytes - host, (long)point.Pixels + (sizeof(int) * plan.Tiles));
    }

    private static byte[] Noise()
    {
        byte[] noise = new byte[WarmSide * WarmSide];
        new Random(1).NextBytes(noise);
        return noise;
    }

    private static double SinceStart()
    {
        using var process = Process.GetCurrentProcess();
        return (DateTime.Now - process.StartTime).TotalSeconds;
    }
}
