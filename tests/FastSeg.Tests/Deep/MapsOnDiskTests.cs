using System.Diagnostics;
using FastSeg.Common;
using FastSeg.Deep;
using FastSeg.Deep.Tokens;
using FastSeg.Files;
using FastSeg.Runs;
using FastSeg.Tests.Deep.Backbones;
using FastSeg.Tests.Deep.Upsamplers;
using NUnit.Framework;

namespace FastSeg.Tests.Deep;

/// <summary>Maps of deep features that lie in a file without a name: the same labels, and a plan that counts the file.</summary>
[TestFixture]
internal sealed class MapsOnDiskTests() : DeepFixture(Scene)
{
    private static readonly SyntheticScene Scene = new(333, 171, seed: 6);

    private static readonly ComputeOptions Disk = new() { MostMapBytes = 0 };

    /// <summary>Elsewhere maps stay in memory, and there is nothing to test.</summary>
    [SetUp]
    public void NeedADisk()
    {
        if (!LowResolution.FitOnDisk(64L << 20))
        {
            Assert.Ignore($"{Path.GetTempPath()} does not reserve room for files, or has none");
        }
    }

    [Test]
    public void LabelsAreThoseOfMapsInMemory(
        [Values(Upsampling.Nearest, Upsampling.Bilinear, Upsampling.JointBilateral)] Upsampling upsampling, [Values(1, 3)] int threads)
    {
        Model model = Train(new DeepOptions(Backbone) { Channels = 6, Scales = [1, 2], Upsampling = upsampling });
        using MemoryImage image = Scene.Image;
        byte[] expected = Labels(model, image);
        Assert.That(expected.Distinct().Count(), Is.GreaterThan(1));
        foreach ((long, long)? tile in ((long, long)?[])[null, (64, 48)])
        {
            ComputeOptions options = Disk with { Threads = threads, Tile = tile };
            Assert.That(Labels(model, image, options), Is.EqualTo(expected), $"tiles of {tile}");
            Assert.That(Plan(model, Backbone, image, options).DiskBytes, Is.GreaterThan(0), "it was the disk");
        }
        byte[] smoothed = Smoothed(model, image, new ComputeOptions());
        Assert.That(Smoothed(model, image, Disk with { Threads = threads }), Is.EqualTo(smoothed));
    }

    [Test]
    public void ALearnedUpsamplerReadsThemToo()
    {
        using var tiny = new TinyBackbone(dimension: 20);
        tiny.SaveDefault(new UpsamplerCase(16, 16, 176, 208, 8, Padding.Replicate));
        using Backbone backbone = Backbone.Open(tiny.Folder, 1);
        using MemoryImage image = Scene.Image;
        Model model = Segmenter.Train([Scene.Training], Small, Trained.Quick, deep: new DeepOptions(backbone)).Model;
        Assert.That(model.DeepFeatures!.Upsampling, Is.EqualTo(Upsampling.Learned));
        byte[] expected = Labels(model, backbone, image, null);
        foreach ((long, long)? tile in ((long, long)?[])[null, (64, 48)])
        {
            ComputeOptions options = Disk with { Threads = 2, Tile = tile };
            Assert.That(Labels(model, backbone, image, options), Is.EqualTo(expected), $"tiles of {tile}");
            Assert.That(Plan(model, backbone, image, options).DiskBytes, Is.GreaterThan(0), "it was the disk");
        }
    }

