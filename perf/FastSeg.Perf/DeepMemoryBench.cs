using System.Runtime.InteropServices;
using FastSeg.Deep.Weights;
using FastSeg.Tests.Deep.Upsamplers;

namespace FastSeg.Perf;

/// <summary>
/// Peak memory of deep runs, each in a process of its own: `segment` with the transformer in the box, and `upsampler run`.
/// </summary>
internal static class DeepMemoryBench
{
    private const int Channels = 32, Patch = 16;
    private const double MostSegment = 2048, MostUpsampler = 300;

    /// <summary>Trains with deep features and segments a square image.</summary>
    public static void Segment(PerfRun run)
    {
        using var folder = new ScratchFolder();
        string model = folder.File("deep.fastseg"), image = folder.File("image.tif"), backbone = BackboneBench.Folder;
        Train(run, folder, model);
        long side = run.Options.Size;
        PerfImages.SaveMosaic(image, side);
        OwnProcess own = OwnProcess.Run(run, folder, "segment", model, image, "--deep", backbone, "-o", folder.File("labels.tif"));
        run.Add(new Measurement(
            "backbone",
            $"segment deep, {side} x {side} TIFF to TIFF, own process",
            own.Seconds,
            side * side)
        {
            Note = "classical and 32 deep channels, start included",
        });
        run.Add(new Quantity(
            "backbone",
            $"peak of segment deep, {side} x {side}",
            own.PeakBytes / 1048576.0,
            "MiB",
            own.AgainstPlan)
        {
            Goal = Goal.AtMost(MostSegment),
        });
    }

    /// <summary>Trains a model with deep features of the backbone in the box.</summary>
    /// <param name="run">The run.</param>
    /// <param name="folder">Where the report goes.</param>
    /// <param name="model">The model's file.</param>
    /// <param name="more">Further options.</param>
    public static void Train(PerfRun run, ScratchFolder folder, string model, params string[] more)
    {
        string[] training = [.. PerfImages.Training.SelectMany(pair => (string[])["--image", pair.Image, "--labels", pair.Labels])];
        OwnProcess.Run(run, folder, ["train", .. training, "--deep", BackboneBench.Folder, "-o", model, .. more]);
    }

    /// <summary>Runs the upsampler alone on an image of twice the side: 8192 x 8192 unless --size says otherwise.</summary>
    public static void Upsample(PerfRun run)
    {
        int side = checked((int)run.Options.Size * 2);
        long pixels = (long)side * side, disk = (pixels * Channels * sizeof(float)) + (1L << 30);
        if (new DriveInfo(Path.GetTempPath()).AvailableFreeSpace < disk)
        {
            PerfRun.Note($"upsampler run, {side} x {side}: left out, its result needs {disk >> 30} GiB in {Path.GetTempPath()}");
            return;
        }
        using var folder = new ScratchFolder();
        string weights = folder.File("weights.safetensors"), image = folder.File("image.npy"), features = folder.File("features.npy");
        var network = new UpsamplerCase(Channels, Channels, side, side, Patch, Padding.Replicate);
        File.WriteAllBytes(
            weights,
            Safetensors.Write(
                network.Tensors(), new Dictionary<string, string> { ["config"] = UpsamplerConfigReader.ToJson(network.Config) }));
        PerfImages.SaveMosaic(image, side);
        byte[] header = FastSeg.Images.Npy.NpyHeader.Write("<f4", [Channels, network.LowHeight, network.LowWidth]);
        File.WriteAllBytes(features, [.. header, .. MemoryMarshal.AsBytes(network.Features.AsSpan())]);
        OwnProcess own = OwnProcess.Run(
            run, folder, "upsampler", "run", weights, "--image", image, "--features", features, "-o", folder.File("result.npy"));
        run.Add(new Measurement("upsampler", $"upsampler run, k = {Channels}, {side} x {side}, own process", own.Seconds, pixels)
        {
            BytesPerPixel = Channels * sizeof(float),
            Note = "npy to npy, start included",
        });
        string peak = $"peak of upsampler run, k = {Channels}, {side} x {side}";
        run.Add(new Quantity("upsampler", peak, own.PeakBytes / 1048576.0, "MiB", own.AgainstPlan)
        {
            Goal = Goal.AtMost(MostUpsampler),
        });
    }
}
