using FastSeg.Common;
using FastSeg.Native;
using FastSeg.Probabilities;
using FastSeg.Tests.Images;
using NUnit.Framework;

namespace FastSeg.Tests.Runs;

/// <summary>Safe smoothing: what it is for, where its probabilities lie between two passes, and what it refuses.</summary>
[TestFixture]
[NonParallelizable]
internal sealed class SafeSmoothingTests
{
    private const int Width = 1100, Height = 1000;

    /// <summary>Lines two pixels wide and hardly brighter than the ground they lie on, and discs that are much brighter.</summary>
    private static readonly Lazy<(byte[] Pixels, byte[] Truth)> Lines = new(() =>
    {
        var random = new Random(8);
        byte[] pixels = new byte[Width * Height], truth = new byte[Width * Height];
        for (int i = 0; i < pixels.Length; i++)
        {
            int x = i % Width, y = i / Width, dx = (x % 200) - 100, dy = (y % 200) - 100;
            truth[i] = (byte)((dx * dx) + (dy * dy) < 4900 ? 3 : y % 200 is 6 or 7 ? 2 : 1);
            pixels[i] = (byte)((truth[i] == 3 ? 220 : truth[i] == 2 ? 112 : 100) + random.Next(-3, 4));
        }
        return (pixels, truth);
    });

    private static readonly Lazy<Model> LineModel = new(() =>
    {
        (byte[] pixels, byte[] truth) = Lines.Value;
        const int Rows = 210;
        byte[] labels = [.. truth.Take(Width * Rows).Select((label, i) => i % 13 == 0 ? label : (byte)0)];
        using MemoryImage image = MemoryImage.FromMemory<byte>(pixels.AsMemory(0, Width * Rows), Width, Rows);
        using MemoryImage drawn = MemoryImage.FromMemory<byte>(labels, Width, Rows);
        return Segmenter.Train(
            [new TrainingImage(image, drawn)],
            Trained.ByType with { Sigmas = [1, 2], Families = Families.Gaussian | Families.Hessian },
            Trained.Quick with { Rounds = 12 }).Model;
    });

    [Test]
    public void AThinAndRareClassSurvives()
    {
        (byte[] pixels, byte[] truth) = Lines.Value;
        using MemoryImage image = MemoryImage.FromMemory<byte>(pixels, Width, Height);
        double Found(Smoothing smoothing)
        {
            byte[] labels = Trained.Labels(LineModel.Value, image, options: new SegmentOptions { Smoothing = smoothing });
            int hit = labels.Where((label, i) => label == 2 && truth[i] == 2).Count();
            return (double)hit / labels.Where((label, i) => label == 2 || truth[i] == 2).Count();
        }
        Assert.That(truth.Count(label => label == 2) / (double)truth.Length, Is.InRange(0.005, 0.015));
        double none = Found(Smoothing.None);
        Assert.That(none, Is.GreaterThan(0.8));
        Assert.That(Found(Smoothing.Guided()), Is.LessThan(none / 2));
        Assert.That(Found(Smoothing.Safe), Is.GreaterThan(none - 0.05));
    }

    [Test]
    public void ProbabilitiesOnTheDiskGiveTheSameAsInMemory()
    {
        using MemoryImage image = MemoryImage.FromMemory<byte>(Lines.Value.Pixels, Width, Height);
        var segment = new SegmentOptions { Smoothing = Smoothing.Safe, Region = new Region(3, 5, Width - 5, Height - 7) };
        SmoothedRun inMemory = SmoothedRun.Of(LineModel.Value, image, segment);
        var unlimited = new ComputeOptions { Threads = 2 };
        Assert.That(SmoothedRun.PlanOf(LineModel.Value, image, segment, unlimited).DiskBytes, Is.Zero);
        long disk = 0;
        SmoothedRun onDisk = Tight.Run(2, tight =>
        {
            disk = SmoothedRun.PlanOf(LineModel.Value, image, segment, tight).DiskBytes;
            return SmoothedRun.Of(LineModel.Value, image, segment, tight);
        });
        Assert.That(disk, Is.EqualTo(3L * sizeof(ushort) * (Width - 5) * (Height - 7)));
        Assert.That(onDisk.Labels, Is.EqualTo(inMemory.Labels));
        Assert.That(onDisk.Probabilities, Is.EqualTo(inMemory.Probabilities));
        Assert.That(onDisk.Run.ClassWeights, Is.EqualTo(inMemory.Run.ClassWeights));
    }