    /// <summary>A block, or a run that goes on, leaves rows of windows out: what it needs is there, and the rest is some number.</summary>
    [Test]
    public unsafe void RowsThatAreNeededAreThere()
    {
        Model model = Train(new DeepOptions(Backbone) { Channels = 6 });
        using MemoryImage image = new SyntheticScene(100, 400, seed: 8).Image;
        LowResolution Compute(NeededPixels? pixels, bool onDisk) => LowResolution.Compute(
            Backbone, model.Deep!.Projections[0], image, SeenPage.Of(image), new WindowPolicy(5, 3, false), needed: pixels, onDisk: onDisk);
        var needed = new NeededPixels([new Region(0, 96, 100, 32)]);
        using LowResolution all = Compute(null, false), disk = Compute(null, true), part = Compute(needed, true);
        for (int channel = 0; channel < all.Channels; channel++)
        {
            var expected = new ReadOnlySpan<float>(all.Plane(channel), (int)(all.Rows * all.Columns));
            Assert.That(new ReadOnlySpan<float>(disk.Plane(channel), expected.Length).SequenceEqual(expected), Is.True);
            var rows = (int)(12 * all.Columns)..(int)(16 * all.Columns);
            var some = new ReadOnlySpan<float>(part.Plane(channel), expected.Length);
            Assert.That(some[rows].SequenceEqual(expected[rows]), Is.True);
            Assert.That(some.ContainsAnyExceptInRange(float.MinValue, float.MaxValue), Is.False);
        }
    }

    /// <summary>A block, or a run that goes on, keeps room for the rows that it needs, and has the labels of a whole run.</summary>
    [TestCase(Upsampling.Bilinear)]
    [TestCase(Upsampling.JointBilateral)]
    public void ABlockKeepsRoomForItsRowsAlone(Upsampling upsampling)
    {
        const int Width = 100, Height = 600, From = 240, To = 320;
        Model model = Train(new DeepOptions(Backbone) { Channels = 6, Scales = [1, 2], Upsampling = upsampling });
        using MemoryImage image = new SyntheticScene(Width, Height, seed: 8).Image;
        byte[] expected = Labels(model, image), labels = new byte[Width * Height];
        long all = DeepMaps.Bytes(model.Deep!, image.Info).Sum();
        long Planned(long from, long to)
        {
            using var writer = new Block(new Segmenter(model, Backbone).LabelLayout(image.Info), labels, from, to);
            var run = new SegmentRun(model, Backbone, image, new SegmentOptions(), Disk with { Threads = 2 });
            run.Run(new SegmentOutputs { Labels = writer });
            return run.Made!.DiskBytes;
        }
        Assert.That(Planned(From, To), Is.InRange(all * (To - From) / Height, all / 3));
        var rows = (From * Width)..(To * Width);
        Assert.That(labels[rows], Is.EqualTo(expected[rows]));
        Assert.That(Planned(0, Height), Is.EqualTo(all));
        Assert.That(labels, Is.EqualTo(expected));
    }

    /// <summary>A region keeps room for the rows around it alone, and looks at few windows.</summary>
    [Test]
    public void ARegionKeepsRoomForItsRowsAlone()
    {
        const int Width = 100, Height = 600;
        var region = new Region(20, 240, 70, 80);
        Model model = Train(new DeepOptions(Backbone) { Channels = 6 });
        using MemoryImage image = new SyntheticScene(Width, Height, seed: 8).Image;
        byte[] expected = Labels(model, image);
        long all = DeepMaps.Bytes(model.Deep!, image.Info).Sum();
        var segmenter = new Segmenter(model, Backbone);
        var options = new SegmentOptions { Region = region };
        Plan plan = segmenter.Plan(image, options, Disk);
        Assert.That(plan.DiskBytes, Is.InRange(all * region.Height / Height, all / 4));
        LabelMap found = segmenter.Segment(image, options, Disk);
        for (int y = 0; y < region.Height; y++)
        {
            int at = (int)((region.Y + y) * Width) + (int)region.X;
            ReadOnlySpan<byte> row = found.Labels.AsSpan((int)(y * region.Width), (int)region.Width);
            Assert.That(row.SequenceEqual(expected.AsSpan(at, (int)region.Width)), Is.True, $"row {y}");
        }
    }

