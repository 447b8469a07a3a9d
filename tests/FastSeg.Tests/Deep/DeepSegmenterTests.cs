using FastSeg.Deep;
using FastSeg.Features;
using FastSeg.Images;
using FastSeg.Models;
using FastSeg.Tests.Reference;
using NUnit.Framework;

namespace FastSeg.Tests.Deep;

/// <summary>Classical and deep features together, from scribbles to labels.</summary>
[TestFixture]
internal sealed class DeepSegmenterTests
{
    private const int Channels = 5;

    private static readonly SyntheticScene Scene = new(205, 171, seed: 4);

    private TinyBackbone _tiny = null!;
    private Backbone _backbone = null!;
    private Model _model = null!;

    [OneTimeSetUp]
    public void Train()
    {
        _tiny = new TinyBackbone();
        _backbone = Backbone.Open(_tiny.Folder, 1);
        _model = Fit(Upsampling.Bilinear, new RunOptions());
    }

    [OneTimeTearDown]
    public void Close()
    {
        _backbone.Dispose();
        _tiny.Dispose();
    }

    [Test]
    public void DeepPlanesFollowTheClassicalOnes()
    {
        using MemoryImage image = Scene.Image;
        float[] planes = Planes(_model, image);
        float[] classical = new float[58 * Scene.Width * Scene.Height];
        Segmenter.Features(image, FeatureSpec.Paper, 1, names => MemoryWriter.Into<float>(Layout(names.Count), classical));
        Assert.That(planes[..classical.Length], Is.EqualTo(classical));
        using LowResolution map = LowResolution.Compute(
            _backbone, _model.Deep!.Projection, image, _model.Deep.Description.Range, _model.Deep.Description.Windows, normaliseL1: false);
        using var upsampled = new LowResolutionPlanes(map, bilinear: true, Scene.Width, Scene.Height);
        float[] deep = new float[Channels * Scene.Width * Scene.Height];
        unsafe
        {
            fixed (float* first = deep)
            {
                upsampled.Planes(0, 0, Scene.Width, Scene.Height, first, Scene.Width, Scene.Width * Scene.Height);
            }
        }
        Assert.That(planes[classical.Length..], Is.EqualTo(deep));
    }

    [Test]
    public void LabelsEqualXgboostsOwn()
    {
        using MemoryImage image = Scene.Image;
        float[] planes = Planes(_model, image);
        int pixels = Scene.Width * Scene.Height, features = 58 + Channels;
        float[] rows = new float[planes.Length];
        for (int i = 0; i < planes.Length; i++)
        {
            rows[(i % pixels * features) + (i / pixels)] = planes[i];
        }
        float[] margins = XgBoostPeer.Margins(_model.ForestBytes.ToArray(), rows, features);
        byte[] expected = [.. Enumerable.Range(0, pixels).Select(i => (byte)(1 + margins.AsSpan(i * 3, 3).IndexOf(margins.AsSpan(i * 3, 3).ToArray().Max())))];
        Assert.That(Labels(_model, image, new RunOptions()), Is.EqualTo(expected));
    }

    [TestCase(Upsampling.Nearest)]
    [TestCase(Upsampling.Bilinear)]
    public void ModelsAndLabelsDoNotDependOnThreadsOrMemory(Upsampling upsampling)
    {
        using MemoryImage image = Scene.Image;
        var one = new RunOptions { Threads = 1 };
        var tight = new RunOptions { Threads = 3, Memory = ProcessMemory.Resident() + (64L << 20) };
        Model model = Fit(upsampling, one);
        Assert.That(Bytes(Fit(upsampling, tight)), Is.EqualTo(Bytes(model)));
        Assert.That(Labels(model, image, tight), Is.EqualTo(Labels(model, image, one)));
    }

    [Test]
    public void ARegionSeesTheWholeImagesDeepFeatures()
    {
        using MemoryImage image = Scene.Image;
        byte[] whole = Labels(_model, image, new RunOptions());
        var region = new Region(90, 70, 61, 43);
        var segmenter = new Segmenter(_model, _backbone);
        var options = new SegmentOptions { Region = region };
        byte[] part = new byte[region.Pixels];
        segmenter.Segment(image, new SegmentOutputs { Labels = MemoryWriter.Into<byte>(segmenter.LabelLayout(image.Info, options), part) }, options);
        for (int i = 0; i < part.Length; i++)
        {
            Assert.That(part[i], Is.EqualTo(whole[((70 + (i / 61)) * Scene.Width) + 90 + (i % 61)]));
        }
    }

    [Test]
    public void AModelSurvivesItsFile()
    {
        using var folder = new TemporaryFolder();
        _model.Save(folder.File("m.fastseg"));
        Model loaded = Model.Load(folder.File("m.fastseg"));
        Assert.That(loaded.DeepFeatures, Is.EqualTo(_model.DeepFeatures));
        using MemoryImage image = Scene.Image;
        Assert.That(Labels(loaded, image, new RunOptions()), Is.EqualTo(Labels(_model, image, new RunOptions())));
        Assert.That(Bytes(loaded), Is.EqualTo(Bytes(_model)));
    }

    [Test]
    public void AnotherBackboneOrNoneIsRefused()
    {
        using MemoryImage image = Scene.Image;
        using var other = new TinyBackbone(seed: 2);
        using Backbone wrong = Backbone.Open(other.Folder, 1);
        using Backbone threads = Backbone.Open(_tiny.Folder, 2);
        Assert.That(Refusal(wrong), Does.Contain("give the same backbone"));
        Assert.That(Refusal(threads), Does.Contain("1 threads").And.Contain("opened with 2"));
        Assert.That(Refusal(null), Does.Contain("needs the backbone"));

        string Refusal(Backbone? backbone) => Assert.Catch<FastSegException>(() => Labels(_model, image, new RunOptions(), backbone))!.Message;
    }

    private static ImageLayout Layout(int pages) => new(Scene.Width, Scene.Height, SampleType.Float32, pages);

    private static byte[] Labels(Model model, MemoryImage image, RunOptions options, Backbone? backbone)
    {
        var segmenter = new Segmenter(model, backbone);
        byte[] labels = new byte[Scene.Width * Scene.Height];
        segmenter.Segment(image, new SegmentOutputs { Labels = MemoryWriter.Into<byte>(segmenter.LabelLayout(image.Info), labels) }, null, options);
        return labels;
    }

    private static byte[] Bytes(Model model)
    {
        using var folder = new TemporaryFolder();
        model.Save(folder.File("m.fastseg"));
        return File.ReadAllBytes(folder.File("m.fastseg"));
    }

    private byte[] Labels(Model model, MemoryImage image, RunOptions options) => Labels(model, image, options, _backbone);

    private Model Fit(Upsampling upsampling, RunOptions options) => Segmenter.Train(
        [Scene.Training], training: Trained.Quick, options: options, deep: new DeepOptions(_backbone) { Channels = Channels, Upsampling = upsampling }).Model;

    private float[] Planes(Model model, MemoryImage image)
    {
        float[] planes = new float[(58 + Channels) * Scene.Width * Scene.Height];
        new Segmenter(model, _backbone).Features(image, names =>
        {
            Assert.That(names[^1], Is.EqualTo($"deep_{Channels - 1}"));
            return MemoryWriter.Into<float>(Layout(names.Count), planes);
        });
        return planes;
    }
}
