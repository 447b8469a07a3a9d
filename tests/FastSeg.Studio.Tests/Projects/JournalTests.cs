using FastSeg.Studio.Files;
using FastSeg.Studio.Projects;
using NUnit.Framework;

namespace FastSeg.Studio.Tests.Projects;

/// <summary>What is on the disk after a crash, a full disk or a damaged file, and what becomes of it.</summary>
[TestFixture]
internal sealed class JournalTests
{
    [Test]
    public void CutAtAnyByteOfTheLastRecordTheRestIsThere()
    {
        using var test = new TestProject(images: 1);
        test.Project.Apply(test.Stroke(1, 40, 200, 200, 900, 700));
        byte[] before = test.Bytes();
        long first = new FileInfo(test.Journal).Length;
        test.Project.Apply(test.Stroke(2, 90, 900, 200, 300, 700));
        byte[] after = test.Bytes();
        test.Project.Dispose();
        byte[] whole = File.ReadAllBytes(test.Journal);
        for (int length = (int)first; length <= whole.Length; length++)
        {
            File.WriteAllBytes(test.Journal, whole[..length]);
            test.Reopen();
            bool all = length == whole.Length;
            Assert.That(test.Bytes(), Is.EqualTo(all ? after : before), $"cut at {length}");
            Assert.That(test.Project.Mended is null, Is.EqualTo(all || length == first));
            Assert.That(new FileInfo(test.Journal).Length, Is.EqualTo(all ? length : first));
            Assert.That(test.Project.CanUndo, Is.True);
            test.Project.Dispose();
        }
        File.WriteAllBytes(test.Journal, whole[..^5]);
        test.Reopen();
        Assert.That(test.Project.Mended, Does.StartWith("The last line of").And.EndsWith("was cut off."));
        test.Project.Apply(test.Stroke(2, 90, 900, 200, 300, 700));
        test.Reopen();
        Assert.That(test.Bytes(), Is.EqualTo(after));
    }

    [Test]
    public void ALastLineWithAWrongByteIsCutOff()
    {
        using var test = new TestProject(images: 1);
        byte[] before = test.Bytes();
        long first = new FileInfo(test.Journal).Length;
        test.Project.Apply(test.Stroke(1, 40, 200, 200, 900, 700));
        test.Project.Dispose();
        byte[] whole = File.ReadAllBytes(test.Journal);
        for (long wrong = first; wrong < whole.Length; wrong += 7)
        {
            byte[] bytes = [.. whole];
            bytes[wrong] ^= 1;
            File.WriteAllBytes(test.Journal, bytes);
            test.Reopen();
            Assert.That(test.Bytes(), Is.EqualTo(before), $"byte {wrong}");
            Assert.That(test.Project.Mended, Is.Not.Null);
            test.Project.Dispose();
        }
    }

    [Test]
    public void ADamagedLineBeforeTheLastOneIsNamedAndTheFileStaysAsItIs()
    {
        using var test = new TestProject(images: 1);
        for (int i = 0; i < 4; i++)
        {
            test.Project.Apply(test.Stroke(1, 40, 200, 200 * i));
        }
        test.Project.Dispose();
        string[] lines = File.ReadAllLines(test.Journal);
        foreach (Action<List<string>> damage in (Action<List<string>>[])
            [
                list => list[3] = list[3].Replace("\"radius\":40", "\"radius\":41", StringComparison.Ordinal),
                list => list.RemoveAt(3),
                list => list.Insert(3, list[3]),
                list => list[3] = "",
            ])
        {
            List<string> changed = [.. lines];
            damage(changed);
            File.WriteAllLines(test.Journal, changed);
            byte[] bytes = File.ReadAllBytes(test.Journal);
            Assert.That(
                () => Project.Open(test.Folder),
                Throws.TypeOf<FastSegException>().With.Message.Match(
                    "^Line (4|5) of .*journal.jsonl is damaged.*backup.*delete that line"));
            Assert.That(File.ReadAllBytes(test.Journal), Is.EqualTo(bytes));
        }
        File.WriteAllLines(test.Journal, lines);
        test.Reopen();
    }

