using FastSeg.Studio.Projects;
using FastSeg.Studio.Tests.Labels;
using NUnit.Framework;

namespace FastSeg.Studio.Tests.Projects;

/// <summary>Snapshots only save time: with all, some or none of them, and with damaged ones, the labels are the same.</summary>
[TestFixture]
internal sealed class SnapshotTests
{
    [Test]
    public void EveryFiveHundredOperationsThereIsOneAndItSavesReplaying()
    {
        using var test = new TestProject();
        Draw(test, 1100);
        (byte[] first, byte[] second) = (test.Bytes("i1"), test.Bytes("i2"));
        test.Reopen();
        string[] files = Files(test);
        Assert.That(files.Select(Path.GetFileName), Is.EquivalentTo(
            new[] { "502-i1-1.labels", "502-i2-1.labels", "1002-i1-1.labels", "1002-i2-1.labels" }));
        Assert.That((test.Bytes("i1"), test.Bytes("i2")), Is.EqualTo((first, second)));
        foreach (string file in files)
        {
            byte[] bytes = File.ReadAllBytes(file);
            bytes[bytes.Length / 2] ^= 1;
            File.WriteAllBytes(file, bytes);
            test.Reopen();
            Assert.That((test.Bytes("i1"), test.Bytes("i2")), Is.EqualTo((first, second)), $"damaged {file}");
            File.Delete(file);
            test.Reopen();
            Assert.That((test.Bytes("i1"), test.Bytes("i2")), Is.EqualTo((first, second)), $"without {file}");
        }
    }

    [Test]
    public void ASnapshotThatIsReadSparesTheOperationsBelowIt()
    {
        using var test = new TestProject();
        Draw(test, 510);
        test.Reopen();
        // A snapshot with other labels shows that it is what is read.
        var snapshots = new Snapshots(Path.Combine(test.Folder, "snapshots"));
        snapshots.Write(new LabelPage("i1", 1), 502, Rasters.Of([.. Enumerable.Repeat((byte)2, 300 * 64)], 300));
        test.Reopen();
        Assert.That(test.Bytes("i1")[^300], Is.EqualTo(2));
    }

    [Test]
    public void SnapshotsAboveAnUndoAreNotUsed()
    {
        using var test = new TestProject();
        Draw(test, 495);
        byte[] labels = test.Bytes();
        Draw(test, 10);
        for (int i = 0; i < 10; i++)
        {
            test.Undo();
        }
        Assert.That(test.Bytes(), Is.EqualTo(labels));
        test.Reopen();
        Assert.That(test.Bytes(), Is.EqualTo(labels));
        test.Project.Apply(test.Stroke(2, 300, 2000, 300));
        labels = test.Bytes();
        test.Reopen();
        Assert.That(test.Bytes(), Is.EqualTo(labels));
        Assert.That(Files(test), Is.Empty, "nothing can lead back to it");
    }

    [Test]
    public void UndoGoesBackToTheFirstOperationAlsoAfterARestart()
    {
        using var test = new TestProject(images: 1);
        var states = new List<byte[]> { test.Bytes() };
        var random = new Random(1);
        for (int i = 0; i < 520; i++)
        {
            test.Project.Apply(test.Stroke((byte)random.Next(3), random.Next(300), random.Next(4800), random.Next(1000)));
            states.Add(test.Bytes());
        }
        test.Reopen();
        for (int i = 519; i >= 0; i--)
        {
            test.Undo();
            Assert.That(test.Bytes(), Is.EqualTo(states[i]), $"{i} operations");
        }
        Assert.That(test.Project.CanUndo, Is.False);
        for (int i = 1; i <= 520; i += 1)
        {
            test.Redo();
            Assert.That(test.Bytes(), Is.EqualTo(states[i]), $"{i} operations");
        }
    }

    private static void Draw(TestProject test, int strokes)
    {
        var random = new Random(strokes);
        for (int i = 0; i < strokes; i++)
        {
            string image = i % 3 == 0 ? "i2" : "i1";
            test.Project.Apply(test.Stroke(image, (byte)random.Next(3), random.Next(300), random.Next(4800), random.Next(1000)));
        }
    }

    private static string[] Files(TestProject test) => Directory.GetFiles(Path.Combine(test.Folder, "snapshots"));
}