    [Test]
    public void StoredTilesComeBack([Values] bool onDisk)
    {
        var grid = new TileGrid(new Region(3, 5, 70, 50), 32, 16);
        using var stored = new StoredProbabilities(grid, 3, onDisk, "image");
        var random = new Random(2);
        ushort[][] tiles = [.. Enumerable.Range(0, (int)grid.Count).Select(i =>
        {
            ushort[] tile = [.. Enumerable.Range(0, (int)grid[i].Pixels * 3).Select(_ => (ushort)random.Next(65536))];
            stored.Write(grid[i], tile);
            return tile;
        })];
        for (int i = tiles.Length - 1; i >= 0; i--)
        {
            ushort[] back = new ushort[tiles[i].Length];
            stored.Read(grid[i], back);
            Assert.That(back, Is.EqualTo(tiles[i]));
        }
    }

    [TestCase(0.2)]
    [TestCase(0.97)]
    [TestCase(1)]
    public void ACancelledRunLeavesNoFile(double share)
    {
        using MemoryImage image = MemoryImage.FromMemory<byte>(Lines.Value.Pixels, Width, Height);
        var segment = new SegmentOptions { Smoothing = Smoothing.Safe };
        // The tables of the model's trees are made by its first run, and stay.
        Trained.Labels(LineModel.Value, image, options: segment);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        long before = HostBuffer.LiveBytes;
        bool cancelled = Tight.Run(2, tight =>
        {
            using var stop = new StopAt(share);
            try
            {
                Trained.Labels(LineModel.Value, image, stop.Options(2) with { Memory = tight.Memory }, segment);
                return false;
            }
            catch (OperationCanceledException)
            {
                return true;
            }
        });
        Assert.That(cancelled);
        Assert.That(HostBuffer.LiveBytes, Is.LessThanOrEqualTo(before));
        Assert.That(Directory.GetFiles(Path.GetTempPath(), $".fastseg-{Environment.ProcessId}-*"), Is.Empty);
        IEnumerable<string?> open = new DirectoryInfo("/proc/self/fd").GetFileSystemInfos().Select(file => file.LinkTarget);
        Assert.That(open.Where(target => target?.Contains("/.fastseg-", StringComparison.Ordinal) ?? false), Is.Empty);
    }

    [Test]
    public void AFullDiskIsOneSentence()
    {
        using var limit = new FileSizeLimit(1 << 16);
        FastSegException? e = Assert.Catch<FastSegException>(() =>
        {
            using var stored = new StoredProbabilities(new TileGrid(new Region(0, 0, 256, 256), 256, 256), 2, true, "image.tif");
            stored.Write(new Region(0, 0, 256, 256), new ushort[2 * 256 * 256]);
        });
        Assert.That(e!.Message, Does.StartWith("The temporary folder ").And.Contain("image.tif").And.Contain("TMPDIR"));
        Assert.That(Directory.GetFiles(Path.GetTempPath(), $".fastseg-{Environment.ProcessId}-*"), Is.Empty);
    }

    [TestCase("safe", new[] { 1.0, 2 }, "There are 2 class weights for 3 classes")]
    [TestCase("safe", new[] { 1.0, 0, 1 }, "One of the class weights is 0; each must be a number above 0")]
    [TestCase("safe", new[] { 1.0, double.NaN, 1 }, "One of the class weights is NaN")]
    [TestCase("guided", new[] { 1.0, 1, 1 }, "There are class weights, but the smoothing is guided")]
    [TestCase("none", new[] { 1.0, 1, 1 }, "There are class weights, but the smoothing is none")]
    public void UnsuitableWeightsAreRefused(string way, double[] weights, string sentence)
    {
        using MemoryImage image = new SyntheticScene(40, 30).Image;
        var segment = new SegmentOptions
        {
            Smoothing = way == "safe" ? Smoothing.Safe : way == "none" ? Smoothing.None : Smoothing.Guided(),
            ClassWeights = weights,
        };
        FastSegException? e = Assert.Catch<FastSegException>(() => Trained.Labels(Trained.Grey, image, options: segment));
        Assert.That(e!.Message, Does.StartWith(sentence));
        Assert.That(e.Setting, Is.EqualTo(Setting.ClassWeights));
    }

    [Test]
    public void UnsuitableSmoothingIsRefused()
    {
        using MemoryImage image = new SyntheticScene(40, 30).Image;
        Smoothing[] wrong = [Smoothing.Guided(0), Smoothing.Guided(65), Smoothing.Guided(8, 0), Smoothing.Safe with { Radius = 3 }];
        foreach (Smoothing smoothing in wrong)
        {
            var segment = new SegmentOptions { Smoothing = smoothing };
            Assert.Catch<FastSegException>(() => Trained.Labels(Trained.Grey, image, options: segment));
            Assert.Catch<FastSegException>(() => Segmenter.Train([new SyntheticScene(40, 30).Training], smooth: smoothing));
        }
    }
}
