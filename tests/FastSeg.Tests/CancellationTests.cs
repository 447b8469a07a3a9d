using FastSeg.Images.Samples;
using FastSeg.Native;
using NUnit.Framework;
using NUnit.Framework.Constraints;

namespace FastSeg.Tests;

/// <summary>
/// Runs that are cancelled in the middle, by the first report of their own progress. Every worker looks at the token before it takes a
/// tile: so each may finish the tile it has begun, and takes no other.
/// </summary>
[TestFixture]
[NonParallelizable]
internal sealed class CancellationTests
{
    private static readonly SyntheticScene Scene = new(1100, 2500, seed: 11);

    private static readonly FeatureSpec Features = FeatureSpec.Paper with { Sigmas = [1], Families = Families.Gaussian };

    [TestCase(1)]
    [TestCase(3)]
    public void ASegmentationStopsAndLeavesNothing(int threads)
    {
        using var folder = new TemporaryFolder();
        using MemoryImage image = Scene.Image;
        var segmenter = new Segmenter(Trained.Grey);
        ImageLayout layout = segmenter.LabelLayout(image.Info);
        (byte[] Labels, int Tiles) Whole()
        {
            byte[] labels = new byte[layout.Width * layout.Height];
            using var writer = new CountingWriter(MemoryWriter.Into<byte>(layout, labels));
            segmenter.Segment(image, new SegmentOutputs { Labels = writer }, null, new ComputeOptions { Threads = threads });
            return (labels, writer.Tiles);
        }

        (byte[] expected, int all) = Whole();
        long before = HeldByOthers();
        using var stop = new StopAt(0);
        using (var writer = new CountingWriter(ImageFile.Create(folder.File("labels.tif"), layout)))
        {
            Assert.That(
                () => segmenter.Segment(image, new SegmentOutputs { Labels = writer }, null, stop.Options(threads)),
                Throws.InstanceOf<OperationCanceledException>());
            AssertStopped(writer.Tiles, threads, all);
            Assert.That(File.Exists(folder.File("labels.tif")), Is.False);
        }
        AssertNothingIsLeft(folder, before);
        Assert.That(Whole().Labels, Is.EqualTo(expected), "the segmenter is as good as new");
    }

    [TestCase(1)]
    [TestCase(3)]
    public void AFeatureRunStopsAndLeavesNothing(int threads)
    {
        using var folder = new TemporaryFolder();
        using MemoryImage image = Scene.Image;
        int Tiles(string name, ComputeOptions options, bool stopped)
        {
            CountingWriter? writer = null;
            ImageWriter Create(IReadOnlyList<string> names)
            {
                var layout = new ImageLayout(Scene.Width, Scene.Height, SampleType.Float32, names.Count);
                return writer = new CountingWriter(ImageFile.Create(folder.File(name), layout));
            }

            void Run() => Segmenter.Features(image, Features, 1, Create, options);
            Assert.That(Run, Ending(stopped));
            return writer!.Tiles;
        }

        int all = Tiles("whole.npy", new ComputeOptions { Threads = threads }, stopped: false);
        File.Delete(folder.File("whole.npy"));
        long before = HeldByOthers();
        using var stop = new StopAt(0);
        AssertStopped(Tiles("part.npy", stop.Options(threads), stopped: true), threads, all);
        AssertNothingIsLeft(folder, before);
    }

    /// <summary>All tiles are written when the last one is reported, and yet the outputs must not get their names.</summary>
    [Test]
    public void ARunThatIsCancelledWithItsLastTileCommitsNothing()
    {
        using var folder = new TemporaryFolder();
        using MemoryImage image = Scene.Image;
        var segmenter = new Segmenter(Trained.Grey);
        long before = HeldByOthers();
        using var stop = new StopAt(1);
        using (ImageWriter writer = ImageFile.Create(folder.File("labels.tif"), segmenter.LabelLayout(image.Info)))
        {
            Assert.That(
                () => segmenter.Segment(image, new SegmentOutputs { Labels = writer }, null, stop.Options(2)),
                Throws.InstanceOf<OperationCanceledException>());
        }
        using var stopFeatures = new StopAt(1);
        ImageWriter Create(IReadOnlyList<string> names) => ImageFile.Create(
            folder.File("planes.npy"), new ImageLayout(Scene.Width, Scene.Height, SampleType.Float32, names.Count));
        Assert.That(
            () => Segmenter.Features(image, Features, 1, Create, stopFeatures.Options(2)),
            Throws.InstanceOf<OperationCanceledException>());
        AssertNothingIsLeft(folder, before);
    }

