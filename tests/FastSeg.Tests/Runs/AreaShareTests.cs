using System.Runtime.InteropServices;
using FastSeg.Common;
using FastSeg.Files.Runs;
using FastSeg.Probabilities;
using FastSeg.Resuming;
using FastSeg.Tests.Images;
using NUnit.Framework;

namespace FastSeg.Tests.Runs;

/// <summary>A share of safe smoothing's areas goes on where it was, whatever ended it, and finds what one process finds.</summary>
[TestFixture]
internal sealed class AreaShareTests
{
    private const int Width = 200, Height = 300, Tile = 40;

    private static readonly RunIdentity Identity = new([("model", "m")]);
    private static readonly SegmentOptions Safe = new() { Smoothing = Smoothing.Safe };

    private Scratch _scratch = null!;
    private byte[] _samples = [];

    [SetUp]
    public void MakeAnImage() => (_scratch, _samples) = (new Scratch(), Scratch.Samples(Width, Height, 1, SampleType.UInt8));

    [TearDown]
    public void Remove() => _scratch.Dispose();

    /// <summary>
    /// Half of the way the folder is copied as a kill would leave it, and another start goes on with the copy, in tiles of another size.
    /// </summary>
    [Test]
    public void AKilledShareCountsOnlyWhatIsMissing()
    {
        string whole = _scratch["whole.ome.zarr"], killed = _scratch["killed.ome.zarr"], left = _scratch["left.ome.zarr"];
        Prepare(whole, null, Options(Tile));
        TakeSamples(killed);
        bool isCopied = false;
        var copy = new Reporter(0.5, () =>
        {
            isCopied = true;
            Copy(Hidden(killed), Hidden(left));
        });
        Assert.That(Prepare(killed, new RunBlock(1, 2) { IsAreas = true }, Options(Tile) with { Progress = copy }));
        Assert.That(isCopied);
        Assert.That(BlockProgress.Of(killed, 2).HasAreas(1));
        Assert.That(BlockProgress.Of(left, 2).HasAreas(1), Is.False);
        string[] kept = Parts(left);
        Assert.That(kept, Has.Length.InRange(1, 3), "of the four rows of tiles of a half");

        long all = Reads(killed, new RunBlock(2, 2) { IsAreas = true });
        long rest = Reads(left, new RunBlock(1, 2) { IsAreas = true });
        Assert.That(rest, Is.LessThan(all), "pixels that were read");
        Assert.That(Parts(left), Is.SupersetOf(kept));
        Assert.That(BlockProgress.Of(left, 2).HasAreas(1));
        Assert.That(Reads(left, new RunBlock(1, 2) { IsAreas = true }), Is.Zero, "a third time");
        Assert.That(Weights(left, memory: 1 << 20), Is.Null, "the other half is missing, which takes no memory to see");
        Reads(left, new RunBlock(2, 2) { IsAreas = true });
        Assert.That(Weights(left), Is.EqualTo(Passes(whole)).And.Not.Null);
        Assert.That(Weights(killed), Is.EqualTo(Passes(whole)));
    }

    /// <summary>What was changed behind the journal is counted again, and nothing else. Several threads count.</summary>
    [Test]
    public void ADamagedRowIsCountedAgain()
    {
        string path = _scratch["damaged.ome.zarr"], whole = _scratch["whole.ome.zarr"];
        Prepare(whole, null, Options(Tile));
        TakeSamples(path);
        var share = new RunBlock(1, 1) { IsAreas = true };
        long all = Reads(path, share, threads: 3);
        string part = Path.Combine(Hidden(path), Parts(path)[1]);
        File.WriteAllBytes(part, [.. File.ReadAllBytes(part)[..^1]]);
        Assert.That(Reads(path, share), Is.InRange(1, all / 2));
        Assert.That(Weights(path), Is.EqualTo(Passes(whole)));
    }

    /// <summary>The next start of a share removes what a killed one was writing, and nothing of other shares, which may live.</summary>
    [Test]
    public void WhatAKilledShareWasWritingIsRemoved()
    {
        string path = _scratch["swept.ome.zarr"];
        TakeSamples(path);
        string[] others = ["areas-1-of-20.0-40.part.b~", "areas-2-of-2.160-200.part.c~"];
        Array.ForEach(["areas-1-of-2.0-40.part.a~", .. others], name => File.WriteAllText(Path.Combine(Hidden(path), name), "part"));
        Reads(path, new RunBlock(1, 2) { IsAreas = true });
        Assert.That(Parts(path, "*~"), Is.EqualTo(others));
    }

    /// <summary>A row that cannot get its name leaves nothing on the disk, which may be full.</summary>
    [Test]
    public void ARowThatCannotBeKeptLeavesNothing()
    {
        string path = _scratch["failed.ome.zarr"];
        var share = new RunBlock(1, 1) { IsAreas = true };
        TakeSamples(path);
        Reads(path, share);
        string part = Path.Combine(Hidden(path), Parts(path)[1]);
        File.Delete(part);
        Directory.CreateDirectory(part);
        Assert.That(() => Reads(path, share), Throws.TypeOf<FastSegException>().With.Message.Contains("failed.ome.zarr cannot be written"));
        Assert.That(Parts(path, "*~"), Is.Empty);
    }

