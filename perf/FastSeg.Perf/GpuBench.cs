using FastSeg.Checks;
using FastSeg.Perf.Devices;

namespace FastSeg.Perf;

/// <summary>
/// Times a GPU: what its memory and its lanes do at most, every family of kernels beside what is counted of it, the classical path from
/// memory to memory and from TIFF to TIFF, and how soon a small image is done. Where only the simulated device is there, it prints counts
/// instead, because a simulation has no speed: bytes over the bus, memory of the device, the kernels' bytes, operations and launches, and
/// the rates that real GPUs should reach by these counts.
/// </summary>
internal static class GpuBench
{
    private const int SmallSide = 512;

    public static void Run(PerfRun run)
    {
        GpuFound device = Device(run);
        if (device.Backend != BackendKind.Simulated)
        {
            Families(run, device.Backend, DenseModel.Get(run));
        }
        Whole(run);
    }

    /// <summary>Everything but the families of kernels.</summary>
    public static void Whole(PerfRun run)
    {
        GpuFound device = Device(run);
        PerfRun.Note($"gpu: {device.Name} {device.Details}");
        var options = new ComputeOptions { Backend = device.Backend, Threads = run.Options.Threads };
        var segmenter = new Segmenter(DenseModel.Get(run));
        int side = (int)run.Options.Size;
        byte[] pixels = PerfImages.Mosaic(side);
        using var image = MemoryImage.FromMemory<byte>(pixels, side, side);
        Counts(run, segmenter, image, options);
        if (device.Backend == BackendKind.Simulated)
        {
            PerfRun.Note($"gpu: no GPU here, so no times; what follows is counted in the code, and rates are predictions");
            Predictions(run);
            return;
        }
        Times(run, segmenter, image, options);
        run.Add(LatencyBench.Segment(
            run, $"dense, {options.Backend.Name()}", segmenter.Model, SmallSide, SampleType.UInt8, backend: options.Backend));
    }

    /// <summary>
    /// Goes on the CPU through what is timed on a GPU, so that a dry run has seen its files and images. Its times say nothing.
    /// </summary>
    public static void Rehearse(PerfRun run)
    {
        int side = (int)run.Options.Size;
        using var image = MemoryImage.FromMemory<byte>(PerfImages.Mosaic(side), side, side);
        Times(run, new Segmenter(DenseModel.Get(run)), image, new ComputeOptions { Backend = BackendKind.Cpu });
    }

    /// <summary>The first real device that can be used, or the simulated one.</summary>
    private static GpuFound Device(PerfRun run) =>
        GpuProbe.Run().FirstOrDefault(
            found => found.Exists && found.PassedOver.Length == 0 && found.Backend != BackendKind.Simulated && !run.Options.Simulated)
        ?? GpuProbe.Run().First(found => found.Backend == BackendKind.Simulated);

    /// <summary>The device's own rates, and every family of kernels beside what is counted of it at these rates.</summary>
    private static void Families(PerfRun run, BackendKind kind, Model model)
    {
        GpuModel here = GpuFamilies.Device(kind);
        run.Add(new Quantity("gpu", "device: copying", here.BytesPerSecond / 1e9, "GB/s", "read plus written"));
        run.Add(new Quantity("gpu", "device: multiply-adds", here.FlopsPerSecond / 1e12, "TFLOP/s", "two each"));
        var counted = GpuPredictions.Groups().ToDictionary(group => group.Name, group => group.Launches);
        var families = new GpuFamilies(kind, model.Forest);
        foreach (FamilyTime time in GpuFamilies.Parts.SelectMany(families.Measure))
        {
            string beside = $"counted at this device's rates: {GpuPredictions.Rates(here, counted[time.Name])}; {time.Note}";
            run.Add(new Quantity("gpu", $"kernels: {time.Name}", time.Rate / 1e9, "Gpx/s", beside));
        }
    }

