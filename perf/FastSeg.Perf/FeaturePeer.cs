using System.Globalization;
using System.Text.Json;

namespace FastSeg.Perf;

/// <summary>Compares the default features with those of scipy and scikit-image: the rates, and how far the numbers agree.</summary>
internal static class FeaturePeer
{
    private const int CropSide = 1024;

    /// <summary>The libraries, and what our rate over theirs is wanted to be with the preset of the paper.</summary>
    private static readonly Peer[] Peers =
    [
        new("scipy and scikit-image", "scipy", FeatureSpec.Paper.Families, null),
        new("OpenCV", "opencv", FeatureSpec.Paper.Families, Goal.AtLeast(8)),
        new("vigra", "vigra", FeatureSpec.Paper.Families & ~Families.Membrane, Goal.AtLeast(15)),
    ];

    public static void Run(PerfRun run)
    {
        (string, FeatureSpec)[] presets = [("paper", FeatureSpec.Paper), ("weka", FeatureSpec.Weka)];
        foreach ((string name, FeatureSpec spec) in presets)
        {
            double ours = Rate(run, name, spec);
            foreach (Peer peer in run.Options.Peers ? Peers : [])
            {
                bool all = peer.Families == spec.Families;
                Compare(run, name, spec, all ? ours : Rate(run, $"{name} without membrane", spec with { Families = peer.Families }), peer);
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

    private static void Compare(PerfRun run, string name, FeatureSpec spec, double ours, Peer peer)
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
        string[] arguments =
            [image, "--filters", peer.Filters, "--sigma-scale", scale, "--processes", processes, "--check", features];
        if (Python.Run(run, "features.py", arguments) is not { } found)
        {
            return;
        }
        double seconds = found.GetProperty("seconds").GetDouble(), stacked = seconds + found.GetProperty("stackSeconds").GetDouble();
        long pixels = found.GetProperty("pixels").GetInt64();
        JsonElement check = found.GetProperty("check");
        double worst = check.GetProperty("worst").GetDouble();
        // Each side may be off by its own tolerance, so that their difference may be two.
        string verdict = worst <= 2 ? "agree" : "DISAGREE", plane = spec.Names[check.GetProperty("plane").GetInt32()];
        string agreement = string.Create(
            CultureInfo.InvariantCulture, $"{verdict}: largest difference {worst:F2} of one side's tolerance, in {plane}");
        string what = $"features, {name}{(peer.Families == spec.Families ? "" : " without membrane")}";
        run.Add(new Comparison(what, $"{peer.Name}, planes left as they are", ours, pixels / seconds, agreement)
        {
            Goal = name == "paper" ? peer.Wanted : null,
        });
        run.Add(new Comparison(what, $"{peer.Name}, planes stacked for a classifier", ours, pixels / stacked, agreement));
    }

    /// <summary>A library that computes the same features.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Filters">Its name for the script.</param>
    /// <param name="Families">Which features it computes.</param>
    /// <param name="Wanted">What the ratio is wanted to be; null where nothing is.</param>
    private sealed record Peer(string Name, string Filters, Families Families, Goal? Wanted);
}
