using System.IO.Compression;
using FastSeg.Studio.Exports;
using FastSeg.Studio.Projects;
using FastSeg.Studio.Tests.Labels;
using NUnit.Framework;

namespace FastSeg.Studio.Tests.Exports;

/// <summary>What lies in the archive of labels.</summary>
[TestFixture]
internal sealed class LabelArchiveTests
{
    [Test]
    public void EveryDrawnPageHasItsLabelsAndTheTablesSayWhatTheyAre()
    {
        using var drawn = new DrawnProject();
        ProjectSnapshot snapshot = drawn.Project.Snapshot();
        string archive = Path.Combine(drawn.Root, "labels.zip"), unpacked = Path.Combine(drawn.Root, "unpacked");
        LabelArchive.Write(archive, snapshot, drawn.Project.Folder, CancellationToken.None);
        ZipFile.ExtractToDirectory(archive, unpacked);
        string[] names = ["a.png", "stack_page2.png", "a_i3.png"];
        Assert.That(LabelFiles.Names(snapshot.Labelled), Is.EqualTo(names));
        for (int i = 0; i < names.Length; i++)
        {
            DrawnPage page = snapshot.Labelled[i];
            using ImageReader labels = ImageFile.OpenLabels(Path.Combine(unpacked, "labels", names[i]));
            byte[] bytes = new byte[labels.Info.Bounds.Pixels];
            labels.Read(labels.Info.Bounds, bytes);
            Assert.That(bytes, Is.EqualTo(Rasters.Bytes(page.Labels)), names[i]);
            Assert.That(labels.Info.Classes, Is.EqualTo(snapshot.Classes.Select(one => new LabelClass(one.Value, one.Value, one.Name))));
            Assert.That(File.ReadAllText(Path.Combine(unpacked, "images.csv")), Does.Contain(
                $"{page.Image.Path},{page.Page},labels/{names[i]},{page.Labels.Labelled}\r\n"));
        }
        Assert.That(
            File.ReadAllText(Path.Combine(unpacked, "classes.csv")),
            Does.StartWith("value,name,colour,labelled pixels\r\n1,class 1,#e69f00,").And.Contain("\r\n3,it's a pore,#102030,"));
        Assert.That(Directory.GetFileSystemEntries(drawn.Root, "labels.zip*"), Has.Length.EqualTo(1), "nothing is left over");
    }

    [Test]
    public void WithoutLabelsThereIsNoArchive()
    {
        using var drawn = new DrawnProject();
        ProjectSnapshot snapshot = drawn.Project.Snapshot() with { Labelled = [] };
        Assert.That(
            () => LabelArchive.Write(Path.Combine(drawn.Root, "x.zip"), snapshot, "", CancellationToken.None),
            Throws.TypeOf<FastSegException>().With.Message.Contains("Nothing is labelled yet"));
    }

    [TestCase("plain", "plain")]
    [TestCase("a,b", "\"a,b\"")]
    [TestCase("say \"a\"", "\"say \"\"a\"\"\"")]
    [TestCase("=1+1", "'=1+1")]
    [TestCase("two\nlines", "\"two\nlines\"")]
    public void FieldsAreQuoted(string field, string written) =>
        Assert.That(new CsvTable(field, 0.5).ToString(), Is.EqualTo($"{written},0.5\r\n"));
}
