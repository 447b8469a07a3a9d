using System.Globalization;
using System.Text.Json;

namespace FastSeg.Perf;

/// <summary>
/// Compares the default features with those of scipy and scikit-image, OpenCV and vigra: how far the numbers agree, and the rates, in
/// turns of one run each. Ours are of an image of <see cref="PerfOptions.Size"/>, theirs of one that suits their caches better.
/// </summary>
internal static class FeaturePeer
{
    private const int CropSide = 1024;

    /// <summary>
    /// The libraries, and what our rate over theirs is wanted to be with the preset of the paper. OpenCV comes three times: its kernels for
    /// the membrane's lines, as one would write it; sums of shifts for them, as it is fastest; and without lines, for want of a filter.
    /// </summary>
    private static readonly Peer[] Peers =
    [
        new("scipy and scikit-image", "scipy", "filter2d", FeatureSpec.Paper.Families, null),
        new("OpenCV, lines by filter2D", "opencv", "filter2d", FeatureSpec.Paper.Families, Goal.AtLeast(8)),
        new("OpenCV, lines as sums of shifts", "opencv", "shifts", FeatureSpec.Paper.Families, Goal.AtLeast(8)),
        new("OpenCV", "opencv", "none", FeatureSpec.Paper.Families & ~Families.Membrane, Goal.AtLeast(8)),
        new("vigra", "vigra", "none", FeatureSpec.Paper.Families & ~Families.Membrane, Goal.AtLeast(15)),
    ];

    public static void Run(PerfRun run)
    {
        (string, FeatureSpec)[] presets = [("paper", FeatureSpec.Paper), ("weka", FeatureSpec.Weka)];
        foreach ((string name, FeatureSpec spec) in presets)
        {
            foreach (IGrouping<Families, Peer> peers in Peers.GroupBy(peer => peer.Families))
            {
                bool all = peers.Key == spec.Families;
                if (all || run.Options.Peers)
                {
                    Compare(
                        run, all ? name : $"{name} without membrane", spec with { Families = peers.Key },
                        [.. peers.Where(_ => run.Options.Peers)], wanted: name == "paper");
                }
            }
        }
    }

    private static void Compare(PerfRun run, string name, FeatureSpec spec, Peer[] peers, bool wanted)
    {
        long side = run.Options.Size;
        using var image = MemoryImage.FromMemory<byte>(PerfImages.Mosaic(side), side, side);
        using var bank = new BankRunner(image, spec, run.Options.Threads);
        void Ours() => bank.Run(default(BankRunner.Drop));
        var whole = new Measurement("features", $"{name}, {side} x {side}, planes dropped", run.Best(Ours), side * side)
        {
            BytesPerPixel = 1,
            Note = $"{spec.Names.Count} features",
        };
        run.Add(whole);
        using var files = peers.Length > 0 ? new PeerFiles(spec) : null;
        foreach (Peer peer in peers)
        {
            using TurnPeer? found = TurnPeer.Start(run, peer.Name, "features.py", Arguments(run, spec, peer, files!));
            if (found is not null)
            {
                var pairs = Pairs.Measure(run, found.Run, () => Pairs.Time(Ours));
                Add(run, name, spec, found.First, pairs, peer, wanted);
            }
        }
    }

    private static string[] Arguments(PerfRun run, FeatureSpec spec, Peer peer, PeerFiles files) =>
    [
        files.Image, "--filters", peer.Filters, "--lines", peer.Lines,
        "--sigma-scale", spec.SigmaScale.ToString(CultureInfo.InvariantCulture),
        "--processes", run.Options.Threads.ToString(CultureInfo.InvariantCulture), "--check", files.Features,
    ];

    private static void Add(PerfRun run, string name, FeatureSpec spec, JsonElement first, Pairs pairs, Peer peer, bool wanted)
    {
        double pixels = (double)run.Options.Size * run.Options.Size, times = pixels / first.GetProperty("pixels").GetInt64();
        JsonElement check = first.GetProperty("check");
        double worst = check.GetProperty("worst").GetDouble(), ours = pixels / pairs.Seconds;
        // Each side may be off by its own tolerance, so that their difference may be two.
        string verdict = worst <= 2 ? "agree" : "DISAGREE", plane = spec.Names[check.GetProperty("plane").GetInt32()];
        string agreement = string.Create(
            CultureInfo.InvariantCulture,
            $"in turns, quartiles {times * pairs.Lower:F1} to {times * pairs.Upper:F1}; {check.GetProperty("planes").GetInt32()} planes " +
                $"{verdict}: largest difference {worst:F2} of one side's tolerance, in {plane}");
        run.Add(new Comparison($"features, {name}", peer.Name, ours, ours / (times * pairs.Median), agreement)
        {
            Goal = wanted ? peer.Wanted : null,
        });
    }

    /// <summary>A library that computes the same features.</summary>
    /// <param name="Name">Its name, and how it computes lines where it can do so in two ways.</param>
    /// <param name="Filters">Its name for the script.</param>
    /// <param name="Lines">How it computes the membrane's lines, for the script.</param>
    /// <param name="Families">Which features it computes.</param>
    /// <param name="Wanted">What the ratio is wanted to be; null where nothing is.</param>
    private sealed record Peer(string Name, string Filters, string Lines, Families Families, Goal? Wanted);

    /// <summary>The image for the peers, and our features of it to compare with.</summary>
    private sealed class PeerFiles : IDisposable
    {
        private readonly ScratchFolder _folder = new();

        public PeerFiles(FeatureSpec spec)
        {
            PerfImages.SaveMosaic(Image, CropSide);
            using ImageReader reader = ImageFile.Open(Image);
            Segmenter.Features(
                reader, spec with { Standardise = Standardisation.None }, 1,
                names => ImageFile.Create(Features, new ImageLayout(CropSide, CropSide, SampleType.Float32, names.Count)));
        }

        public string Image => _folder.File("image.npy");

        public string Features => _folder.File("features.npy");

        public void Dispose() => _folder.Dispose();
    }
}