    private static void Counts(PerfRun run, Segmenter segmenter, MemoryImage image, ComputeOptions options)
    {
        Plan plan = segmenter.Plan(image, Outputs(segmenter, image), options: options);
        double core = plan.TileWidth * plan.TileHeight, around = 2.0 * plan.Halo;
        double read = (plan.TileWidth + around) * (plan.TileHeight + around);
        string tiles = $"{plan.Tiles} tiles of {plan.TileWidth} x {plan.TileHeight}, two at a time";
        run.Add(new Quantity("gpu", "device memory of segment", plan.DeviceBytes / 1048576.0, "MiB", tiles));
        run.Add(new Quantity("gpu", "bytes up a pixel", read / core, "B", "samples and their halo"));
        run.Add(new Quantity("gpu", "bytes down a pixel", 1, "B", "labels"));
        IReadOnlyList<KernelCount> filters = GpuCounts.Filters(segmenter.Model.Features, sizeof(byte));
        run.Add(new Quantity("gpu", "launches a tile", filters.Sum(count => count.Launches) + 1, "", "filters and trees"));
        run.Add(new Quantity("gpu", "transfers a tile", 3, "", "samples up; labels and a flag for values that are no number down"));
    }

    private static void Predictions(PerfRun run)
    {
        foreach ((string name, IReadOnlyList<KernelCount> launches) in GpuPredictions.Groups())
        {
            double bytes = launches.Sum(count => count.Bytes), flops = launches.Sum(count => count.Flops);
            string counted = FormattableString.Invariant(
                $"{bytes:0.#} bytes and {flops:0} flops a pixel, {launches.Sum(count => count.Launches)} launches");
            foreach (GpuModel gpu in (GpuModel[])[GpuModel.H100, GpuModel.A10])
            {
                run.Add(new Quantity(
                    "gpu", $"PREDICTION for {gpu.Name}: {name}", gpu.PixelsPerSecond(launches) / 1e9, "Gpx/s", counted)
                {
                    Goal = gpu == GpuModel.H100 && GpuPredictions.Wanted.TryGetValue(name, out double wanted) ? Goal.AtLeast(wanted) : null,
                });
            }
        }
    }

    private static void Times(PerfRun run, Segmenter segmenter, MemoryImage image, ComputeOptions options)
    {
        long pixels = image.Info.Bounds.Pixels;
        SegmentOutputs outputs = Outputs(segmenter, image);
        double first = LatencyClock.Seconds(() => segmenter.Segment(image, outputs, options: options));
        run.Add(new Quantity("gpu", "first run, compilation included", first, "s"));
        double seconds = run.Best(() => segmenter.Segment(image, outputs, options: options));
        string size = $"{image.Info.Width} x {image.Info.Height}";
        run.Add(new Measurement("gpu", $"segment, {size}, memory to memory", seconds, pixels) { BytesPerPixel = 2, Note = "dense model" });
        Files(run, segmenter, options, size);
        int features = segmenter.Model.Planes;
        using var small = MemoryImage.FromMemory<byte>(PerfImages.Mosaic(SmallSide), SmallSide, SmallSide);
        float[] planes = new float[features * SmallSide * SmallSide];
        double featurised = run.Best(() => segmenter.Features(
            small,
            names => MemoryWriter.Into<float>(new ImageLayout(SmallSide, SmallSide, SampleType.Float32, names.Count), planes),
            options));
        run.Add(new Measurement("gpu", $"features, {SmallSide} x {SmallSide}, planes down", featurised, SmallSide * SmallSide)
        {
            Note = $"{features} planes",
        });
    }

    /// <summary>The mosaic as a TIFF, to a TIFF of labels.</summary>
    private static void Files(PerfRun run, Segmenter segmenter, ComputeOptions options, string size)
    {
        using var folder = new ScratchFolder();
        string image = folder.File("image.tif");
        PerfImages.SaveMosaic(image, run.Options.Size);
        double seconds = run.Best(() => JobBench.Segment(segmenter, image, folder.File("labels.tif"), options));
        run.Add(new Measurement("gpu", $"segment, {size}, TIFF to TIFF", seconds, run.Options.Size * run.Options.Size)
        {
            BytesPerPixel = 2,
            Note = "dense model",
        });
    }

    private static SegmentOutputs Outputs(Segmenter segmenter, MemoryImage image) => new()
    {
        Labels = MemoryWriter.Into<byte>(segmenter.LabelLayout(image.Info), new byte[image.Info.Bounds.Pixels]),
    };
}
