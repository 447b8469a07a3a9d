using FastSeg.Images.Samples;
using FastSeg.Images.Tiff;
using FastSeg.Runs;
using FastSeg.Tests.Images;
using NUnit.Framework;

namespace FastSeg.Tests.Runs;

/// <summary>
/// A page whose decoded samples are kept in a file without a name: the same samples and labels, and nothing is decoded twice.
/// </summary>
[TestFixture]
[NonParallelizable]
internal sealed class DecodedPageTests
{
    private static readonly ComputeOptions Kept = new() { LeastDecodedBytes = 0, Threads = 2, Backend = BackendKind.Cpu };

    /// <summary>Elsewhere samples are decoded twice, and there is nothing to test.</summary>
    [SetUp]
    public void NeedADisk()
    {
        if (!FastSeg.Files.MappedFile.Fits(64L << 20))
        {
            Assert.Ignore($"{Path.GetTempPath()} lies in memory or on a network, or has no room");
        }
    }

    /// <summary>Read in blocks that are as wide as panels, that cut them, and that are as wide as the page.</summary>
    [Test]
    public void WhatWasReadComesBack(
        [Values(SampleType.UInt8, SampleType.Float32)] SampleType type, [Values(1, 16)] int channels,
        [Values("256x256", "100x90", "2000x7", "1x300")] string block)
    {
        const int Width = 700, Height = 131;
        byte[] samples = Scratch.Samples(Width, Height, channels, type);
        using var source = new Source(samples, new ImageInfo("page", Width, Height, channels, type));
        using DecodedPage page = DecodedPage.Of(source)!;
        long[] size = [.. block.Split('x').Select(long.Parse)];
        long across = ((Width - 1) / size[0]) + 1, down = ((Height - 1) / size[1]) + 1;
        Parallel.For(0L, across * down, i =>
        {
            Region part = new Region(i % across * size[0], i / across * size[1], size[0], size[1]).Intersect(source.Info.Bounds);
            byte[] read = new byte[part.Pixels * source.Info.PixelBytes];
            page.Read(part, read);
            Assert.That(read, Is.EqualTo(Scratch.Crop(samples, Width, source.Info.PixelBytes, part)), "while it is kept");
        });
        page.Complete();
        Assert.That(page.IsKept);
        long reads = source.Reads;
        Readers.CheckRectangles(page, samples);
        Assert.That(source.Reads, Is.EqualTo(reads), "nothing is decoded again");
    }

    [Test]
    public void WhereTheDiskFillsTheSourceIsRead()
    {
        byte[] samples = Scratch.Samples(600, 400, 1, SampleType.UInt8);
        using var source = new Source(samples, new ImageInfo("page", 600, 400, 1, SampleType.UInt8));
        using DecodedPage page = DecodedPage.Of(source)!;
        byte[] read = new byte[samples.Length];
        using (new FileSizeLimit(100_000))
        {
            page.Read(source.Info.Bounds, read);
        }
        Assert.That(read, Is.EqualTo(samples));
        Assert.That(page.StoredBytes, Is.Zero, "the disk has its room back at once");
        page.Read(source.Info.Bounds, read);
        Assert.That(page.StoredBytes, Is.Zero, "nothing is written any more");
        page.Complete();
        Assert.That(page.IsKept, Is.False);
        Readers.CheckRectangles(page, samples);
    }

    /// <summary>The model standardises by the image's mean and deviation, so all of it is read before the first tile.</summary>
    [Test]
    public void ASegmentationDecodesEachPartOnce()
    {
        using var scratch = new Scratch();
        var scene = new SyntheticScene(900, 700, seed: 4);
        using MemoryImage memory = scene.Image;
        using (ImageWriter writer = ImageFile.Create(scratch["tiles.tif"], new ImageLayout(900, 700, SampleType.UInt8)))
        {
            writer.Write(memory.Info.Bounds, Scratch.ReadAll(memory));
            writer.Commit();
        }
        byte[] expected = Trained.Labels(Trained.Grey, memory);
        foreach ((bool keeps, long tiles) in ((bool, long)[])[(true, 12), (false, 24)])
        {
            ComputeOptions options = keeps ? Kept : Kept with { LeastDecodedBytes = long.MaxValue };
            using ImageReader image = ImageFile.Open(scratch["tiles.tif"]);
            Plan plan = SmoothedRun.PlanOf(Trained.Grey, image, new SegmentOptions(), options);
            Assert.That(plan.DiskBytes, Is.EqualTo(keeps ? 900 * 700 : 0));
            Assert.That(plan.Items.Any(item => item.Name == "decoded samples"), Is.EqualTo(keeps));
            // So small an image is decoded once by whatever keeps all of it; cut into tiles of one thread, the reader keeps a part.
            Assert.That(Trained.Labels(Trained.Grey, image, options), Is.EqualTo(expected));
            Assert.That(((TiffReader)NarrowedImage.SourceOf(image)).Decoded, keeps ? Is.EqualTo(tiles) : Is.AtMost(tiles));
        }
    }

