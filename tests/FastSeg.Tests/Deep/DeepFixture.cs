using FastSeg.Native;
using FastSeg.Tests.Deep.Backbones;
using NUnit.Framework;

namespace FastSeg.Tests.Deep;

/// <summary>A backbone that is open for all tests of a fixture, a tiny one or a folder's, and what they do with models of it.</summary>
/// <param name="scene">What models are trained on.</param>
/// <param name="folder">The backbone's folder; null for a tiny one of random weights.</param>
internal abstract class DeepFixture(SyntheticScene scene, string? folder = null)
{
    /// <summary>Few classical features beside the deep ones, which are those that are tested.</summary>
    protected static readonly FeatureSpec Small = FeatureSpec.Paper with { Families = Families.Gaussian, Sigmas = [1] };

    private TinyBackbone? _tiny;
    private Backbone? _backbone;

    protected Backbone Backbone => _backbone!;

    [OneTimeSetUp]
    public void OpenBackbone()
    {
        _tiny = folder is null ? new TinyBackbone() : null;
        _backbone = Backbone.Open(folder ?? _tiny!.Folder, 1);
    }

    [OneTimeTearDown]
    public void CloseBackbone()
    {
        _backbone?.Dispose();
        _tiny?.Dispose();
    }

    /// <summary>Trains on the scene.</summary>
    protected Model Train(DeepOptions deep, ComputeOptions? options = null, FeatureSpec? features = null) =>
        Segmenter.Train([scene.Training], features ?? Small, Trained.Quick, options: options, deep: deep).Model;

    /// <summary>An image's labels.</summary>
    protected byte[] Labels(Model model, ImageReader image, ComputeOptions? options = null) => Labels(model, Backbone, image, options);

    /// <summary>The same with another backbone, or none.</summary>
    protected static byte[] Labels(Model model, Backbone? backbone, ImageReader image, ComputeOptions? options)
    {
        var segmenter = new Segmenter(model, backbone);
        byte[] labels = new byte[image.Info.Bounds.Pixels];
        segmenter.Segment(image, Into(segmenter, image, labels), options: options);
        return labels;
    }

    /// <summary>An image's features, plane after plane.</summary>
    protected float[] Planes(Model model, ImageReader image, ComputeOptions? options = null) => Planes(model, Backbone, image, options);

    /// <summary>The same with another backbone.</summary>
    protected static float[] Planes(Model model, Backbone backbone, ImageReader image, ComputeOptions? options)
    {
        ImageInfo info = image.Info;
        float[] planes = new float[model.Planes * info.Bounds.Pixels];
        new Segmenter(model, backbone).Features(
            image,
            names => MemoryWriter.Into<float>(new ImageLayout(info.Width, info.Height, SampleType.Float32, names.Count), planes),
            options);
        return planes;
    }

    /// <summary>The model's file.</summary>
    protected static byte[] Bytes(Model model)
    {
        using var folder = new TemporaryFolder();
        model.Save(folder.File("m.fastseg"));
        return File.ReadAllBytes(folder.File("m.fastseg"));
    }

    /// <summary>A plan for labels in memory has exactly the bytes that the run holds; ONNX Runtime's memory is its own.</summary>
    protected Plan PlanIsWhatIsHeld(Model model)
    {
        using MemoryImage image = scene.Image;
        Labels(model, image);
        // Models of other tests that nobody holds any more.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        long before = HostBuffer.LiveBytes;
        var segmenter = new Segmenter(model, Backbone);
        Plan plan = segmenter.Plan(image, Into(segmenter, image, new byte[image.Info.Bounds.Pixels]));
        HostBuffer.ResetPeak();
        Labels(model, image);
        Plan ours = plan with { Items = [.. plan.Items.Where(item => item.Name != "transformer")] };
        Assert.That(HostBuffer.PeakBytes - before, Is.EqualTo(ours.BufferBytes));
        Assert.That(HostBuffer.LiveBytes, Is.EqualTo(before));
        return plan;
    }

    /// <summary>Outputs that put labels into memory.</summary>
    protected static SegmentOutputs Into(Segmenter segmenter, ImageReader image, byte[] labels) =>
        new() { Labels = MemoryWriter.Into<byte>(segmenter.LabelLayout(image.Info), labels) };
}
