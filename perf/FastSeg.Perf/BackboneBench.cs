using FastSeg.Checks;
using FastSeg.Deep.Backbones;
using FastSeg.Deep.Tokens;
using FastSeg.Deep.Upsamplers;
using FastSeg.Native;
using Microsoft.ML.OnnxRuntime;

namespace FastSeg.Perf;

/// <summary>
/// The transformer: the low-resolution features of an image at both scales, and the fit of the shared PCA, against ONNX Runtime alone
/// running as many windows in a session of its own; then a page enlarged alone, and the features brought to full resolution.
/// </summary>
internal static unsafe class BackboneBench
{
    private const int Channels = 32, BandWidth = 256, BandHeight = 16;

    /// <summary>Three differences and three multiply-adds along x for each pixel, and along y for every second one.</summary>
    private const double EnlargementFlops = 9 + 4.5;

    /// <summary>The network's own speed, within a twentieth; a pass a view and a hundredth for the rest.</summary>
    private const double LeastRatio = 0.95, MostPasses = SharedPcaFit.Views * 1.01;

    /// <summary>Windows at once spare the waiting of threads for each other: a tenth, as was measured.</summary>
    private const double LeastAtOnce = 1.1;

    /// <summary>The backbone in the box.</summary>
    public static string Folder => Path.Combine(Repository.Root, "models", "fastseg-vit-tiny-8");

    public static void Run(PerfRun run)
    {
        long side = Math.Min(run.Options.Size, 1024);
        byte[] pixels = PerfImages.Mosaic(side);
        using MemoryImage image = MemoryImage.FromMemory<byte>(pixels, side, side);
        // Enlarged twice it has as many windows as the image.
        using MemoryImage half = MemoryImage.FromMemory<byte>(PerfImages.Mosaic(side / 2), side / 2, side / 2);
        long before = ProcessMemory.Resident();
        using Backbone backbone = Backbone.Open(Folder, run.Options.Threads);
        WindowPolicy policy = WindowPolicy.Of(backbone);
        var axis = new WindowAxis(LowResolutionTokens.Cells(side, backbone.Description.Patch), policy, fixedSize: false);
        long windows = axis.Count * axis.Count;

        SharedPca? projection = null;
        void Fit() => projection = SharedPcaFit.Fit(backbone, [image], InputRange.Bytes, policy, Channels, seed: 0);
        void Compute() => LowResolution.Compute(backbone, projection!, image, InputRange.Bytes, policy).Dispose();
        void ComputeScale2() => LowResolution.Compute(backbone, projection!, half, InputRange.Bytes, policy, scale: 2).Dispose();
        Fit();
        Compute();
        long held = ProcessMemory.Resident() - before;
        double[] best = WithAlone(run, backbone, axis.Size, windows, [Fit, Compute, ComputeScale2]);
        (double fit, double compute, double scale2, double pass) = (best[0], best[1], best[2], best[3] / windows);

        string size = $"{side} x {side}, {windows} windows of {axis.Size} x {axis.Size} cells";
        string name = backbone.Description.Name;
        run.Add(new Measurement("backbone", $"{name}: features, {size}", compute, side * side)
        {
            Note = FormattableString.Invariant($"{compute / windows * 1e3:F1} ms a window"),
        });
        foreach ((string page, double seconds) in (ReadOnlySpan<(string, double)>)[("", compute), (" of a page enlarged twice", scale2)])
        {
            run.Add(new Comparison(
                $"{name}: {windows} windows{page}",
                $"ONNX Runtime {OrtEnv.Instance().GetVersionString()} alone",
                side * side / seconds,
                side * side / (pass * windows),
                "the same network")
            {
                Goal = Goal.AtLeast(LeastRatio),
            });
        }
        AtOnce(run, image, projection!, compute);
        run.Add(new Quantity(
            "backbone",
            $"{name}: shared PCA, {SharedPcaFit.Views} views",
            fit / pass,
            "passes",
            FormattableString.Invariant($"{fit:F2} s; a pass alone {pass * 1e3:F1} ms"))
        {
            Goal = Goal.AtMost(MostPasses),
        });
        run.Add(new Quantity("backbone", $"{name}: memory, network and windows", held / 1048576.0, "MiB"));
        Enlarge(run, axis.Size * backbone.Description.Patch);
        Planes(run, backbone, projection!, image, policy);
        DeepMemoryBench.Segment(run);
    }

    /// <summary>As many windows at once as there are threads, each with one, against one window at a time with all threads.</summary>
    private static void AtOnce(PerfRun run, MemoryImage image, SharedPca projection, double together)
    {
        using Backbone backbone = Backbone.Open(Folder, 1);
        WindowPolicy policy = WindowPolicy.Of(backbone);
        int atOnce = backbone.WindowsAtOnce(run.Options.Threads);
        double seconds = run.Best(() =>
            LowResolution.Compute(backbone, projection, image, InputRange.Bytes, policy, atOnce: atOnce).Dispose());
        double pixels = image.Info.Bounds.Pixels;
        run.Add(new Comparison(
            $"{backbone.Description.Name}: {atOnce} windows at once, a thread each", $"one window with {atOnce} threads",
            pixels / seconds, pixels / together, "the same image")
        {
            Goal = Goal.AtLeast(LeastAtOnce),
        });
    }

