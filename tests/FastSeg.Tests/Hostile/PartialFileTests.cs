using FastSeg.Files;
using FastSeg.Tests.Cli;
using Microsoft.Win32.SafeHandles;
using NUnit.Framework;

namespace FastSeg.Tests.Hostile;

/// <summary>Files that are not finished: their names, what dead runs leave, and outputs that belong together.</summary>
[TestFixture]
internal sealed class PartialFileTests
{
    [Test]
    public void TemporaryNamesCannotBeForeseen()
    {
        using var folder = new TemporaryFolder();
        using var first = new PartialFile(folder.File("o.npy"));
        using var second = new PartialFile(folder.File("o.npy"));
        string[] random = [.. ((PartialFile[])[first, second]).Select(file => file.TemporaryPath[^16..])];
        Assert.That(random[0], Is.Not.EqualTo(random[1]));
        Assert.That(string.Concat(random), Does.Match("^[0-9a-f]{32}$"));
        // A planted link of that name would not be followed: the file must be new.
        File.CreateSymbolicLink(folder.File("link"), folder.File("victim"));
        Assert.That(
            () => File.OpenHandle(folder.File("link"), FileMode.CreateNew, FileAccess.ReadWrite), Throws.InstanceOf<IOException>());
        Assert.That(File.Exists(folder.File("victim")), Is.False);
    }

    [Test]
    public void WhatDeadRunsLeftIsRemovedAndWhatLivesStays()
    {
        using var folder = new TemporaryFolder();
        string dead = Hidden(folder), link = Hidden(folder), pipe = Hidden(folder), foreign = folder.File(".o.npy.partial-1-1");
        File.WriteAllText(dead, "half of a result");
        File.WriteAllText(folder.File("victim"), "of somebody else");
        File.CreateSymbolicLink(link, folder.File("victim"));
        ChildProcess.Script("mkfifo \"$2\"", pipe);
        File.WriteAllText(foreign, "of another machine, or of an earlier version");
        string old = folder.File(".o.npy.partial-2-2"), other = folder.File(".o.npy.partial-notes");
        File.WriteAllText(old, "of the same, days ago");
        File.SetLastWriteTimeUtc(old, DateTime.UtcNow.AddDays(-2));
        File.WriteAllText(other, "no name of ours");
        string alive = Hidden(folder);
        using (SafeFileHandle living = File.OpenHandle(alive, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read))
        {
            new PartialFile(folder.File("p.npy")).Dispose();
        }
        Assert.That(
            Directory.GetFileSystemEntries(folder.Path),
            Is.EquivalentTo((string[])[alive, link, pipe, foreign, other, folder.File("victim")]));
        Assert.That(File.ReadAllText(folder.File("victim")), Is.EqualTo("of somebody else"));
    }

    /// <summary>
    /// A share may have no locks, so the name counts as well: what a living process of this system made stays, and goes once it has ended.
    /// </summary>
    [Test]
    public void AFileOfALivingProcessStaysWithoutALock()
    {
        using System.Diagnostics.Process other = ChildProcess.Start("/bin/sleep", ["60"]);
        string name = $".o.npy.partial-{other.Id}-{HiddenName.Boot}0123456789abcdef";
        using (var folder = new TemporaryFolder())
        {
            File.WriteAllText(folder.File(name), "half of a result");
            new PartialFile(folder.File("p.npy")).Dispose();
            Assert.That(File.Exists(folder.File(name)), Is.True, "its process lives");
        }
        other.Kill();
        other.WaitForExit();
        using (var folder = new TemporaryFolder())
        {
            File.WriteAllText(folder.File(name), "half of a result");
            new PartialFile(folder.File("p.npy")).Dispose();
            Assert.That(File.Exists(folder.File(name)), Is.False, "its process has ended");
        }
    }

