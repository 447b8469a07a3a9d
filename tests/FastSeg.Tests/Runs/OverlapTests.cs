using NUnit.Framework;

namespace FastSeg.Tests.Runs;

/// <summary>Results in the image's own memory, in one another's, or in files that are read: refused before anything is written.</summary>
[TestFixture]
internal sealed unsafe class OverlapTests
{
    private const int Width = 96, Height = 80;

    private static readonly SyntheticScene Scene = new(Width, Height, seed: 6);

    private static ImageLayout Layout(SampleType type = SampleType.UInt8, int pages = 1) => new(Width, Height, type, pages);

    [Test]
    public void LabelsOverTheFrameAreRefused()
    {
        byte[] memory = [.. Scene.Pixels, .. new byte[Width * Height]];
        using MemoryImage image = MemoryImage.FromMemory<byte>(memory, Width, Height, name: "frame");
        var segmenter = new Segmenter(Trained.Grey);
        for (int at = 0; at <= Width * Height; at += Width * Height / 2)
        {
            byte[] before = [.. memory];
            using MemoryWriter writer = MemoryWriter.Into(Layout(), memory.AsMemory(at));
            void Run() => segmenter.Segment(image, new SegmentOutputs { Labels = writer });
            if (at == Width * Height)
            {
                Assert.That(Run, Throws.Nothing);
                Assert.That(memory[at..], Is.EqualTo(Trained.Labels(Trained.Grey, image)));
                return;
            }
            Assert.That(
                Run, Throws.TypeOf<FastSegException>().With.Message.EqualTo(
                    "The memory for a result overlaps that of frame, which is still read while results are written; "
                    + "give memory of its own."));
            Assert.That(memory, Is.EqualTo(before), "nothing was written");
        }
    }

    /// <summary>Image and labels may be the halves of one picture: their rows alternate, and no byte is in both.</summary>
    [Test]
    public void RowsThatAlternateAreNoOverlap()
    {
        byte[] both = new byte[2 * Width * Height];
        for (int y = 0; y < Height; y++)
        {
            Scene.Pixels.AsSpan(y * Width, Width).CopyTo(both.AsSpan(2 * y * Width));
        }
        fixed (byte* first = both)
        {
            using var image = new MemoryImage((nint)first, Width, Height, 1, 2 * Width, SampleType.UInt8);
            using var labels = new MemoryWriter(Layout(), (nint)first + Width, 2 * Width);
            new Segmenter(Trained.Grey).Segment(image, new SegmentOutputs { Labels = labels });
        }
        using MemoryImage alone = Scene.Image;
        byte[] expected = Trained.Labels(Trained.Grey, alone);
        for (int y = 0; y < Height; y++)
        {
            Assert.That(both.AsSpan(((2 * y) + 1) * Width, Width).SequenceEqual(expected.AsSpan(y * Width, Width)), $"row {y}");
            Assert.That(both.AsSpan(2 * y * Width, Width).SequenceEqual(Scene.Pixels.AsSpan(y * Width, Width)), $"row {y}");
        }
    }

    [Test]
    public void ResultsOverOneAnotherOrAMaskAreRefused()
    {
        byte[] memory = new byte[Width * Height * 4];
        using MemoryImage image = Scene.Image, mask = MemoryImage.FromMemory<byte>(memory.AsMemory(0, Width * Height), Width, Height);
        using MemoryWriter labels = MemoryWriter.Into(Layout(), memory.AsMemory(Width * Height / 3));
        fixed (byte* first = memory)
        {
            using var confidence = new MemoryWriter(Layout(SampleType.Float32), (nint)first);
            var segmenter = new Segmenter(Trained.Grey);
            Assert.That(
                () => segmenter.Segment(image, new SegmentOutputs { Labels = labels, Confidence = confidence }),
                Throws.TypeOf<FastSegException>().With.Message.StartsWith("The memory for one result overlaps that for another"));
        }
        Assert.That(
            () => new Segmenter(Trained.Grey).Segment(
                image, new SegmentOutputs { Labels = labels }, new SegmentOptions { Mask = mask }),
            Throws.TypeOf<FastSegException>().With.Message.StartsWith("The memory for a result overlaps that of image in memory"));
    }

    [Test]
    public void FeaturesOverTheFrameAreRefused()
    {
        FeatureSpec one = FeatureSpec.Paper with { Sigmas = [], Families = Families.Gaussian };
        float[] samples = Array.ConvertAll(Scene.Pixels, sample => (float)sample);
        using MemoryImage image = MemoryImage.FromMemory<float>(samples, Width, Height, name: "frame");
        Assert.That(
            () => Segmenter.Features(image, one, 1, names => MemoryWriter.Into<float>(Layout(SampleType.Float32, names.Count), samples)),
            Throws.TypeOf<FastSegException>().With.Message.StartsWith("The memory for a result overlaps that of frame"));
        Assert.That(samples, Is.EqualTo(Array.ConvertAll(Scene.Pixels, sample => (float)sample)));
    }

    [Test]
    public void FilesThatAreReadAreNotReplaced()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("a.tif"), link = folder.File("link.tif");
        using (ImageWriter writer = ImageFile.Create(path, Layout()))
        {
            writer.Write(new Region(0, 0, Width, Height), Scene.Pixels);
            writer.Commit();
        }
        File.CreateSymbolicLink(link, path);
        byte[] before = File.ReadAllBytes(path);
        var segmenter = new Segmenter(Trained.Grey);
        foreach (string name in (string[])[path, $"{path}#1", link])
        {
            using ImageReader image = ImageFile.Open(name);
            using ImageWriter labels = ImageFile.Create(path, segmenter.LabelLayout(image.Info));
            Assert.That(
                () => segmenter.Segment(image, new SegmentOutputs { Labels = labels }),
                Throws.TypeOf<FastSegException>().With.Message.EqualTo(
                    $"{path} is read, and would be overwritten by a result; write to another name."));
        }
        using ImageReader whole = ImageFile.Open(path);
        using ImageWriter one = ImageFile.Create(folder.File("l.tif"), segmenter.LabelLayout(whole.Info));
        using ImageWriter same = ImageFile.Create(folder.File("l.tif"), segmenter.ConfidenceLayout(whole.Info));
        Assert.That(
            () => segmenter.Segment(whole, new SegmentOutputs { Labels = one, Confidence = same }),
            Throws.TypeOf<FastSegException>().With.Message.Contains("are one file, and two results would be written to it"));
        Assert.That(
            () => Segmenter.Features(
                whole, FeatureSpec.Paper, 1, names => ImageFile.Create(path, Layout(SampleType.Float32, names.Count))),
            Throws.TypeOf<FastSegException>().With.Message.StartsWith($"{path} is read"));
        Assert.That(File.ReadAllBytes(path), Is.EqualTo(before));
    }
}
