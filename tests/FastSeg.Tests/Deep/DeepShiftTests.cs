using FastSeg.Common;
using FastSeg.Deep;
using FastSeg.Images;
using FastSeg.Images.Samples;
using FastSeg.Native;
using FastSeg.Tests.Deep.Backbones;
using NUnit.Framework;

namespace FastSeg.Tests.Deep;

/// <summary>Deep features of a shifted page, from scribbles to labels.</summary>
[TestFixture]
internal sealed class DeepShiftTests() : DeepFixture(Scene)
{
    private static readonly SyntheticScene Scene = new(133, 71, seed: 4);

    private Model _model = null!;

    [OneTimeSetUp]
    public void TrainModel() => _model = Fit(new ComputeOptions());

    [Test]
    public void ModelsAndLabelsDoNotDependOnThreadsMemoryOrBackend()
    {
        using MemoryImage image = Scene.Image;
        byte[] labels = Labels(_model, image, new ComputeOptions { Threads = 1 });
        Assert.That(Bytes(Tight.Run(3, Fit)), Is.EqualTo(Bytes(_model)));
        Assert.That(Tight.Run(3, tight => Labels(_model, image, tight)), Is.EqualTo(labels));
        Assert.That(Labels(_model, image, new ComputeOptions { Backend = BackendKind.Simulated, Threads = 2 }), Is.EqualTo(labels));
    }

    [Test]
    public void AModelKeepsItsShiftsAndOneLeavesNoTrace()
    {
        using var folder = new TemporaryFolder();
        _model.Save(folder.File("m.fastseg"));
        Model loaded = Model.Load(folder.File("m.fastseg"));
        Assert.That(loaded.DeepFeatures, Is.EqualTo(_model.DeepFeatures));
        Assert.That((loaded.DeepFeatures!.Shifts, loaded.DeepFeatures.Upsampling), Is.EqualTo((2, Upsampling.Bilinear)));
        Assert.That(_model.DeepFeatures!.KeptShifts, Is.EqualTo(2));
        Assert.That((_model.DeepFeatures with { Shifts = 1 }).KeptShifts, Is.Null);
    }

    [Test]
    public void APlanCountsEveryBufferOfOurs()
    {
        Plan plan = PlanIsWhatIsHeld(_model);
        Assert.That(plan.Items.Single(item => item.Name == "deep features").Bytes, Is.EqualTo(18L * 34 * 6 * sizeof(float)));
    }

    /// <summary>One pass's own map is there beside all passes' map.</summary>
    [Test]
    public void WhatTheTransformerHoldsIsCounted()
    {
        using MemoryImage image = Scene.Image;
        DeepModel deep = _model.Deep!;
        SampleMap seen = SeenPage.Of(image).Samples;
        long counted = DeepMaps.Bytes(deep, image.Info).Sum();
        foreach (PlanItem item in new TransformerBuffers(deep, Backbone, image).Items(1).Where(item => item.Name != "transformer"))
        {
            counted += item.Bytes;
        }
        long before = HostBuffer.LiveBytes;
        HostBuffer.ResetPeak();
        DeepMaps.Compute(deep, Backbone, image, seen, new StageTimes(), new ComputeOptions(), atOnce: 1).Dispose();
        Assert.That(HostBuffer.PeakBytes - before, Is.EqualTo(counted));
    }

    [Test]
    public void WhatDoesNotFitIsRefusedWithAReason()
    {
        using var odd = new TinyBackbone(patch: 6);
        using Backbone backbone = Backbone.Open(odd.Folder, 1);
        var options = new DeepOptions(backbone) { Channels = 4, Shifts = 4 };
        string Sentence(DeepOptions wanted) => Assert.Throws<FastSegException>(() => wanted.Choose(Standardisation.Image))!.Message;
        Assert.That(
            Sentence(options),
            Does.EndWith("its patches of 6 pixels cannot be divided into 4 shifts; give 2 shifts, or bilinear upsampling."));
        Assert.That(Sentence(options with { Shifts = 3 }), Is.EqualTo("3 shifts along each axis are not possible; give 1, 2 or 4."));
        Assert.That(Sentence(options with { Shifts = 2, Scales = [1, 2] }), Does.EndWith("the scales are 1, 2; give scale 1 alone."));
        Assert.That(
            Sentence(options with { Shifts = 2, Upsampling = Upsampling.JointBilateral }), Does.Contain("another upsampling is asked for"));
        Assert.That((options with { Shifts = 2 }).Choose(Standardisation.Image).Upsampling, Is.EqualTo(Upsampling.Bilinear));
        Assert.Throws<InvalidDataException>(
            () => new DeepModel(_model.DeepFeatures! with { Shifts = 3 }, _model.Deep!.Projections, null).Dispose());
    }

    private Model Fit(ComputeOptions options) => Train(new DeepOptions(Backbone) { Channels = 6, Shifts = 2 }, options);
}
