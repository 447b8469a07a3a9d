using System.Diagnostics;
using FastSeg.Features;
using FastSeg.Forest;
using FastSeg.Images;
using FastSeg.Models;

namespace FastSeg.Reference;

/// <summary>
/// A device against the CPU engine, which is itself compared with scalar references: every family of filters bit for bit, then labels,
/// probabilities and a model trained with it: bit for bit too where XGBoost trained on the CPU.
/// </summary>
internal static class GpuCheck
{
    /// <summary>Sides on a real device, and on the simulated one, which has an operating system's thread for each of its own.</summary>
    private const int Side = 512, SimulatedSide = 40;

    private const double ProbabilityError = 1e-6;
    private static readonly double[] DiskSigmas = [1, 2, 4];
    private static readonly TrainingOptions Training = new() { Rounds = 8 };

    public static IEnumerable<EngineCheckResult> Run(BackendKind kind, int seed)
    {
        int side = kind == BackendKind.Simulated ? SimulatedSide : Side;
        foreach (string name in FamilyNames.All)
        {
            Families family = FamilyNames.Parse([name]);
            bool disk = (family & (Families.Mean | Families.Min | Families.Max | Families.Median)) != 0;
            yield return Family(name, FeatureSpec.Paper with { Families = family, Sigmas = disk ? DiskSigmas : FeatureSpec.Paper.Sigmas }, kind, side, seed);
        }
        foreach (int classes in (int[])[2, 4])
        {
            foreach (EngineCheckResult result in Segmentation(classes, kind, side, seed))
            {
                yield return result;
            }
        }
    }

    /// <summary>
    /// CUDA and the simulated device promise the CPU's bits. OpenCL's roots and quotients may be off by 3 and 2.5 units in the last place,
    /// and its products may be contracted: each plane gets 16 units of its largest value.
    /// </summary>
    private static EngineCheckResult Family(string name, FeatureSpec spec, BackendKind kind, int side, int seed)
    {
        byte[] samples = Samples(side, seed);
        float[] expected = Planes(spec, samples, side, BackendKind.Cpu, out _), planes = Planes(spec, samples, side, kind, out double seconds);
        double error = 0, allowed = kind == BackendKind.OpenCl ? 16 * Math.Pow(2, -24) * expected.Max(Math.Abs) : 0;
        for (int i = 0; i < planes.Length; i++)
        {
            bool same = BitConverter.SingleToInt32Bits(planes[i]) == BitConverter.SingleToInt32Bits(expected[i]);
            double difference = Math.Abs((double)planes[i] - expected[i]);
            error = Math.Max(error, same ? 0 : double.IsNaN(difference) ? double.PositiveInfinity : Math.Max(difference, double.Epsilon));
        }
        return new EngineCheckResult($"features: {name}", $"{side} x {side} x {spec.Names.Count}", error, allowed, seconds);
    }

    private static IEnumerable<EngineCheckResult> Segmentation(int classes, BackendKind kind, int side, int seed)
    {
        byte[] samples = Samples(side, seed), scribbles = [.. samples.Select((value, i) => (byte)(i % 5 == 0 ? 1 + (value * classes / 256) : 0))];
        using var image = MemoryImage.FromMemory<byte>(samples, side, side);
        using var drawn = MemoryImage.FromMemory<byte>(scribbles, side, side);
        Model Train(BackendKind backend) => Segmenter.Train([new TrainingImage(image, drawn)], training: Training, options: new RunOptions { Backend = backend }).Model;
        Model model = Train(BackendKind.Cpu);
        (byte[] map, float[] probabilities) expected = Segment(model, image, BackendKind.Cpu, out _), given = Segment(model, image, kind, out double seconds);
        string size = $"{side} x {side}";
        int wrong = expected.map.Zip(given.map).Count(pair => pair.First != pair.Second);
        double error = expected.probabilities.Zip(given.probabilities).Max(pair => Math.Abs((double)pair.First - pair.Second));
        yield return new EngineCheckResult($"segment: wrong labels, {classes} classes", size, wrong, kind == BackendKind.OpenCl ? 0.001 * map(side) : 0, seconds);
        yield return new EngineCheckResult($"segment: probabilities, {classes} classes", size, error, kind == BackendKind.OpenCl ? 1 : ProbabilityError, seconds);
        long start = Stopwatch.GetTimestamp();
        Model trained = Train(kind);
        double took = Stopwatch.GetElapsedTime(start).TotalSeconds;
        if (trained.XgboostVersion != model.XgboostVersion)
        {
            // XGBoost trained on the device: its trees are others, and must fit the scribbles as well, but for a hundredth of them.
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
    private static byte[] Samples(int side, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, side * side).Select(i =>
            (byte)Math.Clamp(255 * (0.4 + (0.2 * (Math.Sin(i % side / 9.0) + Math.Cos(i / side / 7.0))) + (0.2 * random.NextDouble())), 0, 255))];
    }

    /// <summary>Planes x side x side, computed twice: the second time counts, when everything is compiled.</summary>
    private static float[] Planes(FeatureSpec spec, byte[] samples, int side, BackendKind kind, out double seconds)
    {
        float[] planes = new float[spec.Names.Count * samples.Length];
        seconds = 0;
        for (int run = 0; run < 2; run++)
        {
            long start = Stopwatch.GetTimestamp();
            using var image = MemoryImage.FromMemory<byte>(samples, side, side);
            Segmenter.Features(
                image, spec, 1, names => MemoryWriter.Into<float>(new ImageLayout(side, side, SampleType.Float32, names.Count), planes),
                new RunOptions { Backend = kind });
            seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
        return planes;
    }
}
