using FastSeg.Gpu;
using FastSeg.Tests.Deep.Backbones;
using NUnit.Framework;

namespace FastSeg.Tests.Gpu;

/// <summary>Deep features through the whole GPU backend on the simulated device, against the CPU backend.</summary>
[TestFixture]
internal sealed class GpuDeepTests
{
    private static readonly ComputeOptions Simulated = new() { Backend = BackendKind.Simulated, Threads = 2 };
    private static readonly ComputeOptions Cpu = new() { Backend = BackendKind.Cpu };

    private static readonly FeatureSpec Small = FeatureSpec.Paper with { Families = Families.Gaussian, Sigmas = [1] };

    private static readonly SyntheticScene Scene = new(53, 41, seed: 4);

    private TinyBackbone _tiny = null!;
    private Backbone _backbone = null!;

    [OneTimeSetUp]
    public void Open()
    {
        _tiny = new TinyBackbone();
        _backbone = Backbone.Open(_tiny.Folder, 1);
    }

    [OneTimeTearDown]
    public void Close()
    {
        _backbone.Dispose();
        _tiny.Dispose();
    }

    /// <summary>Planes that no network makes have the CPU's bits, so labels, models and planes are equal.</summary>
    [Test]
    public void InterpolatedFeaturesGiveTheCpusBits(
        [Values(Upsampling.Nearest, Upsampling.Bilinear, Upsampling.JointBilateral)] Upsampling upsampling, [Values(1, 2)] int scales)
    {
        using MemoryImage image = Scene.Image;
        Model Train(ComputeOptions options) => Segmenter.Train(
            [Scene.Training], Small, Trained.Quick, options: options,
            deep: new DeepOptions(_backbone) { Channels = 6, Scales = Scales(scales), Upsampling = upsampling }).Model;
        Model model = Train(Cpu);
        Assert.That(Train(Simulated).ForestBytes.ToArray(), Is.EqualTo(model.ForestBytes.ToArray()));
        Assert.That(Planes(model, image, Simulated), Is.EqualTo(Planes(model, image, Cpu)));
        Assert.That(Labels(model, image, Simulated), Is.EqualTo(Labels(model, image, Cpu)));
    }

    [Test]
    public void DeepFeaturesAloneNeedNoFilter()
    {
        using MemoryImage image = Scene.Image;
        FeatureSpec none = FeatureSpec.Paper with { Families = Families.None };
        Model model = Segmenter.Train(
            [Scene.Training], none, Trained.Quick, options: Cpu, deep: new DeepOptions(_backbone) { Channels = 5 }).Model;
        Assert.That(Labels(model, image, Simulated), Is.EqualTo(Labels(model, image, Cpu)));
    }

    [Test]
    public void ThePlanCountsTheMapsToo(
        [Values(1, 2)] int scales, [Values(Upsampling.Bilinear, Upsampling.JointBilateral)] Upsampling upsampling)
    {
        using MemoryImage image = Scene.Image;
        Model model = Segmenter.Train(
            [Scene.Training], Small, Trained.Quick, options: Cpu,
            deep: new DeepOptions(_backbone) { Channels = 6, Scales = Scales(scales), Upsampling = upsampling }).Model;
        var segmenter = new Segmenter(model, _backbone);
        var outputs = new SegmentOutputs
        {
            Labels = MemoryWriter.Into<byte>(segmenter.LabelLayout(image.Info), new byte[Scene.Width * Scene.Height]),
        };
        Plan plan = segmenter.Plan(image, outputs, options: Simulated);
        long before = DeviceArena.LiveBytes;
        DeviceArena.ResetPeak();
        segmenter.Segment(image, outputs, options: Simulated);
        Assert.That(DeviceArena.PeakBytes - before, Is.EqualTo(plan.DeviceBytes));
        Assert.That(DeviceArena.LiveBytes, Is.EqualTo(before));
    }

    private static IReadOnlyList<int> Scales(int count) => [.. Enumerable.Range(1, count)];

    private float[] Planes(Model model, ImageReader image, ComputeOptions options)
    {
        float[] planes = new float[model.Planes * Scene.Width * Scene.Height];
        new Segmenter(model, _backbone).Features(
            image,
            names => MemoryWriter.Into<float>(new ImageLayout(Scene.Width, Scene.Height, SampleType.Float32, names.Count), planes),
            options);
        return planes;
    }

    private byte[] Labels(Model model, ImageReader image, ComputeOptions options)
    {
        var segmenter = new Segmenter(model, _backbone);
        byte[] labels = new byte[Scene.Width * Scene.Height];
        segmenter.Segment(
            image, new SegmentOutputs { Labels = MemoryWriter.Into<byte>(segmenter.LabelLayout(image.Info), labels) }, options: options);
        return labels;
    }
}