    /// <summary>A row that was not seen for a while, and was counted again in two parts, counts once.</summary>
    [Test]
    public void ARowThatIsThereTwiceCountsOnce()
    {
        string path = _scratch["twice.ome.zarr"], whole = _scratch["whole.ome.zarr"];
        Prepare(whole, null, Options(Tile));
        TakeSamples(path);
        var share = new RunBlock(1, 1) { IsAreas = true };
        Prepare(path, share, Options(Tile));
        string part = Path.Combine(Hidden(path), "areas-1-of-1.80-120.part"), away = _scratch["away"];
        File.Move(part, away);
        Assert.That(Weights(path), Is.Null);
        Prepare(path, share, Options(100));
        File.Move(away, part);
        Assert.That(Parts(path), Is.SupersetOf((string[])["areas-1-of-1.100-120.part", "areas-1-of-1.80-100.part"]));
        Assert.That(Weights(path), Is.EqualTo(Passes(whole)).And.Not.Null);
    }

    /// <summary>More shares than rows: most have none, and are there all the same once they were looked for.</summary>
    [Test]
    public void AShareWithoutRowsIsThere()
    {
        string path = _scratch["many.ome.zarr"];
        var share = new RunBlock(1, 2 * Height) { IsAreas = true };
        TakeSamples(path);
        Assert.That(share.HasNone(Height));
        Assert.That(Reads(path, share), Is.Zero);
        Assert.That(BlockProgress.Of(path, 2 * Height).HasAreas(1));
        Assert.That(BlockProgress.Of(path, 2 * Height).HasAreas(2), Is.False);
    }

    /// <summary>Several threads add the tiles of one row: it is kept once the last one is there, with the areas of all.</summary>
    [Test]
    public void ThreadsCountARowTogether()
    {
        const int Tiles = 100_000, Threads = 3, Classes = 255;
        string path = _scratch["threads.ome.zarr"];
        var page = new Region(0, 0, Tiles, 1);
        long[] areas = [.. Enumerable.Range(1, Classes).Select(c => (long)c)];
        using (var folder = new RunFolder(path, new RunStart(Identity, Resume: true)
        {
            Block = new RunBlock(1, 1) { IsAreas = true },
            Task = RunTask.Prepare,
        }))
        {
            using var grid = new CountingGrid(new Region(0, 0, 1, 1), Classes);
            var rows = new CountedRows(folder, grid, new TileGrid(page, 1, 1), [(0, 1)], Classes);
            using var all = new Barrier(Threads);
            void Add(int thread)
            {
                all.SignalAndWait();
                for (int i = thread; i < Tiles; i += Threads)
                {
                    rows.Add(rows.Cores[i], areas);
                }
            }
            Thread[] threads = [.. Enumerable.Range(0, Threads).Select(i => new Thread(() => Add(i)))];
            Array.ForEach(threads, thread => thread.Start());
            Array.ForEach(threads, thread => thread.Join());
        }
        Assert.That(Hidden(path), Does.Exist, "a row that is kept lets the folder stay");
        Assert.That(Parts(path), Is.EqualTo((string[])["areas-1-of-1.0-1.part"]));
        byte[] part = File.ReadAllBytes(Path.Combine(Hidden(path), Parts(path)[0]));
        long[] kept = MemoryMarshal.Cast<byte, long>(part.AsSpan(0, Classes * sizeof(long))).ToArray();
        Assert.That(kept, Is.EqualTo(areas.Select(area => Tiles * area)));
    }

    private static string Hidden(string path) => RunFolder.Places(path).Hidden;

    private static ComputeOptions Options(int tile, int threads = 1) =>
        new() { Threads = threads, Backend = BackendKind.Cpu, Tile = (tile, tile) };

    private static string[] Parts(string path, string pattern = "*.part") =>
        [.. Directory.GetFiles(Hidden(path), pattern).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string file in Directory.GetFiles(from).Where(file => !file.EndsWith(RunBlock.LockEnding, StringComparison.Ordinal)))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }
    }

    private static IReadOnlyList<double>? Weights(string path, long memory = 0) => KeptAreas.Weights(
        Hidden(path), new ImageInfo("image", Width, Height, 1, SampleType.UInt8), Trained.GreyByType.Classes.Count,
        new ComputeOptions { Memory = memory });

    private static IReadOnlyList<double>? Passes(string path)
    {
        using var folder = new RunFolder(path, new RunStart(Identity, Resume: true) { Task = RunTask.Prepare });
        return KeptPasses.Of(folder).Weights;
    }

    /// <summary>Goes on with a share, in larger tiles. Returns the pixels that it read.</summary>
    private long Reads(string path, RunBlock share, int threads = 1)
    {
        using var image = new Watched(MemoryImage.FromMemory<byte>(_samples, Width, Height));
        Prepare(path, share, Options(Tile + (Tile / 2), threads), image);
        return image.Reads.Sum(read => read.Pixels);
    }

    private void TakeSamples(string path) => Prepare(path, null, Options(Tile), samplesAlone: true);

    private bool Prepare(string path, RunBlock? share, ComputeOptions options, ImageReader? watched = null, bool samplesAlone = false)
    {
        using MemoryImage memory = MemoryImage.FromMemory<byte>(_samples, Width, Height);
        using var folder = new RunFolder(path, new RunStart(Identity, Resume: true) { Block = share, Task = RunTask.Prepare });
        return new Segmenter(Trained.GreyByType).Prepare(watched ?? memory, folder, Safe, options, samplesAlone);
    }

    /// <summary>Acts once, when progress first gets to a share.</summary>
    private sealed class Reporter(double share, Action act) : IProgress<double>
    {
        private bool _acted;

        public void Report(double value)
        {
            if (value >= share && !_acted)
            {
                _acted = true;
                act();
            }
        }
    }
}
