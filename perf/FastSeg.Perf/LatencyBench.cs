using System.Diagnostics;
using System.Globalization;

namespace FastSeg.Perf;

/// <summary>
/// What an integrator's frame takes: features into planes, and labels, through a session. Every cell stops at 1,000 frames or 30 seconds,
/// after at least 20; a percentile is stated where at least ten frames took longer.
/// </summary>
internal static class LatencyBench
{
    /// <summary>Side of the frames that go through every door.</summary>
    private const int MiddleSide = 1024;

    /// <summary>Frames of the row that states the 99.9th percentile.</summary>
    private const int ManyFrames = 10_000;

    /// <summary>Most that a frame may take beside the engine's own rate.</summary>
    private const double FeatureShare = 1.5, SegmentShare = 1.15;

    public static void Run(PerfRun run)
    {
        Model dense = DenseModel.Get(run);
        Model scribble = ScribbleModel.Get(run);
        double features = FeatureGoal(run), segment = SegmentGoal(run, dense);
        foreach (SampleType type in (SampleType[])[SampleType.UInt8, SampleType.UInt16])
        {
            foreach (int side in (int[])[512, MiddleSide, 2048])
            {
                bool middle = side == MiddleSide && type == SampleType.UInt8;
                run.Add(Features(run, side, type) with { Wanted = middle ? features : null });
                run.Add(Segment(run, "dense", dense, side, type) with { Wanted = middle ? segment : null });
                run.Add(Segment(run, "scribble", scribble, side, type));
            }
        }
        run.Add(Segment(run, "scribble, many frames", scribble, 512, SampleType.UInt8, ManyFrames));
        Deep(run);
    }

    /// <summary>The same frames through C and Python, and with other programs' filters and XGBoost.</summary>
    public static void Doors(PerfRun run)
    {
        Model dense = DenseModel.Get(run);
        run.Add(Segment(run, "dense", dense, MiddleSide, SampleType.UInt8));
        LatencyDoors.Run(run, dense, MiddleSide);
        if (run.Options.Peers)
        {
            LatencyPeers.Run(run, dense, MiddleSide);
        }
    }

    /// <summary>Frames through a session that computes features.</summary>
    public static Latency Features(PerfRun run, int side, SampleType type)
    {
        long start = Stopwatch.GetTimestamp();
        using var session = SegmentationSession.OfFeatures(FeatureSpec.Paper, new FrameShape(side, side, type), Options(run));
        double setUp = Stopwatch.GetElapsedTime(start).TotalSeconds;
        using var frames = new LatencyFrames(side, type, (long)side * side * session.PlaneNames.Count * sizeof(float));
        (FrameMemory frame, FrameMemory planes) = (frames.Frame, frames.Planes);
        return LatencyClock.Run(Name("features", side, type), setUp, () => session.Features(frame, planes));
    }

    /// <summary>Frames through a session that segments.</summary>
    public static Latency Segment(
        PerfRun run, string what, Model model, int side, SampleType type, int most = LatencyClock.Most,
        BackendKind backend = BackendKind.Cpu)
    {
        long start = Stopwatch.GetTimestamp();
        using var session = new SegmentationSession(
            model, new FrameShape(side, side, type), Options(run) with { Backend = backend });
        double setUp = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return Segment(session, Name($"segment, {what}", side, type), setUp, most);
    }

    /// <summary>What is computed, of which frames.</summary>
    public static string Name(string what, int side, SampleType type) =>
        string.Create(CultureInfo.InvariantCulture, $"{what}, {side} x {side} {type.Name()}");

    private static Latency Segment(SegmentationSession session, string name, double setUp, int most)
    {
        using var frames = new LatencyFrames(session.Shape.Width, session.Shape.Type, (long)session.Shape.Width * session.Shape.Height);
        (FrameMemory frame, FrameMemory labels) = (frames.Frame, frames.Labels);
        return LatencyClock.Run(name, setUp, () => session.Segment(frame, labels), most);
    }

    private static FrameOptions Options(PerfRun run) => new() { Threads = run.Options.Threads, Backend = BackendKind.Cpu };

    /// <summary>
    /// What 58 planes of a frame may take: one and a half times the time at the rate at which planes are dropped, and of writing them at
    /// the bandwidth of a copy, which reads as much as it writes.
    /// </summary>
    private static double FeatureGoal(PerfRun run)
    {
        using var image = MemoryImage.FromMemory<byte>(PerfImages.Mosaic(run.Options.Size), run.Options.Size, run.Options.Size);
        using var bank = new BankRunner(image, FeatureSpec.Paper, run.Options.Threads);
        double rate = run.Options.Size * run.Options.Size / run.Best(() => bank.Run(default(BankRunner.Drop)));
        const double Pixels = MiddleSide * MiddleSide;
        double bytes = Pixels * FeatureSpec.Paper.Names.Count * sizeof(float);
        return FeatureShare * ((Pixels / rate) + (bytes / (run.Bounds.BytesPerSecond / 2)));
    }

    /// <summary>What the labels of a frame may take, given how long a large image's take in memory.</summary>
    private static double SegmentGoal(PerfRun run, Model dense)
    {
        long side = run.Options.Size;
        using var image = MemoryImage.FromMemory<byte>(PerfImages.Mosaic(side), side, side);
        var segmenter = new Segmenter(dense);
        var options = new ComputeOptions { Threads = run.Options.Threads, Backend = BackendKind.Cpu };
        double seconds = run.Best(() => segmenter.Segment(image, options: options));
        return SegmentShare * seconds * MiddleSide * MiddleSide / (side * side);
    }

    /// <summary>Frames of a model with the box's transformer features.</summary>
    private static void Deep(PerfRun run)
    {
        string folder = Path.Combine(Repository.Root, "models", "fastseg-vit-tiny-8-int8");
        using Backbone backbone = Backbone.Open(folder, 1);
        Model model = DenseModel.Train(run, new TrainingOptions(), new DeepOptions(backbone)).Model;
        foreach (int side in (int[])[512, MiddleSide])
        {
            long start = Stopwatch.GetTimestamp();
            var shape = new FrameShape(side, side, SampleType.UInt8);
            using var session = new SegmentationSession(model, shape, Options(run), backbone);
            double setUp = Stopwatch.GetElapsedTime(start).TotalSeconds;
            run.Add(Segment(session, Name("segment, deep", side, SampleType.UInt8), setUp, LatencyClock.Most));
        }
    }
}
