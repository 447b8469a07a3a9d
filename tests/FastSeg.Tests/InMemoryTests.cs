using NUnit.Framework;

namespace FastSeg.Tests;

/// <summary>The calls that return arrays, and plans for which no writer is open.</summary>
[TestFixture]
internal sealed class InMemoryTests
{
    private static readonly SyntheticScene Scene = new(330, 270, seed: 5);

    private static readonly Region Part = new(21, 30, 201, 199);

    [Test]
    public void ALabelMapHoldsWhatTheWriterGets()
    {
        using MemoryImage image = Scene.Image;
        LabelMap map = new Segmenter(Trained.Grey).Segment(image);
        Assert.That(map.Labels, Is.EqualTo(Trained.Labels(Trained.Grey, image)));
        Assert.That((map.Width, map.Height, map.Area), Is.EqualTo((330, 270, image.Info.Bounds)));
        Assert.That(map.Classes, Is.EqualTo(Trained.Grey.Classes));
        Assert.That(map.Run.ClassPixels, Is.EqualTo(Enumerable.Range(1, 3).Select(label => map.Labels.LongCount(found => found == label))));
        Assert.That(map[7, 100], Is.EqualTo(map.Labels[(100 * 330) + 7]));
        foreach ((int x, int y) in ((int, int)[])[(-1, 5), (330, 5), (5, -1), (5, 270)])
        {
            Assert.That(() => map[x, y], Throws.TypeOf<ArgumentOutOfRangeException>(), $"{x},{y}");
        }
    }

    [Test]
    public void ALabelMapOfARegionHasTheRegionsSizeAndAMaskLeavesZeros()
    {
        using MemoryImage image = Scene.Image;
        byte[] mask = new byte[330 * 270];
        mask.AsSpan(330 * 100).Fill(1);
        using var masked = MemoryImage.FromMemory<byte>(mask, 330, 270);
        var options = new SegmentOptions { Region = Part, Mask = masked, KeepValues = true };
        LabelMap map = new Segmenter(Trained.Grey).Segment(image, options);
        Assert.That((map.Width, map.Height, map.Area), Is.EqualTo((201, 199, Part)));
        byte[] expected = Trained.Labels(Trained.Grey, image, options: options with { KeepValues = false });
        Assert.That(map.Labels, Is.EqualTo(expected), "always 1..C");
        Assert.That(map[0, 69], Is.Zero);
        Assert.That(map[0, 70], Is.Not.Zero);
    }

    [Test]
    public void AFeatureStackHoldsThePlanesByNumberAndByName()
    {
        using MemoryImage image = Scene.Image;
        FeatureStack stack = new Segmenter(Trained.Grey).Features(image);
        float[] rows = Trained.FeatureRows(Trained.Grey, image);
        Assert.That(stack.Names, Is.EqualTo(FeatureSpec.Paper.PlaneNames(1)));
        Assert.That(stack.Values, Has.Length.EqualTo(stack.Names.Count * 330 * 270));
        int at = stack.Names.ToList().IndexOf("hessian_trace_2");
        Assert.That(at, Is.GreaterThan(0));
        IEnumerable<float> expected = Enumerable.Range(0, 330 * 270).Select(pixel => rows[(pixel * stack.Names.Count) + at]);
        Assert.That(stack[at].ToArray(), Is.EqualTo(expected));
        Assert.That(stack["hessian_trace_2"].ToArray(), Is.EqualTo(stack[at].ToArray()));
        Assert.That(Segmenter.Features(image, FeatureSpec.Paper).Values, Is.EqualTo(stack.Values), "without a model");
        Assert.That(
            () => stack["hessian"].Length,
            Throws.TypeOf<FastSegException>().With.Message.StartsWith("There is no feature hessian; the planes are gaussian_0, "));
    }

    [Test]
    public void WhatNoArrayCanHoldIsRefusedBeforeAnythingIsRead()
    {
        using var image = new Boundless();
        const string Sentence = "huge: the result of 60000 x 60000 has 3600000000 samples, and an array holds at most";
        Assert.That(
            () => new Segmenter(Trained.Grey).Segment(image), Throws.TypeOf<FastSegException>().With.Message.StartsWith(Sentence));
        Assert.That(
            () => Segmenter.Features(image, FeatureSpec.Paper),
            Throws.TypeOf<FastSegException>().With.Message.StartsWith(
                "huge: the result with 58 planes of 60000 x 60000 has 208800000000 "));
    }

    [TestCase("tif")]
    [TestCase("npy")]
    public void APlanWithoutWritersIsThatOfOpenOnes(string format)
    {
        using MemoryImage image = Scene.Image;
        using var folder = new TemporaryFolder();
        var segmenter = new Segmenter(Trained.Grey);
        var options = new SegmentOptions { Region = Part };
        using ImageWriter labels = ImageFile.Create(folder.File($"l.{format}"), segmenter.LabelLayout(image.Info, options));
        using ImageWriter probabilities = ImageFile.Create(
            folder.File($"p.{format}"), segmenter.ProbabilityLayout(image.Info, SampleType.UInt8, options));
        using ImageWriter confidence = ImageFile.Create(folder.File($"c.{format}"), segmenter.ConfidenceLayout(image.Info, options));
        var open = new SegmentOutputs { Labels = labels, Probabilities = probabilities, Confidence = confidence };
        var planned = new PlannedOutputs
        {
            Labels = $"l.{format}",
            Probabilities = $"p.{format}",
            ProbabilityType = SampleType.UInt8,
            Confidence = $"c.{format}",
        };
        foreach (int threads in (int[])[1, 5])
        {
            var how = new ComputeOptions { Threads = threads };
            Assert.That(segmenter.Plan(image, planned, options, how).Items, Is.EqualTo(segmenter.Plan(image, open, options, how).Items));
        }
    }

