using System.Diagnostics;
using FastSeg.Features;
using FastSeg.Forest;
using FastSeg.Images;
using FastSeg.Models;

namespace FastSeg.Reference;

/// <summary>
/// A device against the CPU engine, which is itself compared with scalar references: its kernels one family at a time, timed beside the
/// device's own rates of copying and multiply-adds; then whole tiles: labels, probabilities and a model trained with it, bit for bit too
/// where XGBoost trained on the CPU.
/// </summary>
internal static class GpuCheck
{
    /// <summary>Sides on a real device, and on the simulated one, which has an operating system's thread for each of its own.</summary>
    private const int Side = 512, SimulatedSide = 40;

    private const double ProbabilityError = 1e-6;
    private static readonly TrainingOptions Training = new() { Rounds = 8 };

    public static IEnumerable<EngineCheckResult> Run(BackendKind kind, int seed)
    {
        var meter = new GpuMeter((GpuEngine)Engines.Choose(kind));
        IEnumerable<EngineCheckResult> kernels =
            meter.Rows().Concat(GpuFilterCheck.Run(meter, seed)).Concat(GpuForestCheck.Run(meter, seed)).Concat(GpuDeepCheck.Run(meter, seed));
        foreach (EngineCheckResult result in kernels)
        {
            yield return result;
        }
        foreach (int classes in (int[])[2, 4])
        {
            foreach (EngineCheckResult result in Segmentation(classes, kind, meter.Simulated ? SimulatedSide : Side, seed))
            {
                yield return meter.Simulated ? result with { Seconds = 0 } : result;
            }
        }
    }

    private static IEnumerable<EngineCheckResult> Segmentation(int classes, BackendKind kind, int side, int seed)
    {
        byte[] samples = Samples(side, seed);
        using var image = MemoryImage.FromMemory<byte>(samples, side, side);
        Model model = Trained(side, seed, classes, Training, BackendKind.Cpu);
        (byte[] map, float[] probabilities) expected = Segment(model, image, BackendKind.Cpu, out _), given = Segment(model, image, kind, out double seconds);
        string size = $"{side} x {side}";
        int wrong = expected.map.Zip(given.map).Count(pair => pair.First != pair.Second);
        double error = expected.probabilities.Zip(given.probabilities).Max(pair => Math.Abs((double)pair.First - pair.Second));
        yield return new EngineCheckResult($"segment: wrong labels, {classes} classes", size, wrong, kind == BackendKind.OpenCl ? 0.001 * map(side) : 0, seconds);
        yield return new EngineCheckResult($"segment: probabilities, {classes} classes", size, error, kind == BackendKind.OpenCl ? 1 : ProbabilityError, seconds);
        long start = Stopwatch.GetTimestamp();
        Model trained = Trained(side, seed, classes, Training, kind);
        double took = Stopwatch.GetElapsedTime(start).TotalSeconds;
        if (trained.XgboostVersion != model.XgboostVersion)
        {
            // XGBoost trained on the device: its trees are others, and must fit the scribbles as well, but for a hundredth of them.
            byte[] scribbles = Scribbles(side, seed, classes);
            int Missed(byte[] map) => map.Zip(scribbles).Count(pair => pair.Second != 0 && pair.First != pair.Second);
            int scribbled = scribbles.Count(value => value != 0);
            yield return new EngineCheckResult(
                $"train on the device: scribbles missed, {classes} classes", size, Missed(Segment(trained, image, BackendKind.Cpu, out _).Map),
                Missed(expected.map) + (0.01 * scribbled), took);
            yield break;
        }
        bool same = trained.ForestBytes.Span.SequenceEqual(model.ForestBytes.Span);
        yield return new EngineCheckResult($"train: other trees, {classes} classes", size, same ? 0 : 1, kind == BackendKind.OpenCl ? 1 : 0, took);

        static double map(int side) => (double)side * side;
    }

    private static (byte[] Map, float[] Probabilities) Segment(Model model, ImageReader image, BackendKind kind, out double seconds)
    {
        int pixels = (int)image.Info.Bounds.Pixels;
        byte[] map = new byte[pixels];
        float[] probabilities = new float[model.Classes.Count * pixels];
        var segmenter = new Segmenter(model);
        seconds = 0;
        for (int run = 0; run < 2; run++)
        {
            long start = Stopwatch.GetTimestamp();
            segmenter.Segment(
                image,
                new SegmentOutputs
                {
                    Labels = MemoryWriter.Into<byte>(segmenter.LabelLayout(image.Info), map),
                    Probabilities = MemoryWriter.Into<float>(segmenter.ProbabilityLayout(image.Info, SampleType.Float32), probabilities),
                },
                options: new RunOptions { Backend = kind });
            seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
        return (map, probabilities);
    }

    /// <summary>Noise over a wave.</summary>
    public static byte[] Samples(int side, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, side * side).Select(i =>
            (byte)Math.Clamp(255 * (0.4 + (0.2 * (Math.Sin(i % side / 9.0) + Math.Cos(i / side / 7.0))) + (0.2 * random.NextDouble())), 0, 255))];
    }

    /// <summary>Planes x side x side by the CPU engine.</summary>
    public static float[] Planes(FeatureSpec spec, byte[] samples, int side)
    {
        float[] planes = new float[spec.Names.Count * samples.Length];
        using var image = MemoryImage.FromMemory<byte>(samples, side, side);
        Segmenter.Features(
            image, spec, 1, names => MemoryWriter.Into<float>(new ImageLayout(side, side, SampleType.Float32, names.Count), planes),
            new RunOptions { Backend = BackendKind.Cpu });
        return planes;
    }

    /// <summary>
    /// A model: every fifth pixel is labelled, by its brightness under other noise, so that no single feature tells the class and trees
    /// ask for many.
    /// </summary>
    public static Model Trained(int side, int seed, int classes, TrainingOptions training, BackendKind kind)
    {
        byte[] samples = Samples(side, seed), scribbles = Scribbles(side, seed, classes);
        using var image = MemoryImage.FromMemory<byte>(samples, side, side);
        using var drawn = MemoryImage.FromMemory<byte>(scribbles, side, side);
        return Segmenter.Train([new TrainingImage(image, drawn)], training: training, options: new RunOptions { Backend = kind }).Model;
    }

    private static byte[] Scribbles(int side, int seed, int classes) =>
        [.. Samples(side, seed + 1).Select((value, i) => (byte)(i % 5 == 0 ? 1 + (value * classes / 256) : 0))];

    /// <summary>Largest difference; any float of other bits differs, and one that is no number is off by infinity.</summary>
    public static double Error(ReadOnlySpan<float> found, ReadOnlySpan<float> expected)
    {
        double error = found.Length == expected.Length ? 0 : double.PositiveInfinity;
        for (int i = 0; i < Math.Min(found.Length, expected.Length); i++)
        {
            bool same = BitConverter.SingleToInt32Bits(found[i]) == BitConverter.SingleToInt32Bits(expected[i]);
            double difference = Math.Abs((double)found[i] - expected[i]);
            error = Math.Max(error, same ? 0 : double.IsNaN(difference) ? double.PositiveInfinity : Math.Max(difference, double.Epsilon));
        }
        return error;
    }
}
