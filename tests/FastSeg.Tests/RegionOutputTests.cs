using FastSeg.Native;
using NUnit.Framework;

namespace FastSeg.Tests;

/// <summary>
/// Segmenting a region at any offset: its writers hold no more than the plan counts, and a file's bytes do not depend on the threads. Also
/// what is refused: a writer that cannot hold the labels, and a training that would exceed the memory.
/// </summary>
[TestFixture]
internal sealed class RegionOutputTests
{
    private static readonly SyntheticScene Scene = new(900, 800, seed: 4);

    [Test]
    public void TiffsOfARegionTakeOnlyWhatThePlanCounts()
    {
        var options = new SegmentOptions { Region = new Region(101, 77, 790, 700) };
        using var folder = new TemporaryFolder();
        using MemoryImage image = Scene.Image;
        var segmenter = new Segmenter(Trained.Grey);
        using ImageWriter probabilities = ImageFile.Create(
            folder.File("p.tif"), segmenter.ProbabilityLayout(image.Info, SampleType.Float32, options));
        var outputs = new SegmentOutputs { Probabilities = probabilities };
        var run = new ComputeOptions { Threads = 2 };
        long planned = segmenter.Plan(image, outputs, options, run).BufferBytes, before = HostBuffer.AllocatedBytes;
        segmenter.Segment(image, outputs, options, run);
        Assert.That(HostBuffer.AllocatedBytes - before, Is.LessThanOrEqualTo(planned));
    }

    [Test]
    public void TheBytesOfATiffDoNotDependOnThreads()
    {
        using var folder = new TemporaryFolder();
        byte[] one = Bytes(folder.File("a.tif"), 1);
        for (int i = 0; i < 3; i++)
        {
            Assert.That(Bytes(folder.File("b.tif"), 5), Is.EqualTo(one));
        }
    }

    [Test]
    public void AKeptValueNeedsAWriterThatHoldsIt()
    {
        ushort[] labels = [.. Scene.Labels.Select(label => (ushort)(label * 100))];
        using MemoryImage image = Scene.Image;
        using MemoryImage labelImage = MemoryImage.FromMemory<ushort>(labels, Scene.Width, Scene.Height);
        Model model = Segmenter.Train([new TrainingImage(image, labelImage)], training: Trained.Quick with { Rounds = 1 }).Model;
        var options = new SegmentOptions { KeepValues = true };
        var layout = new ImageLayout(Scene.Width, Scene.Height, SampleType.UInt8);
        using MemoryWriter writer = MemoryWriter.Into<byte>(layout, new byte[Scene.Width * Scene.Height]);
        Assert.That(
            () => new Segmenter(model).Segment(image, new SegmentOutputs { Labels = writer }, options),
            Throws.ArgumentException.With.Message.Contains("The label value 700 is kept, and uint8 labels cannot hold it"));
    }

    [Test]
    public void TrainingRefusesMemoryThatXgboostWouldExceed()
    {
        string Refusal(long memory) => Assert.Catch<FastSegException>(
            () => Segmenter.Train([Scene.Training], training: Trained.Quick, options: new ComputeOptions { Memory = memory }))!.Message;
        Assert.That(Refusal(1 << 20), Does.Contain("is not enough to read the labels"));
        long rows = Scene.Labels.Count(label => label != 0) * 58L * sizeof(float);
        long least = ProcessMemory.Resident() + ProcessMemory.CodeBytes + (3 * rows) + (8 << 20);
        Assert.That(Refusal(least), Does.Contain("is not enough to train on").And.Contain("labelled pixels with 58 features"));
    }

    private static byte[] Bytes(string path, int threads)
    {
        using MemoryImage image = Scene.Image;
        var segmenter = new Segmenter(Trained.Grey);
        using (ImageWriter labels = ImageFile.Create(path, segmenter.LabelLayout(image.Info)))
        {
            segmenter.Segment(image, new SegmentOutputs { Labels = labels }, options: new ComputeOptions { Threads = threads });
        }
        return File.ReadAllBytes(path);
    }
}
