using FastSeg.Files.Runs;
using FastSeg.Tests.Images;
using NUnit.Framework;

namespace FastSeg.Tests.Files.Runs;

/// <summary>Who may do a block, on one machine and on several.</summary>
[TestFixture]
internal sealed class BlockLockTests
{
    private Scratch _scratch = null!;

    private string File => _scratch["block-1-of-2.lock"];

    [SetUp]
    public void MakeFolder() => _scratch = new Scratch();

    [TearDown]
    public void RemoveFolder() => _scratch.Dispose();

    [Test]
    public void ALivingProcessKeepsItsBlock()
    {
        using (new BlockLock(File, "o: block 1 of 2"))
        {
            Assert.That(
                () => new BlockLock(File, "o: block 1 of 2"),
                Throws.TypeOf<FastSegException>().With.Message.Contains(
                    $"o: block 1 of 2 is being written by process {Environment.ProcessId} on {Environment.MachineName}"));
            Assert.That(BlockLock.Living(_scratch.Folder).Select(one => one.Block), Is.EqualTo((RunBlock[])[new RunBlock(1, 2)]));
            Assert.That(
                () => BlockLock.RefuseLiving("o", _scratch.Folder),
                Throws.TypeOf<FastSegException>().With.Message.StartsWith("o: block 1 of 2 is being written by process "));
        }
        Assert.That(_scratch.Files, Is.Empty, "it is given back");
    }

    /// <summary>Of a process of another machine nothing is known but when its lock was last touched.</summary>
    [TestCase(4, false)]
    [TestCase(6, true)]
    public void ASilentProcessElsewhereLosesItsBlockAfterFiveMinutes(int minutes, bool loses)
    {
        System.IO.File.WriteAllText(File, "elsewhere\nboot\n77\n123\n2026-01-01T00:00:00Z\n");
        System.IO.File.SetLastWriteTimeUtc(File, DateTime.UtcNow.AddMinutes(-minutes));
        if (!loses)
        {
            Assert.That(
                () => new BlockLock(File, "b"), Throws.TypeOf<FastSegException>().With.Message.Contains("by process 77 on elsewhere"));
            return;
        }
        Assert.That(BlockLock.Living(_scratch.Folder), Is.Empty);
        using var taken = new BlockLock(File, "b");
        Assert.That(LockOwner.Read(File), Is.EqualTo(LockOwner.OfThis()));
        Assert.That(_scratch.Files, Has.Length.EqualTo(1), "nothing else is left");
    }

    [Test]
    public void ADeadProcessOfThisMachineLosesItsBlockAtOnce()
    {
        LockOwner dead = LockOwner.OfThis() with { Start = "1" };
        System.IO.File.WriteAllBytes(File, dead.Text());
        using var taken = new BlockLock(File, "b");
        Assert.That(LockOwner.Read(File), Is.EqualTo(LockOwner.OfThis()));
    }

    /// <summary>Numbers of processes say nothing where they are another container's, though machine and start are the same.</summary>
    [Test]
    public void AProcessOfAnotherContainerIsNotGoneBecauseItIsNotSeen()
    {
        LockOwner own = LockOwner.OfThis();
        Assert.That(own.Boot, Does.EndWith(new FileInfo("/proc/self/ns/pid").LinkTarget!));
        System.IO.File.WriteAllBytes(File, (own with { Boot = $"{own.Boot[..8]} pid:[1]", Start = "1" }).Text());
        Assert.That(
            () => new BlockLock(File, "b"), Throws.TypeOf<FastSegException>().With.Message.Contains("b is being written by process "));
        Assert.That(BlockLock.Living(_scratch.Folder).Count(), Is.EqualTo(1));
    }

    /// <summary>Its owner has not yet written its name; or a power cut took the name, and then it is old some time.</summary>
    [TestCase(0, false)]
    [TestCase(6, true)]
    public void ALockWithoutANameIsHeldForFiveMinutes(int minutes, bool loses)
    {
        System.IO.File.WriteAllText(File, "");
        System.IO.File.SetLastWriteTimeUtc(File, DateTime.UtcNow.AddMinutes(-minutes));
        if (loses)
        {
            new BlockLock(File, "b").Dispose();
            return;
        }
        Assert.That(
            () => new BlockLock(File, "b"), Throws.TypeOf<FastSegException>().With.Message.Contains("by a process that has just begun"));
        Assert.That(() => BlockLock.RefuseLiving("o", _scratch.Folder), Throws.TypeOf<FastSegException>());
    }

    [Test]
    public void BlocksShareUnitsWithoutGapsOrOverlap()
    {
        foreach ((long units, int count) in (ReadOnlySpan<(long, int)>)[(0, 3), (1, 4), (10, 3), (1936, 8), (7, 7), (1L << 61, 1000)])
        {
            long next = 0;
            for (int i = 1; i <= count; i++)
            {
                (long from, long to) = new RunBlock(i, count).Share(units);
                Assert.That(from, Is.EqualTo(next));
                Assert.That(from, Is.EqualTo((long)((System.Numerics.BigInteger)(i - 1) * units / count)));
                next = to;
            }
            Assert.That(next, Is.EqualTo(units));
        }
    }
}
