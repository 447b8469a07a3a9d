using FastSeg.Gpu;
using FastSeg.Tests.Deep;
using NUnit.Framework;

namespace FastSeg.Tests.Gpu;

/// <summary>Deep features through the whole GPU backend on the simulated device, against the CPU backend.</summary>
[TestFixture]
internal sealed class GpuDeepTests() : DeepFixture(Scene)
{
    private static readonly ComputeOptions Simulated = new() { Backend = BackendKind.Simulated, Threads = 2 };
    private static readonly ComputeOptions Cpu = new() { Backend = BackendKind.Cpu };

    private static readonly SyntheticScene Scene = new(53, 41, seed: 4);


    /// <summary>Planes that no network makes have the CPU's bits, so labels, models and planes are equal.</summary>
    [Test]
    public void InterpolatedFeaturesGiveTheCpusBits(
        [Values(Upsampling.Nearest, Upsampling.Bilinear, Upsampling.JointBilateral)] Upsampling upsampling, [Values(1, 2)] int scales)
    {
        using MemoryImage image = Scene.Image;
        var deep = new DeepOptions(Backbone) { Channels = 6, Scales = Scales(scales), Upsampling = upsampling };
        Model model = Train(deep, Cpu);
        Assert.That(Train(deep, Simulated).ForestBytes.ToArray(), Is.EqualTo(model.ForestBytes.ToArray()));
        Assert.That(Planes(model, image, Simulated), Is.EqualTo(Planes(model, image, Cpu)));
        Assert.That(Labels(model, image, Simulated), Is.EqualTo(Labels(model, image, Cpu)));
    }

    [Test]
    public void DeepFeaturesAloneNeedNoFilter()
    {
        using MemoryImage image = Scene.Image;
        FeatureSpec none = FeatureSpec.Paper with { Families = Families.None };
        Model model = Train(new DeepOptions(Backbone) { Channels = 5 }, Cpu, none);
        Assert.That(Labels(model, image, Simulated), Is.EqualTo(Labels(model, image, Cpu)));
    }

    [Test]
    public void ThePlanCountsTheMapsToo(
        [Values(1, 2)] int scales, [Values(Upsampling.Bilinear, Upsampling.JointBilateral)] Upsampling upsampling)
    {
        using MemoryImage image = Scene.Image;
        Model model = Train(new DeepOptions(Backbone) { Channels = 6, Scales = Scales(scales), Upsampling = upsampling }, Cpu);
        var segmenter = new Segmenter(model, Backbone);
        SegmentOutputs outputs = Into(segmenter, image, new byte[Scene.Width * Scene.Height]);
        Plan plan = segmenter.Plan(image, outputs, options: Simulated);
        long before = DeviceArena.LiveBytes;
        DeviceArena.ResetPeak();
        segmenter.Segment(image, outputs, options: Simulated);
        Assert.That(DeviceArena.PeakBytes - before, Is.EqualTo(plan.DeviceBytes));
        Assert.That(DeviceArena.LiveBytes, Is.EqualTo(before));
    }

    private static IReadOnlyList<int> Scales(int count) => [.. Enumerable.Range(1, count)];
}
