using FastSeg.Files.Runs;
using FastSeg.Tests.Images;
using NUnit.Framework;

namespace FastSeg.Tests.Files.Runs;

/// <summary>What a journal of a run has after any end, and whom it refuses.</summary>
[TestFixture]
internal sealed class RunJournalTests
{
    private static readonly RunIdentity Run = new([("model", "12ab"), ("image", "a.tif")]);

    private Scratch _scratch = null!;

    private string File => _scratch["journal"];

    [SetUp]
    public void MakeFolder() => _scratch = new Scratch();

    [TearDown]
    public void RemoveFolder() => _scratch.Dispose();

    /// <summary>The checksums are zlib's, by Python; 3421780262 is the CRC-32 of "123456789" in every description of it.</summary>
    [Test]
    public void LinesAreListsBehindTheirChecksums()
    {
        using (var journal = new RunJournal(File, Run))
        {
            journal.Add(new RunUnit("0/0 1", 9, 3421780262));
        }
        Assert.That(
            System.IO.File.ReadAllText(File),
            Is.EqualTo("34589eb0 [\"fastseg-run\",1,\"model\",\"12ab\",\"image\",\"a.tif\"]\nc027bbd1 [\"0/0 1\",9,3421780262]\n"));
    }

    [Test]
    public void AnEndAtAnyByteLosesTheTornLineAlone()
    {
        RunUnit[] units = [.. Enumerable.Range(0, 6).Select(i => new RunUnit($"unit\n\"{i}\" µ", 1L << (6 * i), (uint)i * 700_000_001))];
        using (var journal = new RunJournal(File, Run))
        {
            Array.ForEach(units, journal.Add);
        }
        byte[] all = System.IO.File.ReadAllBytes(File);
        int first = Array.IndexOf(all, (byte)'\n') + 1;
        for (int length = 0; length <= all.Length; length++)
        {
            System.IO.File.WriteAllBytes(File, all[..length]);
            int whole = all.AsSpan(0, length).Count((byte)'\n') - 1;
            using (var journal = new RunJournal(File, Run))
            {
                Assert.That(journal.Earlier.Values, Is.EquivalentTo(units.Take(Math.Max(0, whole))), $"{length} bytes");
                Assert.That(journal.IsTorn, Is.EqualTo(length > first && all[length - 1] != '\n'), $"{length} bytes");
                Array.ForEach(units[Math.Max(0, whole)..], journal.Add);
            }
            Assert.That(System.IO.File.ReadAllBytes(File), Is.EqualTo(all), $"{length} bytes");
        }
    }

    [Test]
    public void NothingCountsBehindADamagedLine()
    {
        using (var journal = new RunJournal(File, Run))
        {
            for (uint i = 0; i < 5; i++)
            {
                journal.Add(new RunUnit($"{i}", i, i));
            }
        }
        byte[] all = System.IO.File.ReadAllBytes(File);
        int third = System.Text.Encoding.ASCII.GetString(all).IndexOf("[\"2\"", StringComparison.Ordinal);
        all[third + 2] ^= 1;
        System.IO.File.WriteAllBytes(File, all);
        JournalContent content = JournalContent.Read(File)!;
        Assert.That(content.Units.Keys, Is.EquivalentTo((string[])["0", "1"]));
        Assert.That(content.IsTorn);
        using var again = new RunJournal(File, Run);
        Assert.That(again.Count, Is.EqualTo(2));
        Assert.That(new FileInfo(File).Length, Is.EqualTo(content.End), "it is cut off");
    }

    [Test]
    public void AnotherRunIsRefusedByName()
    {
        new RunJournal(File, Run).Dispose();
        Assert.That(
            () => new RunJournal(File, new RunIdentity([("model", "12ab"), ("image", "b.tif")])),
            Throws.TypeOf<FastSegException>().With.Message.Contains("is the journal of another run: its image is a.tif, not b.tif; "));
        Assert.That(
            () => new RunJournal(File, new RunIdentity([("model", "12ab"), ("image", "a.tif"), ("mask", "m.png")])),
            Throws.TypeOf<FastSegException>().With.Message.Contains("its mask is none, not m.png"));
        System.IO.File.WriteAllText(File, "something else\n");
        Assert.That(() => new RunJournal(File, Run), Throws.TypeOf<FastSegException>().With.Message.Contains("is no journal of a run"));
        System.IO.File.WriteAllBytes(File, new byte[1 << 17]);
        Assert.That(() => new RunJournal(File, Run), Throws.TypeOf<FastSegException>().With.Message.Contains("is no journal of a run"));
    }

    [Test]
    public void DataGoesToTheDiskInBatches()
    {
        var batches = new List<string[]>();
        using var journal = new RunJournal(File, Run, batch => batches.Add([.. batch.Select(unit => unit.Name)]));
        for (int i = 0; i < 100; i++)
        {
            journal.Add(new RunUnit($"{i}", 0, 0));
            Assert.That(JournalContent.Read(File)!.Units, Has.Count.EqualTo(i + 1), "a killed process loses none");
        }
        // Where the machine is slow, two seconds end a batch before it is full.
        Assert.That(batches, Is.Not.Empty);
        Assert.That(batches.Select(batch => batch.Length), Is.All.LessThanOrEqualTo(64));
        journal.Flush();
        Assert.That(batches.SelectMany(batch => batch), Is.EqualTo(Enumerable.Range(0, 100).Select(i => $"{i}")));
    }

    [Test]
    public void AFailureOfTheDiskIsOneSentence()
    {
        using var journal = new RunJournal(File, Run, _ => throw new IOException("no disk", 28));
        journal.Add(new RunUnit("a", 0, 0));
        Assert.That(journal.Flush, Throws.TypeOf<FastSegException>().With.Message.EqualTo(
            $"{File} cannot be written: the disk is full; free some space or write elsewhere."));
    }

    [Test]
    public void SeveralThreadsMayAdd()
    {
        using (var journal = new RunJournal(File, Run))
        {
            Parallel.For(0, 1000, i => journal.Add(new RunUnit($"{i}", i, (uint)i)));
            Assert.That(journal.Count, Is.EqualTo(1000));
            Assert.That(journal.Earlier, Is.Empty, "what is added is in the file, not in memory");
        }
        Assert.That(JournalContent.Read(File)!.Units.Values.Select(unit => unit.Length).Order(), Is.EqualTo(Enumerable.Range(0, 1000)));
    }
}