    /// <summary>
    /// A learned upsampler's core may be wider than that for which its rows are found before there is a plan: what it reads is there.
    /// </summary>
    [Test]
    public void ALearnedUpsamplersBlockKeepsRoomForItsRowsAlone()
    {
        const int Width = 1100, Height = 400, From = 160, To = 200;
        using var tiny = new TinyBackbone(dimension: 20);
        tiny.SaveDefault(new UpsamplerCase(16, 16, Height, Width, 8, Padding.Replicate));
        using Backbone backbone = Backbone.Open(tiny.Folder, 1);
        Model model = Segmenter.Train([Scene.Training], Small, Trained.Quick, deep: new DeepOptions(backbone)).Model;
        Assert.That(model.DeepFeatures!.Upsampling, Is.EqualTo(Upsampling.Learned));
        using MemoryImage image = new SyntheticScene(Width, Height, seed: 8).Image;
        byte[] expected = Labels(model, backbone, image, null), labels = new byte[Width * Height];
        long all = DeepMaps.Bytes(model.Deep!, image.Info).Sum();
        using var writer = new Block(new Segmenter(model, backbone).LabelLayout(image.Info), labels, From, To);
        ComputeOptions wide = Disk with { Threads = 1, Tile = (1280, 48) };
        var run = new SegmentRun(model, backbone, image, new SegmentOptions(), wide);
        run.Run(new SegmentOutputs { Labels = writer });
        Assert.That(run.Made!.TileWidth, Is.GreaterThan(1024), "wider than what the rows were found for");
        Assert.That(run.Made.DiskBytes, Is.InRange(all * (To - From) / Height, all - 1));
        var rows = (From * Width)..(To * Width);
        Assert.That(labels[rows], Is.EqualTo(expected[rows]));
    }

    /// <summary>The disk keeps room for what is written: the file is as long as all, and takes a tenth.</summary>
    [Test]
    public void TheDiskKeepsNoRoomForOtherRows()
    {
        const int Rows = 1000, Columns = 1024, Channels = 2;
        using var map = new LowResolution(Channels, Rows, Columns, 8, onDisk: true, written: (300, 400));
        string file = new DirectoryInfo("/proc/self/fd").GetFileSystemInfos()
            .Last(one => one.LinkTarget?.Contains($"/.fastseg-{Environment.ProcessId}-", StringComparison.Ordinal) == true).Name;
        using Process stat = Process.Start(
            new ProcessStartInfo("stat", ["-Lc", "%s %b", $"/proc/{Environment.ProcessId}/fd/{file}"])
            {
                RedirectStandardOutput = true,
            })!;
        long[] numbers = [.. stat.StandardOutput.ReadToEnd().Split(' ').Select(long.Parse)];
        long bytes = (long)Channels * Rows * Columns * sizeof(float);
        Assert.That(numbers[0], Is.EqualTo(bytes));
        Assert.That(512 * numbers[1], Is.InRange(bytes / 10, bytes / 8));
    }

    /// <summary>A result of which some rows are missing, as those of a block are.</summary>
    private sealed class Block(ImageLayout layout, byte[] labels, long from, long to) : ImageWriter
    {
        public override ImageLayout Layout => layout;

        internal override (long Width, long Height)? Units => (50, 40);

        internal override bool Lacks(int plane, Region region) => region.Y < to && from < region.Bottom;

        public override long HeldBytes(int threads) => 0;

        public override void Write(Region region, ReadOnlySpan<byte> samples)
        {
            for (long y = region.Y; y < region.Bottom; y++)
            {
                samples.Slice((int)((y - region.Y) * region.Width), (int)region.Width)
                    .CopyTo(labels.AsSpan((int)((y * layout.Width) + region.X)));
            }
        }

        public override void Commit()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }

    /// <summary>Without a folder that can be written, nothing is planned for the disk, and nothing fails.</summary>
    [Test]
    public void WithoutATemporaryFolderTheyStayInMemory()
    {
        Assert.That(MappedFile.Fits(1), Is.True);
        Assert.That(MappedFile.Fits(long.MaxValue / 4), Is.False);
        Assert.That(MappedFile.Fits(1, "/nowhere/at/all"), Is.False);
        Assert.That(MappedFile.Fits(1, "/proc"), Is.False, "no disk");
    }

