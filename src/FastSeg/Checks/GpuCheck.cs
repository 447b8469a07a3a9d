using System.Diagnostics;
using FastSeg.Backends;
using FastSeg.Native;

namespace FastSeg.Checks;

/// <summary>
/// Compares a device with the CPU, which is itself compared with references. First the device's own rates are measured. Then its kernels
/// run family by family, and are timed beside these rates. Last come whole images: labels, probabilities, and a model trained with the
/// device, which has the bytes of the CPU's where XGBoost trained on the CPU.
/// </summary>
internal static class GpuCheck
{
    /// <summary>
    /// Sides of the whole images, on a real device and on the simulated one, where each thread of the device is one of the operating
    /// system's.
    /// </summary>
    private const int Side = 512, SimulatedSide = 40;

    /// <summary>Largest difference of a probability, except on OpenCL.</summary>
    private const double ProbabilityError = 1e-6;

    /// <summary>
    /// What is allowed on OpenCL, whose rounding may move a feature across a threshold: this part of the labels may be wrong, and a
    /// probability may be any.
    /// </summary>
    private const double OpenClWrongLabels = 0.001, AnyProbability = 1;

    /// <summary>Trees as the paper trains them, by XGBoost; where it is missing by FastSeg's own booster.</summary>
    private static readonly Lazy<TrainingOptions> Training = new(
        () => TrainingOptions.Published with { Rounds = 8, Booster = HasXgBoost() ? TreeBooster.XgBoost : TreeBooster.FastSeg });

    private static readonly (string Name, Func<GpuMeter, int, IEnumerable<BackendCheckResult>> Run)[] All =
    [
        ("device", (meter, _) => meter.Rows()),
        ("filters", GpuFilterCheck.Run),
        ("standardisation", (meter, seed) => [LocalCheck.OnDevice(meter, seed)]),
        ("forest", GpuForestCheck.Run),
        ("deep", GpuDeepCheck.Run),
        ("smoothing", GpuSmoothingCheck.Run),
        ("images", WholeImages),
    ];

    /// <summary>Names of the parts, in their order. Each may run alone, in a process of its own.</summary>
    public static IReadOnlyList<string> Parts { get; } = [.. All.Select(check => check.Name)];

    /// <summary>Runs the checks one after the other.</summary>
    /// <param name="kind">The kind of device; not auto, which may choose the CPU.</param>
    /// <param name="seed">Seed of the random input.</param>
    /// <param name="part">The part that runs; null for all of them.</param>
    /// <exception cref="FastSegException">There is no such device.</exception>
    public static IEnumerable<BackendCheckResult> Run(BackendKind kind, int seed, string? part = null)
    {
        var meter = new GpuMeter((GpuBackendFactory)BackendChoice.Choose(kind));
        return All.Where(check => part is null || check.Name == part).SelectMany(check => check.Run(meter, seed));
    }

    private static IEnumerable<BackendCheckResult> WholeImages(GpuMeter meter, int seed)
    {
        foreach (int classes in (int[])[2, 4])
        {
            foreach (BackendCheckResult result in WholeImage(classes, meter.Kind, meter.Simulated ? SimulatedSide : Side, seed))
            {
                yield return meter.Simulated ? result with { Seconds = 0 } : result;
            }
        }
    }

    private static bool HasXgBoost()
    {
        try
        {
            return XgBoost.Version is not null;
        }
        catch (FastSegException)
        {
            return false;
        }
    }

    /// <summary>Segments an image with a model of the CPU's on both, then trains with the device.</summary>
    private static IEnumerable<BackendCheckResult> WholeImage(int classes, BackendKind kind, int side, int seed)
    {
        bool mayDiffer = kind == BackendKind.OpenCl;
        using var image = MemoryImage.FromMemory<byte>(CheckScene.Samples(side, seed), side, side);
        Model model = CheckScene.Trained(side, seed, classes, Training.Value, BackendKind.Cpu);
        (byte[] map, float[] probabilities) = CheckScene.Segment(model, image, BackendKind.Cpu);
        (byte[] foundMap, float[] foundProbabilities, double seconds) = Timed(model, image, kind);
        string size = $"{side} x {side}";
        int wrong = map.Zip(foundMap).Count(pair => pair.First != pair.Second);
        double error = probabilities.Zip(foundProbabilities).Max(pair => Math.Abs((double)pair.First - pair.Second));
        yield return new BackendCheckResult(
            $"segment: wrong labels, {classes} classes", size, wrong, mayDiffer ? OpenClWrongLabels * ((double)side * side) : 0, seconds);
        yield return new BackendCheckResult(
            $"segment: probabilities, {classes} classes", size, error, mayDiffer ? AnyProbability : ProbabilityError, seconds);

        long start = Stopwatch.GetTimestamp();
        Model trained = CheckScene.Trained(side, seed, classes, Training.Value, kind);
        double took = Stopwatch.GetElapsedTime(start).TotalSeconds;
        if (trained.XgboostVersion != model.XgboostVersion)
        {
            // XGBoost trained on the device, where it grows other trees. They may miss one in a hundred scribbled pixels more than the
            // CPU's trees do.
            byte[] scribbles = CheckScene.Scribbles(side, seed, classes);
            int allowed = Missed(map, scribbles), missed = Missed(CheckScene.Segment(trained, image, BackendKind.Cpu).Map, scribbles);
            yield return new BackendCheckResult(
                $"train on the device: scribbles missed, {classes} classes", size, missed,
                allowed + (0.01 * scribbles.Count(value => value != 0)), took);
            yield break;
        }
        bool same = trained.ForestBytes.Span.SequenceEqual(model.ForestBytes.Span);
        yield return new BackendCheckResult($"train: other trees, {classes} classes", size, same ? 0 : 1, mayDiffer ? 1 : 0, took);
    }

    /// <summary>Segments twice and gives the time of the second run, when every kernel is compiled.</summary>
    private static (byte[] Map, float[] Probabilities, double Seconds) Timed(Model model, ImageReader image, BackendKind kind)
    {
        CheckScene.Segment(model, image, kind);
        long start = Stopwatch.GetTimestamp();
        (byte[] map, float[] probabilities) = CheckScene.Segment(model, image, kind);
        return (map, probabilities, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    /// <summary>How many scribbled pixels got another label.</summary>
    private static int Missed(byte[] map, byte[] scribbles) =>
        map.Zip(scribbles).Count(pair => pair.Second != 0 && pair.First != pair.Second);
}
