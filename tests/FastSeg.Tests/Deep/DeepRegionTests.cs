using FastSeg.Deep;
using FastSeg.Tests.Deep.Backbones;
using FastSeg.Tests.Deep.Upsamplers;
using FastSeg.Tests.Images.Tiff;
using NUnit.Framework;

namespace FastSeg.Tests.Deep;

/// <summary>A region of an image with deep features: the labels that the whole has there, of few windows.</summary>
[TestFixture]
internal sealed class DeepRegionTests() : DeepFixture(Scene)
{
    private const int Width = 1100, Height = 900;

    private static readonly SyntheticScene Scene = new(133, 71, seed: 4);

    /// <summary>Inside, at two corners, and a single pixel.</summary>
    private static readonly Region[] Regions =
        [new(480, 400, 90, 70), new(0, 0, 40, 40), new(Width - 50, Height - 33, 50, 33), new(550, 401, 1, 1)];

    [Test]
    public void TheTransformerLooksAroundTheRegionAlone(
        [Values(Upsampling.Nearest, Upsampling.Bilinear, Upsampling.JointBilateral)] Upsampling upsampling,
        [Values(BackendKind.Cpu, BackendKind.Simulated)] BackendKind backend) =>
        AssertRegions(Backbone, backend, new DeepOptions(Backbone) { Channels = 6, Scales = [1, 2], Upsampling = upsampling });

    [TestCase(BackendKind.Cpu)]
    [TestCase(BackendKind.Simulated)]
    public void SoItDoesOnShiftedPages(BackendKind backend) =>
        AssertRegions(Backbone, backend, new DeepOptions(Backbone) { Channels = 6, Shifts = 2 });

    [TestCase(BackendKind.Cpu)]
    [TestCase(BackendKind.Simulated)]
    public void SoItDoesForALearnedUpsampler(BackendKind backend)
    {
        using var tiny = new TinyBackbone(dimension: 20);
        tiny.SaveDefault(new UpsamplerCase(16, 16, 176, 208, 8, Padding.Replicate));
        using Backbone backbone = Backbone.Open(tiny.Folder, 1);
        AssertRegions(backbone, backend, new DeepOptions(backbone));
    }

    /// <summary>Of a file of strips whole rows are read, by the first window of each row of windows for the others.</summary>
    [Test]
    public void SoItDoesInAFileOfStrips()
    {
        using var folder = new TemporaryFolder();
        byte[] samples = new byte[Width * Height];
        using (MemoryImage image = new SyntheticScene(Width, Height, seed: 8).Image)
        {
            image.Read(image.Info.Bounds, samples);
        }
        const int Deflate = 8;
        byte[] strips = new TiffBuilder().Image(samples, Width, Height, 1, SampleType.UInt8, Deflate, rows: 20).Build();
        File.WriteAllBytes(folder.File("strips.tif"), strips);
        using ImageReader file = ImageFile.Open(folder.File("strips.tif"));
        Assert.That(file.PrefersWholeRows, Is.True);
        AssertRegions(Backbone, BackendKind.Cpu, new DeepOptions(Backbone) { Channels = 6 }, file);
    }

    private static void AssertRegions(Backbone backbone, BackendKind backend, DeepOptions deep, ImageReader? file = null)
    {
        Model model = Segmenter.Train([Scene.Training], Small, Trained.Quick, deep: deep).Model;
        using MemoryImage scene = new SyntheticScene(Width, Height, seed: 8).Image;
        ImageReader image = file ?? scene;
        var options = new ComputeOptions { Backend = backend, Threads = 2 };
        LabelMap whole = new Segmenter(model, backbone).Segment(image);
        foreach (Region region in Regions)
        {
            LabelMap found = new Segmenter(model, backbone).Segment(image, new SegmentOptions { Region = region }, options);
            Assert.That(found.Labels, Is.EqualTo(Crop(whole.Labels, region)), $"{region}");
            Assert.That(Seen(found), Is.LessThan(Seen(whole) * 3 / 4), $"pixels that the transformer saw for {region}");
        }
    }

    private static long Seen(LabelMap map) => map.Run.Stages.Single(stage => stage.Stage == Stage.Vit).Pixels;

    private static byte[] Crop(ReadOnlySpan<byte> whole, Region region)
    {
        var crop = new List<byte>();
        for (long y = region.Y; y < region.Bottom; y++)
        {
            crop.AddRange(whole.Slice((int)((y * Width) + region.X), (int)region.Width));
        }
        return [.. crop];
    }
}
