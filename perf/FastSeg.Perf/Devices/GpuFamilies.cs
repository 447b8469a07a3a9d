using FastSeg.Checks;
using FastSeg.Deep.Upsamplers;
using FastSeg.Forest;
using FastSeg.Gpu;

namespace FastSeg.Perf.Devices;

/// <summary>How long a family of kernels took for an image; 0 seconds on the simulated device, whose times mean nothing.</summary>
/// <param name="Name">Its name in the table of docs/gpu.md.</param>
/// <param name="Pixels">Pixels of the image.</param>
/// <param name="Seconds">Seconds.</param>
/// <param name="Note">How it was measured.</param>
internal sealed record FamilyTime(string Name, double Pixels, double Seconds, string Note)
{
    /// <summary>Pixels a second; 0 where no time was taken.</summary>
    public double Rate => Seconds > 0 ? Pixels / Seconds : 0;
}

/// <summary>
/// Times the families of kernels that docs/gpu.md counts, on images in the device's memory: whole families as tiles run them, launch after
/// launch, the best of five batches of ten; single kernels of the filters alone.
/// </summary>
/// <param name="kind">The kind of device.</param>
/// <param name="forest">Trees of about the benchmarks' shape.</param>
internal sealed class GpuFamilies(BackendKind kind, DecisionForest forest)
{
    private const int Seed = 1, Cells = 72, SimulatedCells = 1;
    private const string WholeNote = "launch after launch", AloneNote = "each kernel alone";

    /// <summary>Names of the parts that can be measured alone. A simulation has no time for the last one.</summary>
    public static readonly string[] Parts = ["classical", "filters", "smoothing", "interpolation", "upsampler-32", "upsampler-128"];

    private readonly bool _simulated = kind == BackendKind.Simulated;

    /// <summary>What the device does at most of copying and of multiply-adds, measured; 0 on the simulated device.</summary>
    public static GpuModel Device(BackendKind kind)
    {
        GpuRates rates = null!;
        using var thread = new GpuThread(kind);
        thread.Invoke(device => rates = GpuRates.Measure(device));
        return GpuModel.Of(rates.BytesPerSecond, rates.FlopsPerSecond);
    }

    /// <summary>Measures the families of a part, each when it is asked for.</summary>
    public IEnumerable<FamilyTime> Measure(string part)
    {
        return part switch
        {
            "classical" => Classical(),
            "filters" => FilterKernels(),
            "smoothing" => OnThread(thread => [Smoothing(thread)]),
            "interpolation" => OnThread(thread =>
            [
                Enlarged(thread, "nearest, 32 planes of floats", bilinear: false),
                Enlarged(thread, "bilinear, 32 planes of floats", bilinear: true),
            ]),
            "upsampler-32" => OnThread(thread => [Upsampled(thread, 32)]),
            "upsampler-128" => _simulated ? [] : OnThread(thread => [Upsampled(thread, 128)]),
            _ => throw new FastSegException($"There is no part \"{part}\"; the parts are {string.Join(", ", Parts)}."),
        };
    }

    private FamilyTime[] OnThread(Func<GpuThread, FamilyTime[]> measure)
    {
        using var thread = new GpuThread(kind);
        return measure(thread);
    }

    /// <summary>Side of the filters' image: what 8 GiB of memory and more hold well, or what a simulation has time for.</summary>
    private int Side(GpuDevice device) => _simulated ? 24 : device.MemoryBytes >= 8L << 30 ? 2048 : 1024;

    private IEnumerable<FamilyTime> Classical()
    {
        using var thread = new GpuThread(kind);
        double pixels = 0, floats = 0;
        GpuForestCheck.Found found = null!;
        thread.Invoke(device =>
        {
            int side = Side(device);
            byte[] samples = PerfImages.Mosaic(side);
            pixels = samples.Length;
            floats = GpuFilterCheck.Planes(device, FeatureSpec.Paper, samples, side).Seconds;
            found = GpuForestCheck.Predict(device, forest, samples, side);
        });
        yield return new FamilyTime(GpuPredictions.Filters, pixels, floats, WholeNote);
        yield return new FamilyTime(GpuPredictions.IntoBins, pixels, found.FilterSeconds, WholeNote);
        yield return new FamilyTime(GpuPredictions.TreesAlone, pixels, found.ForestSeconds, $"{forest.Trees.Length} trees, with margins");
        yield return new FamilyTime(
            GpuPredictions.Classical, pixels, found.FilterSeconds + found.ForestSeconds, "the sum of the two rows above");
    }

    /// <summary>The kernels of the filters into bins, one by one.</summary>
    private IEnumerable<FamilyTime> FilterKernels()
    {
        var kernels = new TimedKernels(_simulated ? 0 : 5);
        double pixels = 0;
        using (var thread = new GpuThread(kind, kernels))
        {
            thread.Invoke(device =>
            {
                int side = Side(device);
                pixels = (double)side * side;
                GpuForestCheck.Predict(device, forest, PerfImages.Mosaic(side), side);
            });
        }
        // Each run begins with the one launch that makes floats of the samples.
        int runs = kernels.Launches($"{nameof(Kernels.Pixels)}.");
        foreach ((string name, string kernelClass, _) in GpuPredictions.FilterKernels)
        {
            yield return new FamilyTime(name, pixels, kernels.Seconds(runs, $"{kernelClass}."), AloneNote);
        }
    }

    private FamilyTime Smoothing(GpuThread thread)
    {
        var scene = new SmoothingCase(_simulated ? 24 : 1024, 3, Seed);
        double seconds = 0;
        thread.Invoke(device => seconds = GpuSmoothingCheck.Probabilities(device, scene).Seconds
            + GpuSmoothingCheck.Guides(device, scene).Seconds + GpuSmoothingCheck.Filter(device, scene).Seconds);
        return new FamilyTime(GpuPredictions.Smoothing, scene.Pixels, seconds, "probabilities, guide and filter; not the labels' launch");
    }

    private FamilyTime Enlarged(GpuThread thread, string name, bool bilinear)
    {
        int cells = _simulated ? SimulatedCells : Cells, side = cells * GpuPredictions.Patch;
        float[] values = RandomNetwork.Numbers(new Random(Seed), 32 * cells * cells);
        double seconds = 0;
        thread.Invoke(device => seconds = GpuDeepCheck.Enlarge(device, values, cells, bilinear).Seconds);
        return new FamilyTime(name, (double)side * side, seconds, WholeNote);
    }

    private FamilyTime Upsampled(GpuThread thread, int channels)
    {
        int cells = _simulated ? SimulatedCells : Cells, side = cells * GpuPredictions.Patch;
        var random = new Random(Seed);
        using var network = GpuPredictions.Network(channels, config => RandomNetwork.Tensors(config, random));
        float[] image = RandomNetwork.Samples(random, 3 * side * side), low = RandomNetwork.Numbers(random, channels * cells * cells);
        var plan = new UpsamplerPlanGpu(network, side, side, cells, cells, side, side);
        double seconds = 0;
        thread.Invoke(device => seconds = GpuDeepCheck.Upsample(device, plan, image, low, side).Seconds);
        return new FamilyTime(GpuPredictions.UpsamplerOf(channels), (double)side * side, seconds, "an image that is one tile");
    }
}
