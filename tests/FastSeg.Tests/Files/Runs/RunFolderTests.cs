using FastSeg.Files.Runs;
using FastSeg.Images.Zarr;
using FastSeg.Tests.Images;
using Microsoft.Win32.SafeHandles;
using NUnit.Framework;

namespace FastSeg.Tests.Files.Runs;

/// <summary>What processes do to each other that use one run's folder at the same time, or one behind the other.</summary>
[TestFixture]
internal sealed class RunFolderTests
{
    private static readonly RunIdentity Run = new([("model", "12ab")]), Other = new([("model", "34cd")]);

    private Scratch _scratch = null!;

    private string Result => _scratch["o.ome.zarr"];

    private string Hidden => _scratch[".o.ome.zarr.fastseg-run"];

    [SetUp]
    public void MakeFolder() => _scratch = new Scratch();

    [TearDown]
    public void RemoveFolder() => _scratch.Dispose();

    [Test]
    public void ABlockThatDidNothingLeavesNothing()
    {
        using (RunFolder first = Begin(1))
        {
            WriteData(first);
        }
        Assert.That(Directory.Exists(Hidden), Is.False);
        using RunFolder second = Begin(2);
        WriteData(second).Add("/0/0", [1, 2, 3]);
    }

    [Test]
    public void ABlockThatDidNothingBesideOthersKeepsItsNameAndMayBeginAgain()
    {
        new RunFolder(Result, new RunStart(Run, Resume: true) { Task = RunTask.Prepare }).Dispose();
        using (RunFolder second = Begin(2))
        {
            WriteData(second).Add("/0/0", [1, 2, 3]);
            Begin(1).Dispose();
        }
        Assert.That(File.Exists(Path.Combine(Hidden, "block-1-of-4")));
        Begin(1).Dispose();
        Assert.That(
            () => Begin(1, Other, resume: true), Throws.TypeOf<FastSegException>().With.Message.Contains("its model is 12ab, not 34cd"));
    }

    [Test]
    public void DataWithoutAJournalIsNotTakenOver()
    {
        Directory.CreateDirectory(Path.Combine(Hidden, "data"));
        foreach (int? block in (ReadOnlySpan<int?>)[null, 1])
        {
            Assert.That(
                () => Begin(block, resume: true), Throws.TypeOf<FastSegException>().With.Message.Contains("no journal that says of which"));
        }
    }

    [Test]
    public void BlocksBeginTogetherAndALookHindersNobody()
    {
        Directory.CreateDirectory(Hidden);
        using (SafeFileHandle? one = RunLock.Take(Hidden, alone: false, make: false))
        using (SafeFileHandle? two = RunLock.Take(Hidden, alone: false, make: false))
        {
            Assert.That((one, two), Is.Not.EqualTo(((SafeFileHandle?)null, (SafeFileHandle?)null)));
            Assert.That(RunLock.IsHeld(Hidden), Is.False);
            Assert.That(RunLock.Take(Hidden, alone: true, make: false), Is.Null);
        }
        SafeFileHandle look = RunLock.Take(Hidden, alone: false, make: false)!;
        Task ends = Task.Delay(50).ContinueWith(_ => look.Dispose(), TaskScheduler.Default);
        using SafeFileHandle? alone = RunLock.Take(Hidden, alone: true, make: false);
        Assert.That(alone, Is.Not.Null);
        Assert.That(RunLock.IsHeld(Hidden));
        ends.Wait();
    }

    /// <summary>Whoever waits for the lock of a folder that is removed meanwhile has that of a new folder.</summary>
    [Test]
    public void TheLockOfARemovedFolderIsNone()
    {
        using SafeFileHandle first = RunLock.Take(Hidden, alone: true, make: true)!;
        Task<SafeFileHandle?> second = Task.Run(() => RunLock.Take(Hidden, alone: true, make: true));
        Directory.Move(Hidden, _scratch["gone"]);
        Directory.Delete(_scratch["gone"], recursive: true);
        first.Dispose();
        using SafeFileHandle? held = second.Result;
        Assert.That(held, Is.Not.Null);
        Assert.That(RunLock.IsHeld(Hidden));
    }

