using FastSeg.Checks;
using FastSeg.Gpu;
using FastSeg.Native;
using NUnit.Framework;

namespace FastSeg.Tests.Runs;

/// <summary>
/// Smoothed segmentations: they are those of a float64 reference over the whole page, whatever the tiles, threads, memory, region and
/// backend; a plan counts every buffer.
/// </summary>
[TestFixture]
internal sealed class SmoothingTests
{
    private static readonly SyntheticScene Scene = new(330, 270, seed: 5), Small = new(75, 61, seed: 6), Coloured = new(52, 40, 7, 3);

    /// <summary>Every way to smooth, by what the command line calls it.</summary>
    private static readonly Dictionary<string, SegmentOptions> Ways = new()
    {
        ["guided"] = new SegmentOptions { Smoothing = Smoothing.Guided() },
        ["guided:3,0.2"] = new SegmentOptions { Smoothing = Smoothing.Guided(3, 0.2) },
        ["safe"] = new SegmentOptions { Smoothing = Smoothing.Safe },
        ["weights"] = new SegmentOptions { Smoothing = Smoothing.Safe, ClassWeights = [1.5, 1, 0.7] },
    };

    private static IEnumerable<string> WayNames => Ways.Keys;

    [TestCase("guided", false, false)]
    [TestCase("guided:3,0.2", false, true)]
    [TestCase("guided", true, false)]
    [TestCase("safe", false, false)]
    [TestCase("safe", false, true)]
    [TestCase("weights", true, true)]
    public void AWholePageEqualsTheReference(string way, bool coloured, bool masked)
    {
        SyntheticScene scene = coloured ? Coloured : Small;
        Model model = coloured ? VagueColour.Value : VagueGrey.Value;
        using MemoryImage image = scene.Image;
        byte[] mask = Mask(scene);
        using MemoryImage maskImage = MemoryImage.FromMemory<byte>(mask, scene.Width, scene.Height);
        SegmentOptions options = Ways[way] with { Mask = masked ? maskImage : null };
        SmoothedRun run = SmoothedRun.Of(model, image, options);

        SmoothedRun none = SmoothedRun.Of(model, image, new SegmentOptions { Smoothing = Smoothing.None, Mask = options.Mask });
        double[] p = Array.ConvertAll(none.Probabilities, value => (double)value);
        var reference = new SmoothedPageReference(scene.Width, scene.Height, masked ? [.. mask.Select(value => value != 0)] : null);
        double[] guide = reference.Guide(Array.ConvertAll(scene.Pixels, value => (double)value), scene.Channels);
        double[] values = reference.Guided(p, guide, options.Smoothing!.Radius, options.Smoothing.Epsilon);
        double[]? weights = null;
        if (options.Smoothing.Mode == SmoothingMode.Safe)
        {
            ushort[] q = reference.Unsure(p, values);
            weights = options.ClassWeights?.ToArray() ?? reference.Weights(p, q);
            values = Array.ConvertAll(q, value => (double)value);
        }
        Assert.That(run.Run.ClassWeights, Is.EqualTo(weights));
        int[] labels = reference.Labels(values, weights);
        double[] shares = reference.Shares(values, weights);
        AssertEqual(run, labels, shares, masked ? mask : null);
        Assert.That(run.Labels, Is.Not.EqualTo(none.Labels), "the smoothing should change something");
    }

    [TestCaseSource(nameof(WayNames))]
    public void NothingDependsOnThreadsTilesOrMemory(string way)
    {
        using MemoryImage image = Scene.Image;
        SegmentOptions options = Ways[way];
        SmoothedRun one = SmoothedRun.Of(Trained.Grey, image, options, new ComputeOptions { Threads = 1 });
        AssertSame(SmoothedRun.Of(Trained.Grey, image, options, new ComputeOptions { Threads = 5 }), one);
        AssertSame(Tight.Run(2, tight => SmoothedRun.Of(Trained.Grey, image, options, tight)), one);
        Assert.That(one.Run.ClassPixels.Sum(), Is.EqualTo(Scene.Width * Scene.Height));
        for (int c = 0; c < 3; c++)
        {
            Assert.That(one.Run.ClassPixels[c], Is.EqualTo(one.Labels.LongCount(label => label == c + 1)));
        }
    }

