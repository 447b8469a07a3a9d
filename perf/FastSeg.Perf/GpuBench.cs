using FastSeg.Gpu;
using FastSeg.Images;

namespace FastSeg.Perf;

/// <summary>
/// The GPU engine: the classical path in memory, and how soon a small image is done, beside what memory allows. On the simulated device,
/// where nothing else is there, only what crosses the bus and what the device holds: a simulation has no speed.
/// </summary>
internal static class GpuBench
{
    private const int SmallSide = 512;

    public static void Run(PerfRun run)
    {
        GpuFound device = GpuProbe.Run().FirstOrDefault(found => found.Exists && found.PassedOver.Length == 0 && found.Backend != BackendKind.Simulated)
            ?? GpuProbe.Run().First(found => found.Backend == BackendKind.Simulated);
        PerfRun.Note($"gpu: {device.Name} {device.Details}");
        var options = new RunOptions { Backend = device.Backend, Threads = run.Options.Threads };
        var segmenter = new Segmenter(DenseModel.Get(run));
        int side = (int)run.Options.Size;
        byte[] pixels = PerfImages.Mosaic(side);
        using var image = MemoryImage.FromMemory<byte>(pixels, side, side);
        Counts(run, segmenter, image, options);
        if (device.Backend == BackendKind.Simulated)
        {
            PerfRun.Note($"gpu: no GPU here, so no times; predictions are in docs/gpu.md");
            return;
        }
        Times(run, segmenter, image, options);
    }

    private static void Counts(PerfRun run, Segmenter segmenter, MemoryImage image, RunOptions options)
    {
        Plan plan = segmenter.Plan(image, Outputs(segmenter, image), options: options);
        double core = plan.TileWidth * plan.TileHeight, read = (plan.TileWidth + (2.0 * plan.Halo)) * (plan.TileHeight + (2.0 * plan.Halo));
        run.Add(new Quantity("gpu", "device memory of segment", plan.DeviceBytes / 1048576.0, "MiB", $"{plan.Tiles} tiles of {plan.TileWidth} x {plan.TileHeight}, two at a time"));
        run.Add(new Quantity("gpu", "bytes up a pixel", read / core, "B", "samples and their halo"));
        run.Add(new Quantity("gpu", "bytes down a pixel", 1, "B", "labels"));
    }

    private static void Times(PerfRun run, Segmenter segmenter, MemoryImage image, RunOptions options)
    {
        long pixels = image.Info.Bounds.Pixels;
        SegmentOutputs outputs = Outputs(segmenter, image);
        double first = Seconds(() => segmenter.Segment(image, outputs, options: options));
        run.Add(new Quantity("gpu", "first run, compilation included", first, "s"));
        double seconds = run.Best(() => segmenter.Segment(image, outputs, options: options));
        run.Add(new Measurement("gpu", $"segment, {image.Info.Width} x {image.Info.Height}, memory to memory", seconds, pixels) { BytesPerPixel = 2, Note = "dense model" });
        int features = segmenter.Model.Planes;
        using var small = MemoryImage.FromMemory<byte>(PerfImages.Mosaic(SmallSide), SmallSide, SmallSide);
        float[] planes = new float[features * SmallSide * SmallSide];
        double featurised = run.Best(() => segmenter.Features(
            small, names => MemoryWriter.Into<float>(new ImageLayout(SmallSide, SmallSide, SampleType.Float32, names.Count), planes), options));
        run.Add(new Measurement("gpu", $"features, {SmallSide} x {SmallSide}, planes down", featurised, SmallSide * SmallSide) { Note = $"{features} planes" });
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