    [Test]
    public void APlanForAPngIsThatOfAnOpenOneAndAFormatThatCannotHoldAnOutputIsRefused()
    {
        using MemoryImage image = Scene.Image;
        using var folder = new TemporaryFolder();
        var segmenter = new Segmenter(Trained.Grey);
        using ImageWriter labels = ImageFile.Create(folder.File("l.png"), segmenter.LabelLayout(image.Info));
        Plan open = segmenter.Plan(image, new SegmentOutputs { Labels = labels });
        Assert.That(segmenter.Plan(image, new PlannedOutputs { Labels = "l.png" }).Items, Is.EqualTo(open.Items));
        Assert.That(
            () => segmenter.Plan(image, new PlannedOutputs { Confidence = "c.png" }),
            Throws.TypeOf<FastSegException>().With.Message.Contains("c.png cannot hold float32 values"));
        Assert.That(
            () => segmenter.Plan(image, new PlannedOutputs { Labels = "l.bmp" }),
            Throws.TypeOf<FastSegException>().With.Message.Contains("images are written as .tif, .tiff, .png, .npy or .ome.zarr"));
    }

    [Test]
    public void APlanInMemoryCountsTheLabels()
    {
        using MemoryImage image = Scene.Image;
        var segmenter = new Segmenter(Trained.Grey);
        Plan plan = segmenter.Plan(image, new SegmentOptions { Region = Part, KeepValues = true });
        Assert.That(plan.Items.Single(item => item.Name == "writer").Bytes, Is.EqualTo(Part.Pixels));
        byte[] mine = new byte[Part.Pixels];
        using var writer = MemoryWriter.Into<byte>(segmenter.LabelLayout(image.Info, new SegmentOptions { Region = Part }), mine);
        Plan open = segmenter.Plan(image, new SegmentOutputs { Labels = writer }, new SegmentOptions { Region = Part });
        Assert.That(plan.BufferBytes - open.BufferBytes, Is.EqualTo(Part.Pixels), "the caller's own memory is the caller's");
    }

    /// <summary>58 planes of 2000 x 2000 take 885 MiB; all other buffers of one thread take less than 100.</summary>
    [Test]
    public void AMemoryLimitCountsTheStackThatIsReturned()
    {
        using var image = MemoryImage.FromMemory<byte>(new byte[2000 * 2000], 2000, 2000);
        var options = new ComputeOptions { Backend = BackendKind.Cpu, Threads = 1, Memory = ProcessMemory.Resident() + (500L << 20) };
        Assert.That(
            () => Segmenter.Features(image, FeatureSpec.Paper, options),
            Throws.TypeOf<FastSegException>().With.Message.Contains("is not enough for 2000 x 2000 pixels"));
    }

    [Test]
    public void WritersOfAnotherFormAreTheCallersMistake()
    {
        using MemoryImage image = Scene.Image;
        var segmenter = new Segmenter(Trained.Grey);
        ImageLayout layout = segmenter.ConfidenceLayout(image.Info) with { Type = SampleType.UInt8 };
        using var confidence = MemoryWriter.Into<byte>(layout, new byte[330 * 270]);
        Assert.That(
            () => segmenter.Segment(image, new SegmentOutputs { Confidence = confidence }),
            Throws.ArgumentException.With.Message.Contains("ConfidenceLayout"));
        Assert.That(
            () => segmenter.Features(image, _ => MemoryWriter.Into<float>(layout with { Type = SampleType.Float32 }, new float[330 * 270])),
            Throws.ArgumentException.With.Message.Contains("58 of float32 are needed"));
        confidence.Dispose();
        Assert.That(() => confidence.Write(new Region(0, 0, 1, 1), [0]), Throws.TypeOf<ObjectDisposedException>());
    }

    [TestCase("png")]
    [TestCase("tif")]
    [TestCase("npy")]
    public void SegmentGivesItsFilesTheirNames(string format)
    {
        using MemoryImage image = Scene.Image;
        using var folder = new TemporaryFolder();
        string path = folder.File($"labels.{format}");
        var segmenter = new Segmenter(Trained.Grey);
        using (ImageWriter writer = ImageFile.Create(path, segmenter.LabelLayout(image.Info)))
        {
            segmenter.Segment(image, new SegmentOutputs { Labels = writer });
            Assert.That(File.Exists(path), "committed before the writer is disposed");
            byte[] written = File.ReadAllBytes(path);
            writer.Commit();
            Assert.That(File.ReadAllBytes(path), Is.EqualTo(written), "to commit again does nothing");
        }
        Assert.That(Directory.GetFiles(folder.Path), Is.EqualTo((string[])[path]));
    }

    /// <summary>An image too large for any array, whose pixels are never read.</summary>
    private sealed class Boundless : ImageReader
    {
        public override ImageInfo Info => new("huge", 60_000, 60_000, 3, SampleType.UInt8);

        public override long HeldBytes(int threads) => 0;

        public override void Read(Region region, Span<byte> destination) => throw new InvalidOperationException("nobody should read");

        protected override void Dispose(bool disposing)
        {
        }
    }
}
