using System.Globalization;
using System.Text.Json;

namespace FastSeg.Perf;

/// <summary>Compares the default features with those of scipy and scikit-image: the rates, and how far the numbers agree.</summary>
internal static class FeaturePeer
{
    private const int CropSide = 1024;

    public static void Run(PerfRun run)
    {
        (string, FeatureSpec)[] presets = [("paper", FeatureSpec.Paper), ("weka", FeatureSpec.Weka)];
        foreach ((string name, FeatureSpec spec) in presets)
        {
            double ours = Rate(run, name, spec);
            if (run.Options.Peers)
            {
                Compare(run, name, spec, ours);
            }
        }
    }

    private static double Rate(PerfRun run, string name, FeatureSpec spec)
    {
        long side = run.Options.Size;
        using var image = MemoryImage.FromMemory<byte>(PerfImages.Mosaic(side), side, side);
        using var bank = new BankRunner(image, spec, run.Options.Threads);
        double seconds = run.Best(() => bank.Run(default(BankRunner.Drop)));
        var whole = new Measurement("features", $"{name}, {side} x {side}, planes dropped", seconds, side * side)
        {
            BytesPerPixel = 1,
            Note = $"{spec.Names.Count} features",
        };
        run.Add(whole);
        return whole.PixelsPerSecond;
    }

    private static void Compare(PerfRun run, string name, FeatureSpec spec, double ours)
    {
        using var folder = new ScratchFolder();
        string image = folder.File("image.npy"), features = folder.File("features.npy");
        PerfImages.SaveMosaic(image, CropSide);
        using (ImageReader reader = ImageFile.Open(image))
        {
            Segmenter.Features(
                reader,
                spec with { Standardise = Standardisation.None },
                1,
                names => ImageFile.Create(features, new ImageLayout(CropSide, CropSide, SampleType.Float32, names.Count)));
        }
        string scale = spec.SigmaScale.ToString(CultureInfo.InvariantCulture);
        string processes = run.Options.Threads.ToString(CultureInfo.InvariantCulture);
        if (Python.Run(run, "features.py", image, "--sigma-scale", scale, "--processes", processes, "--check", features) is not { } peer)
        {
            return;
        }
        double seconds = peer.GetProperty("seconds").GetDouble(), stacked = seconds + peer.GetProperty("stackSeconds").GetDouble();
        long pixels = peer.GetProperty("pixels").GetInt64();
        JsonElement check = peer.GetProperty("check");
        double worst = check.GetProperty("worst").GetDouble();
        // Each side may be off by its own tolerance, so that their difference may be two.
        string verdict = worst <= 2 ? "agree" : "DISAGREE", plane = spec.Names[check.GetProperty("plane").GetInt32()];
        string agreement = string.Create(
            CultureInfo.InvariantCulture, $"{verdict}: largest difference {worst:F2} of one side's tolerance, in {plane}");
        string what = $"features, {name}", peerName = "scipy and scikit-image";
        run.Add(new Comparison(what, $"{peerName}, planes left as they are", ours, pixels / seconds, agreement));
        run.Add(new Comparison(what, $"{peerName}, planes stacked for a classifier", ours, pixels / stacked, agreement));
    }
}