    /// <summary>The reader of the test before keeps so small a page by itself; this one keeps nothing, and counts.</summary>
    [Test]
    public void ASegmentationReadsNothingAfterThePass()
    {
        using MemoryImage memory = new SyntheticScene(900, 700, seed: 4).Image;
        using var source = new Source(Scratch.ReadAll(memory), memory.Info) { Compressed = true };
        byte[] expected = Trained.Labels(Trained.Grey, memory);
        SampleStatisticsPass.Run(source, null, 2, Kept);
        long pass = source.Reads;
        Assert.That(Trained.Labels(Trained.Grey, source, Kept), Is.EqualTo(expected));
        Assert.That(source.Reads - pass, Is.EqualTo(pass), "kept");
        long before = source.Reads;
        Assert.That(Trained.Labels(Trained.Grey, source, Kept with { LeastDecodedBytes = long.MaxValue }), Is.EqualTo(expected));
        Assert.That(source.Reads - before, Is.GreaterThan(pass), "not kept");
    }

    /// <summary>A part of a page, a page that nothing needs twice, and one that is not decoded are left as they are.</summary>
    [Test]
    public void OnlyWhatIsDecodedTwiceIsKept()
    {
        using var scratch = new Scratch();
        using MemoryImage memory = new SyntheticScene(300, 200, seed: 4).Image;
        using (ImageWriter writer = ImageFile.Create(scratch["tiles.tif"], new ImageLayout(300, 200, SampleType.UInt8)))
        {
            writer.Write(memory.Info.Bounds, Scratch.ReadAll(memory));
            writer.Commit();
        }
        using ImageReader image = ImageFile.Open(scratch["tiles.tif"]);
        long Disk(Model model, ImageReader of, Region? region = null) =>
            SmoothedRun.PlanOf(model, of, new SegmentOptions { Region = region }, Kept).DiskBytes;
        Assert.That(Disk(Trained.Grey, image), Is.EqualTo(60_000));
        Assert.That(Disk(Trained.Grey, memory), Is.Zero, "in memory");
        Assert.That(Disk(Trained.GreyByType, image), Is.Zero, "no mean is needed");
        Assert.That(Disk(Trained.Grey, image, new Region(0, 0, 300, 90)), Is.Zero, "less than half");
        Assert.That(Disk(Trained.Grey, image, new Region(0, 0, 300, 110)), Is.EqualTo(60_000), "more than half");
    }

    /// <summary>Results may lie on the same disk: one of 64 TB leaves no room.</summary>
    [Test]
    public void ResultsKeepTheirRoom()
    {
        using MemoryImage memory = new SyntheticScene(300, 200, seed: 4).Image;
        using var source = new Source(Scratch.ReadAll(memory), memory.Info) { Compressed = true };
        long Disk(int frames)
        {
            var labels = new OutputSketch(new ImageLayout(300, 200, SampleType.UInt8) { Frames = frames }, _ => 0);
            var run = new SegmentRun(Trained.Grey, null, source, new SegmentOptions(), Kept);
            return run.Plan(new OutputSketches(labels, null, null)).DiskBytes;
        }
        Assert.That(Disk(1), Is.EqualTo(60_000));
        Assert.That(Disk(1 << 30), Is.Zero);
    }

    /// <summary>An image in memory that counts how often it is read.</summary>
    private sealed class Source(byte[] samples, ImageInfo info) : ImageReader
    {
        private long _reads;

        public long Reads => Interlocked.Read(ref _reads);

        public override ImageInfo Info => info;

        public bool Compressed { get; init; }

        internal override bool Decodes => Compressed;

        public override long HeldBytes(int threads) => 0;

        public override void Read(Region region, Span<byte> destination)
        {
            Interlocked.Increment(ref _reads);
            Scratch.Crop(samples, info.Width, info.PixelBytes, region).CopyTo(destination);
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
