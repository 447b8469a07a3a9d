using FastSeg.Forest;
using FastSeg.Tests.Deep;
using FastSeg.Tests.Deep.Backbones;
using FastSeg.Tests.Deep.Upsamplers;
using FastSeg.Tests.Features;
using FastSeg.Tests.Kernels;
using NUnit.Framework;

namespace FastSeg.Tests.Gpu.Ptx;

/// <summary>Small images on their whole way, from pixels to labels, computed by the kernels' PTX and by the CPU engine.</summary>
[TestFixture]
[NonParallelizable]
internal sealed class PtxWholeTests() : DeepFixture(Scene)
{
    private static readonly SyntheticScene Scene = new(53, 41, seed: 4);

    private static readonly ComputeOptions Simulated = new() { Backend = BackendKind.Simulated, Threads = 2 };
    private static readonly ComputeOptions Cpu = new() { Backend = BackendKind.Cpu };

    [Test]
    public void AScribbleModelGivesTheCpusLabels()
    {
        using MemoryImage image = Scene.Image;
        Model model = Segmenter.Train([Scene.Training], FeatureSpec.Paper with { Sigmas = [1, 2] }, Trained.Quick, options: Cpu).Model;
        Equal(model, image, Backbone, "Gaussian.AlongX", "Membrane.Default<BinSink>", "Forest.WalkFew");
    }

    [TestCase(Upsampling.Nearest, "Resize.Nearest<BinSink>")]
    [TestCase(Upsampling.Bilinear, "Resize.Bilinear<BinSink>")]
    [TestCase(Upsampling.JointBilateral, "JointBilateral.Run<BinSink>")]
    public void ADeepModelGivesTheCpusLabels(Upsampling upsampling, string kernel)
    {
        using MemoryImage image = Scene.Image;
        Equal(Train(new DeepOptions(Backbone) { Channels = 6, Upsampling = upsampling }, Cpu), image, Backbone, kernel);
    }

    [Test]
    public void ALearnedUpsamplerGivesTheCpusLabels()
    {
        using var tiny = new TinyBackbone(dimension: 20);
        tiny.SaveDefault(new UpsamplerCase(16, 16, 176, 208, 8, Padding.Replicate));
        using Backbone backbone = Backbone.Open(tiny.Folder, 1);
        using MemoryImage image = Scene.Image;
        Model model = Segmenter.Train([Scene.Training], Small, Trained.Quick, options: Cpu, deep: new DeepOptions(backbone)).Model;
        Assert.That(model.DeepFeatures!.Upsampling, Is.EqualTo(Upsampling.Learned));
        Equal(model, image, backbone, "Convolution.Run<FloatSink>", "Doubling.Columns", "Doubling.Rows<BinSink>");
    }

    /// <summary>In groups of 32 x 8 threads, as on a GPU, and in tiles that are no multiples of them.</summary>
    [Test]
    public void FiltersInGroupsOfAGpuHaveTheCpusBits()
    {
        var spec = new FeatureSpec { Families = (Families)2047, Sigmas = [1, 2, 4.5] };
        PtxTwin.Instead(() => FilterRun.EqualsTheCpu(spec, Pictures.Create("random", 150, 131, 1, SampleType.UInt8), 101, 77));
        PtxTwin.Instead(() => FilterRun.EqualsTheCpu(FeatureSpec.Paper, Pictures.Create("random", 97, 83, 1, SampleType.UInt8)));
    }

    [Test]
    public void ForestsInGroupsOfAGpuHaveTheWalksBits()
    {
        var tests = new ForestTests();
        tests.Open();
        PtxTwin.Instead(() => tests.EveryNumberOfBytePlanes(64, ForestWalk.Few));
        PtxTwin.Instead(() => tests.EveryNumberOfBytePlanes(65, ForestWalk.More));
        PtxTwin.Instead(() => tests.EveryNumberOfBytePlanes(129, ForestWalk.Most));
        tests.Close();
    }

    private static void Equal(Model model, ImageReader image, Backbone backbone, params string[] kernels)
    {
        byte[] expected = Labels(model, backbone, image, Cpu), found = [];
        PtxTwin twin = PtxTwin.Instead(() => found = Labels(model, backbone, image, Simulated));
        Assert.That(found, Is.EqualTo(expected));
        Assert.That(expected.Distinct().Count(), Is.GreaterThan(1));
        Assert.That(kernels, Is.SubsetOf(twin.Launched.Keys));
    }
}
