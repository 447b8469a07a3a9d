using NUnit.Framework;

namespace FastSeg.Tests.Labels;

/// <summary>Label files that carry their classes' names give them to the model.</summary>
internal sealed class NamedLabelTests
{
    private const int W = 96, H = 80;

    private static readonly SyntheticScene Scene = new(W, H);

    private TemporaryFolder _folder = null!;

    [OneTimeSetUp]
    public void MakeFolder() => _folder = new TemporaryFolder();

    [OneTimeTearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void AModelIsCalledAsItsLabels([Values(".png", ".tif")] string extension)
    {
        string path = Labels("named" + extension, (1, "matrix"), (2, "pore"), (7, "crack"), (9, "not drawn"));
        Assert.That(Names([path]), Is.EqualTo(new[] { "matrix", "pore", "crack" }));
        Assert.That(Names([path], "a", "b", "c"), Is.EqualTo(new[] { "a", "b", "c" }), "the caller's go first");
    }

    /// <summary>Names of a part of the classes, none, and two that are alike.</summary>
    [Test]
    public void WhatHasNoNameOfItsOwnIsCalledByItsValue()
    {
        Assert.That(Names([Labels("part.png", (2, "pore"))]), Is.EqualTo(new[] { "class 1", "pore", "class 7" }));
        Assert.That(Names([Labels("none.png")]), Is.EqualTo(new[] { "class 1", "class 2", "class 7" }));
        Assert.That(Names([Labels("alike.png", (1, "class 7"))]), Is.EqualTo(new[] { "class 1", "class 2", "class 7" }));
    }

    [Test]
    public void FilesThatContradictEachOtherAreSaid()
    {
        string one = Labels("one.png", (1, "matrix"), (2, "pore")), other = Labels("other.png", (1, "pore"), (2, "pore2"), (7, "crack"));
        var said = new List<string>();
        Assert.That(Names([one, other], said), Is.EqualTo(new[] { "matrix", "pore", "crack" }));
        Assert.That(said.Single(), Does.Contain("one.png calls the value 1 matrix, and ").And.Contain("other.png pore"));
    }

    private string[] Names(string[] labels, params string[] names) => Names(labels, [], names);

    private string[] Names(string[] labels, List<string> said, params string[] names)
    {
        IReadOnlyList<ImageReader> drawn = ImageFile.OpenLabels(labels, new LabelOptions());
        try
        {
            Model model = Segmenter.Train(
                [.. drawn.Select(one => new TrainingImage(Scene.Image, one))], training: Trained.Quick,
                names: names.Length == 0 ? null : names, options: new ComputeOptions { Warned = said.Add }).Model;
            return [.. model.Classes.Select(one => one.Name)];
        }
        finally
        {
            drawn.ToList().ForEach(one => one.Dispose());
        }
    }

    private string Labels(string name, params (int Value, string Name)[] classes)
    {
        string path = _folder.File(name);
        using ImageWriter writer = ImageFile.Create(path, new ImageLayout(W, H, SampleType.UInt8)
        {
            IsLabelMap = true,
            Classes = [.. classes.Select(one => new LabelClass(one.Value, one.Value, one.Name))],
        });
        writer.Write(new Region(0, 0, W, H), Scene.Labels);
        writer.Commit();
        return path;
    }
}