    /// <summary>
    /// Another run may look at a new file before its owner has the lock, and take it for a dead run's: then the owner makes another one.
    /// </summary>
    [Test]
    public void RunsThatStartAtOnceKeepTheirFiles()
    {
        const int Files = 3000;
        using var folder = new TemporaryFolder();
        using var done = new CancellationTokenSource();
        int removed = 0;
        Task sweeper = Task.Run(() =>
        {
            while (!done.IsCancellationRequested)
            {
                foreach (string path in Directory.EnumerateFiles(folder.Path))
                {
                    HiddenName.IfUnlocked(path, () =>
                    {
                        File.Delete(path);
                        removed++;
                    });
                }
            }
        });
        int lost = 0;
        for (int i = 0; i < Files; i++)
        {
            using SafeFileHandle handle = HiddenName.Create(folder.File("o.npy"), out string path);
            lost += File.Exists(path) ? 0 : 1;
        }
        done.Cancel();
        sweeper.Wait();
        Assert.That(lost, Is.Zero);
        TestContext.Out.WriteLine($"{removed} files were taken away before or after they were locked");
    }

    /// <summary>Folders that dead runs were filling, with or without the file that was their lock; a living run's stays.</summary>
    [Test]
    public void FoldersOfDeadRunsAreRemovedToo()
    {
        using var folder = new TemporaryFolder();
        string locked = Hidden(folder), unlocked = Hidden(folder), link = Hidden(folder), other = folder.File(".o.partial-notes.folder");
        File.WriteAllText(locked, "");
        foreach (string path in (string[])[locked, unlocked])
        {
            Directory.CreateDirectory($"{path}.folder/deeper");
            File.WriteAllText($"{path}.folder/deeper/file", "half of a network");
        }
        Directory.CreateDirectory(folder.File("victim"));
        File.WriteAllText(folder.File("victim/file"), "of somebody else");
        Directory.CreateSymbolicLink($"{link}.folder", folder.File("victim"));
        Directory.CreateDirectory(other);
        string alive = Hidden(folder);
        Directory.CreateDirectory($"{alive}.folder");
        using (File.OpenHandle(alive, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read))
        {
            using var next = new PartialFolder(folder.File("next"));
            Assert.That(Directory.Exists(next.TemporaryPath), Is.True);
        }
        Assert.That(
            Directory.GetFileSystemEntries(folder.Path),
            Is.EquivalentTo((string[])[alive, $"{alive}.folder", $"{link}.folder", other, folder.File("victim")]));
        Assert.That(File.ReadAllText(folder.File("victim/file")), Is.EqualTo("of somebody else"));
    }

    [Test]
    public void AFolderAppearsWholeAndLeavesNothingBeside()
    {
        using var folder = new TemporaryFolder();
        using (var made = new PartialFolder(folder.File("made")))
        {
            made.Guard(() => File.WriteAllText(Path.Combine(made.TemporaryPath, "a"), "1"));
            Assert.That(Directory.Exists(folder.File("made")), Is.False);
            made.Commit();
        }
        using (var given = new PartialFolder(folder.File("given")))
        {
            given.Guard(() => File.WriteAllText(Path.Combine(given.TemporaryPath, "a"), "1"));
        }
        Assert.That(Directory.GetFileSystemEntries(folder.Path), Is.EqualTo((string[])[folder.File("made")]));
        Assert.That(File.ReadAllText(folder.File("made/a")), Is.EqualTo("1"));
    }

    [Test]
    public void ASpoolHasNoName()
    {
        using var folder = new TemporaryFolder();
        using var spool = new OutputFile(folder.File("o.tif"), spool: true);
        spool.Write(0, [1, 2, 3]);
        byte[] back = new byte[3];
        spool.Read(0, back);
        Assert.That(back, Is.EqualTo((byte[])[1, 2, 3]));
        Assert.That(Directory.GetFileSystemEntries(folder.Path), Is.Empty);
    }