    /// <summary>A page enlarged twice, as much as makes one window.</summary>
    private static void Enlarge(PerfRun run, int window)
    {
        int side = window / Enlargement.Factor;
        float[] page = new float[side * side], line = new float[Enlargement.LineFloats(window)], plane = new float[window * window];
        var random = new Random(1);
        for (int i = 0; i < page.Length; i++)
        {
            page[i] = random.NextSingle();
        }
        (Region all, Region enlarged) = (new Region(0, 0, side, side), new Region(0, 0, window, window));
        double seconds = run.Best(() =>
        {
            fixed (float* from = page, row = line, to = plane)
            {
                Enlargement.Fill(from, all, side, side, enlarged, row, to);
            }
        });
        run.Add(new Measurement("backbone", $"page enlarged to {window} x {window}, one thread", seconds, (long)window * window)
        {
            FlopsPerPixel = EnlargementFlops,
            Note = "one colour of a window; pixels of the enlarged page",
        });
    }

    /// <summary>
    /// Seconds of ours, and then of as many passes of the network as the image has windows, as ONNX Runtime's own API runs them.
    /// </summary>
    private static double[] WithAlone(PerfRun run, Backbone backbone, int cells, long passes, IReadOnlyList<Action> ours)
    {
        using var sessionOptions = new SessionOptions { IntraOpNumThreads = run.Options.Threads, InterOpNumThreads = 1 };
        using var session = new InferenceSession(backbone.GraphPath, sessionOptions);
        int side = cells * backbone.Description.Patch;
        float[] pixels = new float[3 * side * side];
        using OrtValue input = OrtValue.CreateTensorValueFromMemory(pixels, [1, 3, side, side]);
        using var options = new Microsoft.ML.OnnxRuntime.RunOptions();
        return run.Best([.. ours, Alone]);

        void Alone()
        {
            for (long pass = 0; pass < passes; pass++)
            {
                session.Run(options, [backbone.Description.Input], [input], [backbone.Description.Output]).Dispose();
            }
        }
    }

    /// <summary>Every channel at full resolution, band by band into memory that stays in cache.</summary>
    private static void Planes(PerfRun run, Backbone backbone, SharedPca projection, MemoryImage image, WindowPolicy policy)
    {
        using LowResolution map = LowResolution.Compute(backbone, projection, image, InputRange.Bytes, policy);
        using var band = new HostBuffer(Channels * BandWidth * BandHeight * sizeof(float));
        foreach (bool bilinear in (bool[])[false, true])
        {
            using var planes = new LowResolutionPlanesCpu(map, bilinear, BandWidth, BandHeight);
            double seconds = run.Best(() =>
            {
                for (long y = 0; y + BandHeight <= image.Info.Height; y += BandHeight)
                {
                    for (long x = 0; x + BandWidth <= image.Info.Width; x += BandWidth)
                    {
                        planes.Planes(x, y, BandWidth, BandHeight, (float*)band.Pointer, BandWidth, BandWidth * BandHeight);
                    }
                }
            });
            long pixels = image.Info.Height / BandHeight * BandHeight * (image.Info.Width / BandWidth * BandWidth);
            run.Add(new Measurement("backbone", $"{(bilinear ? "bilinear" : "nearest")}, {Channels} channels, one thread", seconds, pixels)
            {
                FlopsPerPixel = bilinear ? 3 * Channels : 0,
                Note = "planes stay in cache",
            });
        }
        JointBilateral(run, map, band);
    }

    /// <summary>Joint bilateral upsampling of tiles of 256 x 256 pixels, with the means of their cells.</summary>
    private static void JointBilateral(PerfRun run, LowResolution map, HostBuffer band)
    {
        const int Side = BandWidth;
        float[] image = new float[Side * Side];
        var random = new Random(1);
        for (int i = 0; i < image.Length; i++)
        {
            image[i] = (i % Side / 300f) + (0.1f * random.NextSingle());
        }
        var tile = new Region(0, 0, Side, Side);
        using var joint = new JointBilateralCpu(map, 1, Side, Side);
        double seconds = run.Best(() =>
        {
            fixed (float* guide = image)
            {
                joint.Start(new GuidanceImage(guide, 0, Side, tile), tile);
                for (int y = 0; y < Side; y += BandHeight)
                {
                    joint.Planes(new Region(0, y, Side, BandHeight), (float*)band.Pointer, BandWidth, BandWidth * BandHeight);
                }
            }
        });
        run.Add(new Measurement("backbone", $"joint bilateral, {Channels} channels, one thread", seconds, (long)Side * Side)
        {
            FlopsPerPixel = GpuCounts.JointBilateral(Channels, 1, map.Patch).Sum(count => count.Flops),
            Note = "grey; planes stay in cache",
        });
    }
}
