using FastSeg.Checks;

namespace FastSeg.Perf;

/// <summary>
/// Times the classical path on a GPU, from memory to memory, and how soon a small image is done, beside what the device's memory allows.
/// Where only the simulated device is there, it prints counts instead, because a simulation has no speed: bytes over the bus, memory of the
/// device, the kernels' bytes, operations and launches, and the rates that real GPUs should reach by these counts.
/// </summary>
internal static class GpuBench
{
    private const int SmallSide = 512;

    public static void Run(PerfRun run)
    {
        GpuFound device = GpuProbe.Run()
            .FirstOrDefault(found => found.Exists && found.PassedOver.Length == 0 && found.Backend != BackendKind.Simulated)
            ?? GpuProbe.Run().First(found => found.Backend == BackendKind.Simulated);
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
    }

    private static void Counts(PerfRun run, Segmenter segmenter, MemoryImage image, ComputeOptions options)
    {
        Plan plan = segmenter.Plan(image, Outputs(segmenter, image), options: options);
        double core = plan.TileWidth * plan.TileHeight, read = (plan.TileWidth + (2.0 * plan.Halo)) * (plan.TileHeight + (2.0 * plan.Halo));
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
                    "gpu", $"PREDICTION for {gpu.Name}: {name}", gpu.PixelsPerSecond(launches, folded: false) / 1e9, "Gpx/s",
                    $"{GpuPredictions.Rates(gpu, launches)}; {counted}")
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
        double first = Seconds(() => segmenter.Segment(image, outputs, options: options));
        run.Add(new Quantity("gpu", "first run, compilation included", first, "s"));
        double seconds = run.Best(() => segmenter.Segment(image, outputs, options: options));
        string operation = $"segment, {image.Info.Width} x {image.Info.Height}, memory to memory";
        run.Add(new Measurement("gpu", operation, seconds, pixels) { BytesPerPixel = 2, Note = "dense model" });
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
        SegmentOutputs smallOutputs = Outputs(segmenter, small);
        double labelled = run.Best(() => segmenter.Segment(small, smallOutputs, options: options));
        run.Add(new Measurement("gpu", $"segment, {SmallSide} x {SmallSide}", labelled, SmallSide * SmallSide));
    }

    private static double Seconds(Action action)
    {
        long start = System.Diagnostics.Stopwatch.GetTimestamp();
        action();
        return System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static SegmentOutputs Outputs(Segmenter segmenter, MemoryImage image) => new()
    {
        Labels = MemoryWriter.Into<byte>(segmenter.LabelLayout(image.Info), new byte[image.Info.Bounds.Pixels]),
    };
}