    [Test]
    public void FilesThatBelongTogetherAllChangeOrNoneDoes()
    {
        using var folder = new TemporaryFolder();
        string[] paths = [folder.File("l.npy"), folder.File("p.npy"), folder.File("c.npy")];
        foreach (string path in paths[..2])
        {
            File.WriteAllText(path, "old");
        }
        PartialFile[] files = Array.ConvertAll(paths, path => new PartialFile(path));
        Array.ForEach(files, file => file.Save(stream => stream.Write("new"u8)));
        // The last one cannot be renamed over a folder.
        Directory.CreateDirectory(paths[2]);
        Assert.That(() => PartialFile.CommitTogether(files), Throws.TypeOf<FastSegException>().With.Message.Contains("c.npy"));
        Assert.That(paths[..2].Select(File.ReadAllText), Is.All.EqualTo("old"));
        Directory.Delete(paths[2]);
        PartialFile.CommitTogether(files);
        Assert.That(paths.Select(File.ReadAllText), Is.All.EqualTo("new"));
        Array.ForEach(files, file => file.Dispose());
        Assert.That(Directory.GetFileSystemEntries(folder.Path), Is.EquivalentTo(paths), "nothing is left beside them");
    }

    /// <summary>A writer that fails while it is put together, as on a full disk, leaves the others' older files.</summary>
    [Test]
    public void OutputsAreRenamedWhenAllArePutTogether()
    {
        using var folder = new TemporaryFolder();
        string[] paths = [folder.File("l.npy"), folder.File("p.tif")];
        Array.ForEach(paths, path => File.WriteAllText(path, "old"));
        var layout = new ImageLayout(4, 4, SampleType.UInt8);
        using ImageWriter whole = ImageFile.Create(paths[0], layout), missing = ImageFile.Create(paths[1], layout);
        whole.Write(new Region(0, 0, 4, 4), new byte[16]);
        Assert.That(() => ImageWriter.CommitTogether([whole, missing]), Throws.InvalidOperationException);
        Assert.That(paths.Select(File.ReadAllText), Is.All.EqualTo("old"));
        missing.Write(new Region(0, 0, 4, 4), new byte[16]);
        ImageWriter.CommitTogether([whole, missing]);
        Assert.That(paths.Select(path => new FileInfo(path).Length), Is.All.GreaterThan(16));
    }

    /// <summary>A run was killed while its outputs got their names; the older ones lie hidden.</summary>
    /// <param name="renamed">New outputs that had their names by then, of two.</param>
    [TestCase(0)]
    [TestCase(1)]
    [TestCase(2)]
    public void OlderOutputsComeBackUnlessANewOneIsThere(int renamed)
    {
        using var folder = new TemporaryFolder();
        string[] paths = [folder.File("l.npy"), folder.File("p.npy")];
        string set = OlderSets.NewSet();
        string[] hidden = Array.ConvertAll(paths, path => OlderSets.Aside(path, set)!);
        Array.ForEach(hidden, path => File.WriteAllText(path, "old"));
        Array.ForEach(paths[..renamed], path => File.WriteAllText(path, "new"));
        string other = OlderSets.Aside(folder.File("other.npy"), OlderSets.NewSet())!;
        File.WriteAllText(other, "of another run");
        using (File.OpenHandle(other, FileMode.Open, FileAccess.Read, FileShare.Read))
        {
            new PartialFile(folder.File("next.npy")).Dispose();
        }
        string[] expected = renamed switch
        {
            0 => ["old", "old"],
            1 => ["new"],
            _ => ["new", "new"],
        };
        Assert.That(paths.Where(File.Exists).Select(File.ReadAllText), Is.EqualTo(expected));
        Assert.That(hidden.Count(File.Exists), Is.EqualTo(renamed == 1 ? 2 : 0), "where only some are new, the older ones stay hidden");
        Assert.That(File.ReadAllText(other), Is.EqualTo("of another run"), "a living run has it");
    }

    private static string Hidden(TemporaryFolder folder) => HiddenName.Beside(folder.File("o.npy"));
}