    /// <summary>No disk has a pebibyte: the room is asked for before anything is written, and there is one sentence.</summary>
    [Test]
    public void AFileThatTheDiskCannotHoldIsRefused() => Assert.That(
        () => new MappedFile(1L << 50, "deep features"),
        Throws.TypeOf<FastSegException>().With.Message.Contains("cannot hold deep features").And.Message.Contains("TMPDIR"));

    /// <summary>The file counts as disk, and what of it is in use counts for each worker; nothing of it for a map that is small.</summary>
    [Test]
    public void ThePlanCountsTheFile()
    {
        Model model = Train(new DeepOptions(Backbone) { Channels = 6 });
        using MemoryImage image = Scene.Image;
        long bytes = 22L * 42 * 6 * sizeof(float);
        foreach ((long most, bool disk) in ((long, bool)[])[(bytes, false), (bytes - 1, true), (0, true)])
        {
            Plan plan = Plan(model, Backbone, image, new ComputeOptions { MostMapBytes = most, Threads = 2 });
            PlanItem item = plan.Items.Single(item => item.Name == "deep features");
            Assert.That(plan.DiskBytes, Is.EqualTo(disk ? bytes : 0), $"{most}");
            Assert.That((item.Phase, item.Count), Is.EqualTo(disk ? (PlanPhase.Tiles, plan.Workers) : (PlanPhase.Run, 1)), $"{most}");
            Assert.That(item.BytesEach, Is.InRange(1, bytes), $"{most}");
        }
    }

    [Test]
    public unsafe void CellsAreCopiedFromTheirPlaces()
    {
        const int Rows = 12, Columns = 17, Channels = 3;
        using var map = new LowResolution(Channels, Rows, Columns, 8, onDisk: true);
        for (int i = 0; i < Channels * Rows * Columns; i++)
        {
            map.Plane(0)[i] = i;
        }
        float[] copied = new float[Channels * 4 * 6];
        fixed (float* to = copied)
        {
            map.Read(new Region(5, 7, 6, 4), to);
        }
        IEnumerable<int> expected = Enumerable.Range(0, copied.Length)
            .Select(i => (((i / 24 * Rows) + 7 + (i / 6 % 4)) * Columns) + 5 + (i % 6));
        Assert.That(copied, Is.EqualTo(expected));
    }

    /// <summary>A page whose features fill more than a tile needs: letting go keeps what was written, and leaves little resident.</summary>
    [Test]
    public unsafe void WhatIsLetGoIsStillThere()
    {
        const int Rows = 512, Columns = 1024, Channels = 16;
        using var map = new LowResolution(Channels, Rows, Columns, 8, onDisk: true);
        for (int i = 0; i < Channels * Rows * Columns; i++)
        {
            map.Plane(0)[i] = i;
        }
        long before = ProcessMemory.Resident();
        map.Drop();
        Assert.That(before - ProcessMemory.Resident(), Is.GreaterThan(16L << 20), "half of the file's 32 MiB");
        for (int channel = 0; channel < Channels; channel++)
        {
            Assert.That(map.Plane(channel)[Columns + 5], Is.EqualTo((channel * Rows * Columns) + Columns + 5));
        }
        Assert.That(() => map.Values, Throws.InvalidOperationException);
    }

    private static Plan Plan(Model model, Backbone backbone, ImageReader image, ComputeOptions options)
    {
        var segmenter = new Segmenter(model, backbone);
        return segmenter.Plan(image, Into(segmenter, image, new byte[image.Info.Bounds.Pixels]), options: options);
    }

    private byte[] Smoothed(Model model, ImageReader image, ComputeOptions options)
    {
        var segmenter = new Segmenter(model, Backbone);
        byte[] labels = new byte[image.Info.Bounds.Pixels];
        segmenter.Segment(image, Into(segmenter, image, labels), new SegmentOptions { Smoothing = Smoothing.Safe }, options);
        return labels;
    }
}
