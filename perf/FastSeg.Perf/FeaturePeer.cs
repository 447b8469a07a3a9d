using System.Globalization;
using System.Text.Json;
using FastSeg.Features;
using FastSeg.Images;
using FastSeg.Native;

namespace FastSeg.Perf;

/// <summary>The default features against scipy and scikit-image: rates, and how far the numbers agree.</summary>
internal static class FeaturePeer
{
    private const int CropSide = 1024;

    public static void Run(PerfRun run)
    {
        foreach ((string name, FeatureSpec spec) in (ReadOnlySpan<(string, FeatureSpec)>)[("paper", FeatureSpec.Paper), ("weka", FeatureSpec.Weka)])
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
        var whole = new Measurement("features", $"{name}, {side} x {side}, planes dropped", run.Best(() => bank.Run(default(BankRunner.Drop))), side * side)
        {
            BytesPerPixel = 1,
            Note = $"{spec.Names.Count} features",
        };
        run.Add(whole);
        return whole.PixelsPerSecond;
    }

    private static void Compare(PerfRun run, string name, FeatureSpec spec, double ours)
    {
        string folder = Directory.CreateTempSubdirectory("fastseg-perf").FullName;
        try
        {
            string image = Path.Combine(folder, "image.npy"), features = Path.Combine(folder, "features.npy");
            byte[] crop = PerfImages.Mosaic(CropSide);
            Save(image, features, crop, spec);
            string scale = spec.SigmaScale.ToString(CultureInfo.InvariantCulture), processes = run.Options.Threads.ToString(CultureInfo.InvariantCulture);
            if (Python.Run(run, "features.py", image, "--sigma-scale", scale, "--processes", processes, "--check", features) is not { } peer)
            {
                return;
            }
            double seconds = peer.GetProperty("seconds").GetDouble(), stacked = seconds + peer.GetProperty("stackSeconds").GetDouble();
            long pixels = peer.GetProperty("pixels").GetInt64();
            JsonElement check = peer.GetProperty("check");
            double worst = check.GetProperty("worst").GetDouble();
            string agreement = string.Create(
                CultureInfo.InvariantCulture,
                $"{(worst <= 2 ? "agree" : "DISAGREE")}: largest difference {worst:F2} of one side's tolerance, in {spec.Names[check.GetProperty("plane").GetInt32()]}");
            run.Add(new Comparison($"features, {name}", "scipy and scikit-image, planes left as they are", ours, pixels / seconds, agreement));
            run.Add(new Comparison($"features, {name}", "scipy and scikit-image, planes stacked for a classifier", ours, pixels / stacked, agreement));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static unsafe void Save(string imageFile, string featureFile, byte[] crop, FeatureSpec spec)
    {
        fixed (byte* pixels = crop)
        {
            NpyFile.Write(imageFile, "|u1", [CropSide, CropSide], pixels, crop.Length);
        }
        int planes = spec.Names.Count;
        using var rows = new HostBuffer((long)CropSide * CropSide * planes * sizeof(float));
        using var image = MemoryImage.FromMemory<byte>(crop, CropSide, CropSide);
        using var bank = new BankRunner(image, spec, 1);
        bank.Run(new BankRunner.KeepRows((float*)rows.Pointer, CropSide));
        NpyFile.Write(featureFile, "<f4", [CropSide, CropSide, planes], rows.Pointer, rows.Length);
    }
}