    [TestCaseSource(nameof(WayNames))]
    public void ARegionEqualsTheCropOfTheWhole(string way)
    {
        using MemoryImage image = Scene.Image;
        SmoothedRun whole = SmoothedRun.Of(Trained.Grey, image, Ways[way]);
        foreach (Region region in (Region[])[new(0, 0, 1, 1), new(329, 269, 1, 1), new(100, 30, 201, 199), new(250, 250, 80, 20)])
        {
            SmoothedRun part = SmoothedRun.Of(Trained.Grey, image, Ways[way] with { Region = region });
            long[] pixels = [.. Pixels(region).Select(at => (at.Y * Scene.Width) + at.X)];
            Assert.That(part.Labels, Is.EqualTo(pixels.Select(i => whole.Labels[i])), $"{region}");
            Assert.That(part.Confidence, Is.EqualTo(pixels.Select(i => whole.Confidence[i])), $"{region}");
            Assert.That(part.Run.ClassWeights, Is.EqualTo(whole.Run.ClassWeights));
            Assert.That(part.Run.Pixels, Is.EqualTo(region.Pixels));
        }
    }

    /// <summary>
    /// Three channels are 174 planes, so a wide page comes in narrow panels, some of which wait until the filter has a full strip. Regions
    /// have other panels, and the page has more rows than are held at once.
    /// </summary>
    [Test]
    public void NarrowPanelsAreSmoothedAsOthers([Values(8, 40)] int radius, [Values] bool masked)
    {
        var scene = new SyntheticScene(528, radius == 8 ? 190 : 34, 8, 3);
        using MemoryImage image = scene.Image;
        using MemoryImage mask = MemoryImage.FromMemory<byte>(Mask(scene), scene.Width, scene.Height);
        var options = new SegmentOptions { Smoothing = Smoothing.Guided(radius, 0.05), Mask = masked ? mask : null };
        SmoothedRun whole = SmoothedRun.Of(VagueColour.Value, image, options);
        for (int x = 0; x < scene.Width; x += 80)
        {
            var region = new Region(x, 0, Math.Min(80, scene.Width - x), scene.Height);
            SmoothedRun part = SmoothedRun.Of(VagueColour.Value, image, options with { Region = region });
            long[] pixels = [.. Pixels(region).Select(at => (at.Y * scene.Width) + at.X)];
            Assert.That(part.Labels, Is.EqualTo(pixels.Select(i => whole.Labels[i])), $"{region}");
            Assert.That(part.Confidence, Is.EqualTo(pixels.Select(i => whole.Confidence[i])), $"{region}");
        }
    }

    /// <summary>A page of more rows than are held at once for boxes of this size; of its parts, one window holds all.</summary>
    [Test]
    public void ATallPageWithLargeBoxesIsSmoothedAsItsParts([Values(24, 40)] int radius)
    {
        var scene = new SyntheticScene(70, 420, 9);
        using MemoryImage image = scene.Image;
        var options = new SegmentOptions { Smoothing = Smoothing.Guided(radius, 0.05) };
        SmoothedRun whole = SmoothedRun.Of(Trained.Grey, image, options);
        for (int y = 0; y < scene.Height; y += 60)
        {
            var region = new Region(0, y, scene.Width, 60);
            SmoothedRun part = SmoothedRun.Of(Trained.Grey, image, options with { Region = region });
            IEnumerable<float> expected = Pixels(region).Select(at => whole.Confidence[(at.Y * scene.Width) + at.X]);
            Assert.That(part.Confidence, Is.EqualTo(expected), $"{region}");
        }
    }

    [Test]
    public void AMaskedTileKeepsTheOthersAndTheirWeights()
    {
        using MemoryImage image = Scene.Image;
        byte[] mask = Mask(Scene);
        using MemoryImage narrow = MemoryImage.FromMemory<byte>(mask, Scene.Width, Scene.Height);
        using MemoryImage wide = MemoryImage.FromMemory<ushort>(
            Array.ConvertAll(mask, value => (ushort)(value << 8)), Scene.Width, Scene.Height);
        SmoothedRun run = SmoothedRun.Of(Trained.Grey, image, Ways["safe"] with { Mask = narrow });
        Assert.That(run.Labels.Select(label => label == 0), Is.EqualTo(mask.Select(value => value == 0)));
        AssertSame(SmoothedRun.Of(Trained.Grey, image, Ways["safe"] with { Mask = wide }), run);
    }