    /// <summary>The system knows of this machine's processes, in all containers, whatever the block's own lock says.</summary>
    [Test]
    public void NothingIsRemovedUnderALivingBlock()
    {
        using (RunFolder living = Begin(1))
        {
            WriteData(living).Add("/0/0", [1, 2, 3]);
            Assert.That(
                () => RunCleaning.Remove("o", Hidden),
                Throws.TypeOf<FastSegException>().With.Message.StartsWith("o: block 1 of 4 is being "));
            File.Delete(Path.Combine(Hidden, "block-1-of-4.lock"));
            Assert.That(
                () => RunCleaning.Remove("o", Hidden), Throws.TypeOf<FastSegException>().With.Message.StartsWith("o is being written by "));
            Assert.That(File.Exists(Path.Combine(Hidden, "block-1-of-4")));
        }
        Assert.That(RunCleaning.Remove("o", Hidden));
        Assert.That(RunCleaning.Remove("o", Hidden), Is.False);
        Assert.That(Directory.GetFileSystemEntries(_scratch.Folder), Is.Empty);
    }

    [Test]
    public void ABlockThatWasTakenOverWritesNothingMore()
    {
        using RunFolder old = Begin(1);
        RunPart part = WriteData(old);
        part.Add("/0/0", [1, 2, 3]);
        File.WriteAllText(Path.Combine(Hidden, "block-1-of-4.lock"), "elsewhere\nboot\n77\n123\n2026-01-01T00:00:00Z\n");
        Assert.That(
            () => part.Add("/0/1", [1, 2, 3]), Throws.TypeOf<FastSegException>().With.Message.Contains("another process took it over"));
        WrittenImage image = WrittenImage.Of(Result, new ImageLayout(64, 64, SampleType.UInt8, 1), new OmeZarrOptions { Chunk = 32 });
        using var files = new ChunkFiles(image, part);
        Assert.That(() => files.Store(0, 0, 1, 0, [1, 2, 3]), Throws.TypeOf<FastSegException>());
        Assert.That(File.Exists(Path.Combine(part.Data, image.FileOf(0, 0, 1, 0))), Is.False);
    }

    /// <summary>As where one of them was stopped for so long that the other one took its block over.</summary>
    [Test]
    public void TwoThatWriteOneShardDoNotMixItsChunks()
    {
        var options = new OmeZarrOptions { Chunk = 32, Version = OmeZarrOptions.Version05 };
        WrittenImage image = WrittenImage.Of(Result, new ImageLayout(64, 32, SampleType.UInt8, 1), options);
        using var folder = new RunFolder(Result);
        RunPart part = folder.Add(Result);
        using var first = new ChunkFiles(image, part);
        using var second = new ChunkFiles(image, part);
        first.Store(0, 0, 0, 0, [1, 2, 3]);
        second.Store(0, 0, 0, 1, [7, 8, 9, 10]);
        first.Store(0, 0, 0, 1, [4, 5]);
        Assert.That(File.ReadAllBytes(Path.Combine(part.Data, image.FileOf(0, 0, 0, 0)))[..5], Is.EqualTo((byte[])[1, 2, 3, 4, 5]));
    }

    private static RunPart WriteData(RunFolder folder)
    {
        RunPart part = folder.Add(folder.Path);
        Directory.CreateDirectory(part.Data);
        File.WriteAllText(part.Data + ".json", "{}");
        return part;
    }

    private RunFolder Begin(int? block, RunIdentity? run = null, bool resume = false) =>
        new(Result, new RunStart(run ?? Run, resume) { Block = block is { } number ? new RunBlock(number, 4) : null });
}
