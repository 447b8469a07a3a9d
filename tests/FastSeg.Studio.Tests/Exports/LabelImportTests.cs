using FastSeg.Studio.Exports;
using FastSeg.Studio.Projects;
using FastSeg.Studio.Tests.Labels;
using NUnit.Framework;

namespace FastSeg.Studio.Tests.Exports;

/// <summary>Label images from elsewhere become labels and classes of the project, or a sentence.</summary>
[TestFixture]
internal sealed class LabelImportTests
{
    private const int Width = 120, Height = 90;

    [TestCase("labels.png", SampleType.UInt8)]
    [TestCase("labels.tif", SampleType.UInt8)]
    [TestCase("labels.tif", SampleType.UInt16)]
    public void KnownValuesStayAndNewOnesBecomeClassesInOrder(string name, SampleType type)
    {
        using var drawn = new DrawnProject();
        Project project = drawn.Project;
        byte[] before = Rasters.Bytes(project.Labels("i1", 1));
        int[] values = [0, 1, 2, 3, 77, 200];
        int[] labels = [.. Enumerable.Range(0, Width * Height).Select(i => values[i / 37 % values.Length])];
        Change change = Into(drawn, Write(drawn, name, labels, type));
        byte[] classes = [0, 1, 2, 3, 4, 5];
        byte[] after = [.. labels.Select(value => classes[Array.IndexOf(values, value)])];
        Assert.That(Rasters.Bytes(project.Labels("i1", 1)), Is.EqualTo(after));
        Assert.That((change.Image, change.ClassesChanged), Is.EqualTo(("i1", true)));
        Assert.That(
            project.Classes.Select(one => (one.Value, one.Name)),
            Is.EqualTo(new (byte, string)[] { (1, "class 1"), (2, "class 2"), (3, "it's a pore"), (4, "class 77"), (5, "class 200") }));
        project.Undo("undo");
        Assert.That(Rasters.Bytes(project.Labels("i1", 1)), Is.EqualTo(before));
        Assert.That((project.Classes.Count, project.NextClass), Is.EqualTo((3, 6)));
        project.Redo("redo");
        project.Dispose();
        using Project again = Project.Open(project.Folder);
        Assert.That(Rasters.Bytes(again.Labels("i1", 1)), Is.EqualTo(after));
        Assert.That(again.Classes, Has.Count.EqualTo(5));
    }

    /// <summary>Names that the file carries are those of new classes; a class of the project keeps its own.</summary>
    [Test]
    public void NewClassesAreCalledAsTheFileSays()
    {
        using var drawn = new DrawnProject();
        int[] values = [0, 1, 77, 200], labels = [.. Enumerable.Range(0, Width * Height).Select(i => values[i / 37 % values.Length])];
        LabelClass[] named = [new(1, 1, "matrix"), new(77, 77, "crack")];
        Into(drawn, Write(drawn, "labels.tif", labels, SampleType.UInt8, classes: named));
        Assert.That(
            drawn.Project.Classes.Select(one => (one.Value, one.Name)),
            Is.EqualTo(new (byte, string)[] { (1, "class 1"), (2, "class 2"), (3, "it's a pore"), (4, "crack"), (5, "class 200") }));
    }

    [Test]
    public void LabelsOfAnotherSizeAreRefused()
    {
        using var drawn = new DrawnProject();
        Refused(
            drawn, Write(drawn, "small.png", new int[60], SampleType.UInt8, 10, 6),
            "small.png has 10 x 6 pixels and the page has 120 x 90");
    }

    [Test]
    public void MoreClassesThanTheProjectTakesAreRefused()
    {
        using var drawn = new DrawnProject();
        int[] labels = [.. Enumerable.Range(0, Width * Height).Select(i => 1000 + (i % 300))];
        Refused(
            drawn, Write(drawn, "many.tif", labels, SampleType.UInt16),
            "many.tif has 300 classes, more than the project can still take");
    }

    [Test]
    public void WhatIsNoLabelImageIsRefused()
    {
        using var drawn = new DrawnProject();
        string path = Path.Combine(drawn.Root, "upload");
        File.WriteAllText(path, "no image");
        Refused(drawn, (path, "text.png"), "text.png");
    }

    /// <summary>Soft strokes and a class of one pixel are said; the image given as its labels is refused.</summary>
    [Test]
    public void DoubtfulLabelsAreSaid()
    {
        using var drawn = new DrawnProject();
        IReadOnlyList<string> Doubts(Func<int, int> label)
        {
            int[] labels = [.. Enumerable.Range(0, Width * Height).Select(label)];
            (string path, string name) = Write(drawn, "labels.png", labels, SampleType.UInt8);
            return LabelImport.Into(drawn.Project, "i1", 1, path, name, CancellationToken.None).Doubts;
        }
        Assert.That(Doubts(i => 1 + (i / 37 % 3)), Is.Empty);
        Assert.That(Doubts(i => i == 5 ? 2 : 1).Single(), Does.Contain("class 2 (value 2) has 1 labelled pixel against 10,799"));
        Assert.That(Doubts(i => 1 + (i / 37 % 40)).Single(), Does.StartWith("The labels hold 40 classes"));
    }

    [Test]
    public void TheImageAsItsOwnLabelsIsRefused()
    {
        using var drawn = new DrawnProject();
        using ImageReader image = ImageFile.Open(drawn.Project.Images[0].Path);
        byte[] samples = new byte[Width * Height];
        image.Read(image.Info.Bounds, samples);
        Refused(
            drawn, Write(drawn, "itself.png", [.. samples.Select(sample => (int)sample)], SampleType.UInt8),
            "itself.png has the samples of ");
    }

    private static Change Into(DrawnProject drawn, (string Path, string Name) file) =>
        LabelImport.Into(drawn.Project, "i1", 1, file.Path, file.Name, CancellationToken.None).Change;

    private static void Refused(DrawnProject drawn, (string Path, string Name) file, string words)
    {
        long version = drawn.Project.Version;
        Assert.That(() => Into(drawn, file), Throws.TypeOf<FastSegException>().With.Message.Contains(words));
        Assert.That(drawn.Project.Version, Is.EqualTo(version));
        Assert.That(Directory.GetFileSystemEntries(drawn.Project.ImportsFolder), Is.Empty);
    }

    private static (string Path, string Name) Write(
        DrawnProject drawn, string name, int[] labels, SampleType type, int width = Width, int height = Height,
        IReadOnlyList<LabelClass>? classes = null)
    {
        string path = Path.Combine(drawn.Root, name);
        using ImageWriter writer = ImageFile.Create(
            path, new ImageLayout(width, height, type) { IsLabelMap = classes is not null, Classes = classes ?? [] });
        byte[] bytes = type switch
        {
            SampleType.UInt8 => [.. labels.Select(label => (byte)label)],
            SampleType.UInt16 => [.. labels.SelectMany(label => BitConverter.GetBytes((ushort)label))],
            _ => [.. labels.SelectMany(label => BitConverter.GetBytes((float)label))],
        };
        writer.Write(new Region(0, 0, width, height), bytes);
        writer.Commit();
        // An upload lies under a name of the studio's.
        string upload = Path.Combine(drawn.Root, "upload");
        File.Move(path, upload, overwrite: true);
        return (upload, name);
    }
}