    [Test]
    public void GivenWeightsEqualCountedOnes()
    {
        using MemoryImage image = Scene.Image;
        SmoothedRun counted = SmoothedRun.Of(Trained.Grey, image, Ways["safe"]);
        Assert.That(counted.Run.ClassWeights, Has.Count.EqualTo(3));
        AssertSame(SmoothedRun.Of(Trained.Grey, image, Ways["safe"] with { ClassWeights = counted.Run.ClassWeights }), counted);
    }

    [TestCaseSource(nameof(WayNames))]
    public void ADeviceHasTheCpusBits(string way)
    {
        using MemoryImage image = Small.Image;
        Model model = SmallModel.Value;
        AssertSame(
            SmoothedRun.Of(model, image, Ways[way], new ComputeOptions { Backend = BackendKind.Simulated, Threads = 2 }),
            SmoothedRun.Of(model, image, Ways[way]));
    }

    /// <summary>Where labels alone are wanted, nothing else leaves the device.</summary>
    [TestCaseSource(nameof(WayNames))]
    public void ADeviceHasTheCpusLabelsOfAMaskedRegion(string way)
    {
        using MemoryImage image = Small.Image;
        using MemoryImage mask = MemoryImage.FromMemory<byte>(Mask(Small), Small.Width, Small.Height);
        SegmentOptions segment = Ways[way] with { Mask = mask, Region = new Region(13, 9, 51, 40) };
        byte[] Labels(BackendKind kind) => Trained.Labels(SmallModel.Value, image, new ComputeOptions { Backend = kind }, segment);
        Assert.That(Labels(BackendKind.Simulated), Is.EqualTo(Labels(BackendKind.Cpu)));
    }

    [TestCaseSource(nameof(WayNames))]
    public void APlanCountsEveryByteOnADevice(string way)
    {
        using MemoryImage image = Small.Image;
        using MemoryImage mask = MemoryImage.FromMemory<byte>(Mask(Small), Small.Width, Small.Height);
        var options = new ComputeOptions { Backend = BackendKind.Simulated, Threads = 2 };
        SegmentOptions segment = Ways[way] with { Mask = mask };
        Plan plan = SmoothedRun.PlanOf(SmallModel.Value, image, segment, options);
        long device = DeviceArena.LiveBytes, host = HostBuffer.LiveBytes;
        DeviceArena.ResetPeak();
        HostBuffer.ResetPeak();
        SmoothedRun.Of(SmallModel.Value, image, segment, options);
        Assert.That(DeviceArena.PeakBytes - device, Is.EqualTo(plan.DeviceBytes));
        Assert.That(HostBuffer.PeakBytes - host, Is.EqualTo(plan.BufferBytes));
        Assert.That(DeviceArena.LiveBytes, Is.EqualTo(device));
    }

    [Test]
    public void AModelBringsItsSmoothing()
    {
        using MemoryImage image = Scene.Image;
        Model model = Segmenter.Train([Small.Training], training: Trained.Quick, smooth: Smoothing.Guided(5)).Model;
        Assert.That(model.Smoothing, Is.EqualTo(Smoothing.Guided(5)));
        byte[] expected = Trained.Labels(model, image, options: new SegmentOptions { Smoothing = Smoothing.Guided(5) });
        Assert.That(Trained.Labels(model, image), Is.EqualTo(expected));
        Assert.That(
            Trained.Labels(model, image, options: new SegmentOptions { Smoothing = Smoothing.None }), Is.Not.EqualTo(expected));
    }