    [TestCase(Disk.Full)]
    [TestCase(Disk.FullAtFlush)]
    public void AFullDiskIsOneSentenceAndNothingIsDoneOrLeftBehind(Disk fault)
    {
        using var test = new TestProject(images: 1);
        test.Project.Apply(test.Stroke(1, 40, 200, 200));
        byte[] labels = test.Bytes();
        test.Project.Dispose();
        FaultyFile? file = null;
        using (Project project = Project.Open(test.Folder, null, path => file = new FaultyFile(path)))
        {
            file!.Fault = fault;
            Operation.Stroke stroke = test.Stroke(2, 40, 600, 600);
            Assert.That(
                () => project.Apply(stroke),
                Throws.TypeOf<NotSavedException>().With.Message.Match("^Not saved: .* cannot be written"));
            Assert.That(() => project.Undo("undo"), Throws.TypeOf<NotSavedException>());
            Assert.That(Rasters(project), Is.EqualTo(labels));
            file.Fault = Disk.Works;
            Assert.That(project.Apply(stroke).Duplicate, Is.False, "the page sends it again");
            labels = Rasters(project);
        }
        test.Reopen();
        Assert.That(test.Bytes(), Is.EqualTo(labels));
        Assert.That(test.Project.Mended, Is.Null);
    }

    [Test]
    public void WhereEvenTheCutFailsNothingMoreIsAccepted()
    {
        using var test = new TestProject(images: 1);
        test.Project.Dispose();
        FaultyFile? file = null;
        using (Project project = Project.Open(test.Folder, null, path => file = new FaultyFile(path)))
        {
            file!.Fault = Disk.Gone;
            Assert.That(() => project.Apply(test.Stroke(1, 40, 200, 200)), Throws.TypeOf<NotSavedException>());
            file.Fault = Disk.Works;
            Assert.That(
                () => project.Apply(test.Stroke(1, 40, 200, 200)),
                Throws.TypeOf<NotSavedException>().With.Message.Contains("start the studio again"));
        }
        test.Reopen();
        Assert.That(test.Project.Mended, Is.Not.Null);
        Assert.That(test.Project.CanUndo, Is.False);
    }

    [Test]
    public void ALineLongerThanWhatIsReadAtOnceIsRead()
    {
        using var test = new TestProject(images: 1);
        long[] points = [.. Enumerable.Range(0, 200_000).Select(i => (long)(1_000_000_000_000 + i))];
        test.Project.Apply(test.Stroke(1, 40, points));
        test.Project.Apply(test.Stroke(1, 40, 200, 200));
        byte[] labels = test.Bytes();
        Assert.That(new FileInfo(test.Journal).Length, Is.GreaterThan(2 << 20));
        test.Reopen();
        Assert.That(test.Bytes(), Is.EqualTo(labels));
    }

    private static byte[] Rasters(Project project) => Tests.Labels.Rasters.Bytes(project.Labels("i1", 1));

    /// <summary>What a disk does.</summary>
    internal enum Disk
    {
        Works,
        Full,
        FullAtFlush,
        Gone,
    }

    /// <summary>A file on a disk that can be full: half of a record is still written.</summary>
    private sealed class FaultyFile(string path) : JournalFile(path)
    {
        private long _flushed = new FileInfo(path).Length;

        public Disk Fault { get; set; }

        public override void Write(ReadOnlySpan<byte> bytes, long offset)
        {
            if (Fault is Disk.Full or Disk.Gone)
            {
                base.Write(bytes[..(bytes.Length / 2)], offset);
                throw new IOException("No space left on device");
            }
            base.Write(bytes, offset);
        }

        public override void Flush()
        {
            if (Fault == Disk.FullAtFlush && Length > _flushed)
            {
                throw new IOException("No space left on device");
            }
            base.Flush();
            _flushed = Length;
        }

        public override void Cut(long length)
        {
            if (Fault == Disk.Gone)
            {
                throw new IOException("Input/output error");
            }
            base.Cut(length);
        }
    }
}