    /// <summary>The smaller sizes of an OME-Zarr are computed when all tiles are written.</summary>
    [Test]
    public void SmallerSizesStopAndLeaveNothing()
    {
        using var folder = new TemporaryFolder();
        using MemoryImage image = Scene.Image;
        var segmenter = new Segmenter(Trained.Grey);
        ImageLayout labels = segmenter.LabelLayout(image.Info), sure = segmenter.ConfidenceLayout(image.Info);
        long before = HeldByOthers();
        using var source = new CancellationTokenSource();
        using (var first = new CancellingWriter(MemoryWriter.Into<byte>(labels, new byte[Scene.Width * Scene.Height]), source))
        using (ImageWriter second = ImageFile.Create(folder.File("sure.ome.zarr"), sure))
        {
            var outputs = new SegmentOutputs { Labels = first, Confidence = second };
            Assert.That(
                () => segmenter.Segment(image, outputs, null, new ComputeOptions { Threads = 2, Cancellation = source.Token }),
                Throws.InstanceOf<OperationCanceledException>());
            Assert.That(source.IsCancellationRequested);
        }
        AssertNothingIsLeft(folder, before);
    }

    [TestCase(1)]
    [TestCase(3)]
    public void ATrainingStopsGathering(int threads)
    {
        int Tiles(ComputeOptions options, bool stopped)
        {
            using var image = new CountingReader(Scene.Image);
            using MemoryImage labels = Scene.LabelImage;
            // The pass for mean, deviation and percentiles reads the image before any progress is reported.
            SampleStatisticsPass.Run(image, null, threads, new ComputeOptions { Threads = threads });
            int before = image.Tiles;
            void Run() => Segmenter.Train([new TrainingImage(image, labels)], Features, Trained.Quick, options: options);
            Assert.That(Run, Ending(stopped));
            return image.Tiles - (2 * before);
        }

        int all = Tiles(new ComputeOptions { Threads = threads }, stopped: false);
        long before = HeldByOthers();
        using var stop = new StopAt(0);
        AssertStopped(Tiles(stop.Options(threads), stopped: true), threads, all);
        Assert.That(HostBuffer.LiveBytes, Is.LessThanOrEqualTo(before));
    }

    [Test]
    public void ATrainingStopsBetweenRounds()
    {
        // Gathering is the first three tenths of a training's progress. The rounds follow, each of which is reported when it is done.
        const double FirstRounds = 0.31;
        long before = HeldByOthers();
        using var stop = new StopAt(FirstRounds);
        Assert.That(
            () => Segmenter.Train([Scene.Training], Features, Trained.Quick with { Rounds = 50 }, options: stop.Options(2)),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(stop.ReportsSince, Is.EqualTo(1), "no round is done after the one that was reported");
        Assert.That(HostBuffer.LiveBytes, Is.LessThanOrEqualTo(before));
    }

    /// <summary>How a run ends: stopped by cancellation, or without a failure.</summary>
    private static IResolveConstraint Ending(bool stopped) =>
        stopped ? Throws.InstanceOf<OperationCanceledException>() : Throws.Nothing;

    /// <summary>A stopped run has come to at least one tile and to at most one for each thread, of many more.</summary>
    private static void AssertStopped(int tiles, int threads, int all)
    {
        Assert.That(all, Is.GreaterThan(threads), "there are tiles left to stop before");
        Assert.That(tiles, Is.InRange(1, threads));
    }

    /// <summary>There is no file under the output's name or another, no file is still open, and no buffer is still held.</summary>
    private static void AssertNothingIsLeft(TemporaryFolder folder, long heldBefore)
    {
        Assert.That(Directory.GetFileSystemEntries(folder.Path), Is.Empty);
        IEnumerable<string?> open = new DirectoryInfo("/proc/self/fd").GetFileSystemInfos().Select(file => file.LinkTarget);
        Assert.That(open.Where(target => target?.StartsWith(folder.Path, StringComparison.Ordinal) ?? false), Is.Empty);
        // No collection before this: it would release what the run forgot.
        Assert.That(HostBuffer.LiveBytes, Is.LessThanOrEqualTo(heldBefore));
    }

    /// <summary>Bytes of the buffers that somebody holds before a run. A collection releases those that nobody holds any more.</summary>
    private static long HeldByOthers()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return HostBuffer.LiveBytes;
    }

    /// <summary>Cancels the run when it puts its outputs together.</summary>
    private sealed class CancellingWriter(ImageWriter inner, CancellationTokenSource source) : ImageWriter
    {
        public override ImageLayout Layout => inner.Layout;

        public override long HeldBytes(int threads) => inner.HeldBytes(threads);

        public override void Write(Region region, ReadOnlySpan<byte> samples) => inner.Write(region, samples);

        public override void Commit() => inner.Commit();

        internal override void Finish() => source.Cancel();

        protected override void Dispose(bool disposing) => inner.Dispose();
    }

    /// <summary>Counts the tiles that are read of another image.</summary>
    private sealed class CountingReader(ImageReader inner) : ImageReader
    {
        private int _tiles;

        public int Tiles => _tiles;

        public override ImageInfo Info => inner.Info;

        public override long HeldBytes(int threads) => inner.HeldBytes(threads);

        public override void Read(Region region, Span<byte> destination)
        {
            Interlocked.Increment(ref _tiles);
            inner.Read(region, destination);
        }

        protected override void Dispose(bool disposing) => inner.Dispose();
    }
}