    [TestCaseSource(nameof(WayNames))]
    public void APlanCountsEveryBuffer(string way)
    {
        using MemoryImage image = Scene.Image;
        var options = new ComputeOptions { Threads = 3, Backend = BackendKind.Cpu };
        using MemoryImage mask = MemoryImage.FromMemory<byte>(Mask(Scene), Scene.Width, Scene.Height);
        SegmentOptions segment = Ways[way] with { Mask = mask };
        SmoothedRun.Of(Trained.Grey, image, segment, options);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        long before = HostBuffer.LiveBytes;
        HostBuffer.ResetPeak();
        SmoothedRun.Of(Trained.Grey, image, segment, options);
        Assert.That(HostBuffer.PeakBytes - before, Is.EqualTo(SmoothedRun.PlanOf(Trained.Grey, image, segment, options).BufferBytes));
        Assert.That(HostBuffer.LiveBytes, Is.EqualTo(before));
    }

    [Test]
    public void ProgressGoesOnOverBothPasses()
    {
        using MemoryImage image = Scene.Image;
        var progress = new Recorder();
        Trained.Labels(Trained.Grey, image, new ComputeOptions { Threads = 1, Progress = progress }, Ways["safe"]);
        Assert.That(progress.Values, Is.Ordered.And.Not.Empty);
        Assert.That(progress.Values[^1], Is.EqualTo(1).Within(1e-12));
    }

    /// <summary>Models of so few rounds that they are seldom sure.</summary>
    private static readonly Lazy<Model> VagueGrey = new(() => Vague(1)), VagueColour = new(() => Vague(3));

    private static Model Vague(int channels) => Segmenter.Train(
        [new SyntheticScene(120, 90, channels: channels).Training], training: Trained.Quick with { Rounds = 3, Depth = 3 }).Model;

    private static readonly Lazy<Model> SmallModel = new(() => Segmenter.Train(
        [Small.Training], FeatureSpec.Paper with { Sigmas = [1, 2] }, Trained.Quick,
        options: new ComputeOptions { Backend = BackendKind.Cpu }).Model);

    /// <summary>A mask with holes and a left-out side.</summary>
    private static byte[] Mask(SyntheticScene scene) =>
        [.. Enumerable.Range(0, scene.Width * scene.Height).Select(i => (byte)(i % 7 == 0 || i % scene.Width < scene.Width / 4 ? 0 : 1))];

    private static IEnumerable<(long X, long Y)> Pixels(Region region)
    {
        for (long y = region.Y; y < region.Bottom; y++)
        {
            for (long x = region.X; x < region.Right; x++)
            {
                yield return (x, y);
            }
        }
    }

    /// <summary>
    /// The reference's shares but for rounding. float32 sums of 289 terms, and differences of means of about 1 divided by at least epsilon,
    /// are off by up to 1e-4; labels may differ where two shares are nearer than that, and where p is as near to 0.8.
    /// </summary>
    private static void AssertEqual(SmoothedRun run, int[] labels, double[] shares, byte[]? mask)
    {
        const double Tolerance = 2e-4;
        int others = 0;
        for (int i = 0; i < labels.Length; i++)
        {
            bool left = mask is not null && mask[i] == 0;
            Assert.That(run.Labels[i] == 0, Is.EqualTo(left));
            double worst = left ? 0 : Enumerable.Range(0, shares.Length / labels.Length)
                .Max(c => Math.Abs(run.Probabilities[(c * labels.Length) + i] - shares[(c * labels.Length) + i]));
            others += left || (run.Labels[i] == labels[i] + 1 && worst <= Tolerance) ? 0 : 1;
        }
        Assert.That(others, Is.LessThanOrEqualTo(labels.Length / 1000), "pixels differ");
    }

    private static void AssertSame(SmoothedRun run, SmoothedRun expected)
    {
        Assert.That(run.Labels, Is.EqualTo(expected.Labels));
        Assert.That(run.Probabilities, Is.EqualTo(expected.Probabilities));
        Assert.That(run.Confidence, Is.EqualTo(expected.Confidence));
        Assert.That(run.Run.ClassPixels, Is.EqualTo(expected.Run.ClassPixels));
        Assert.That(run.Run.ClassWeights, Is.EqualTo(expected.Run.ClassWeights));
    }

    /// <summary>Keeps every report of progress.</summary>
    private sealed class Recorder : IProgress<double>
    {
        public List<double> Values { get; } = [];

        public void Report(double value) => Values.Add(value);
    }
}
