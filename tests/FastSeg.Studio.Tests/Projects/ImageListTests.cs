using FastSeg.Studio.Files;
using FastSeg.Studio.Projects;
using FastSeg.Tests;
using NUnit.Framework;

namespace FastSeg.Studio.Tests.Projects;

/// <summary>Which images a project has, and what it says of those that it cannot show.</summary>
[TestFixture]
internal sealed class ImageListTests
{
    [Test]
    public void FilesAndFoldersComeInOrderAndOnce()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File("more"));
        foreach (string name in (string[])["z.tif", "more/b.png", "more/a.TIF", "more/c.npy", "more/.hidden.png"])
        {
            if (name.EndsWith("TIF", StringComparison.Ordinal))
            {
                TestProject.WriteImage(folder.File("more/x.tif"), 20, 10, pages: 3);
                File.Move(folder.File("more/x.tif"), folder.File(name));
                continue;
            }
            TestProject.WriteImage(folder.File(name), 20, 10);
        }
        File.WriteAllText(folder.File("more/notes.txt"), "no image");
        File.WriteAllText(folder.File("more/broken.png"), "no image");
        string project = folder.File("project");
        using (Project first = Project.Open(project, new ProjectSeed { Images = [folder.File("z.tif"), folder.File("more/b.png")] }))
        {
            Assert.That(first.Images.Select(image => (image.Id, image.Name)), Is.EqualTo(new[] { ("i1", "z.tif"), ("i2", "b.png") }));
        }
        using Project second = Project.Open(project, new ProjectSeed { Images = [folder.File("more"), folder.File("z.tif")] });
        Assert.That(
            second.Images.Select(image => (image.Id, image.Name, image.Pages)),
            Is.EqualTo(new[] { ("i1", "z.tif", 1), ("i2", "b.png", 1), ("i3", "a.TIF", 3), ("i4", "broken.png", 0), ("i5", "c.npy", 1) }));
        Assert.That(second.Images[3].Failure, Does.Contain("broken.png").And.EndsWith("."));
        second.Apply(new Operation.Stroke { Id = "s", Image = "i3", Page = 3, Class = 1, Radius = 16, Points = [100, 100] });
        Assert.That(second.Labelled, Is.EqualTo(new[] { ("i3", 3) }));
        Assert.That(
            () => second.Apply(new Operation.Stroke { Id = "t", Image = "i4", Class = 1, Radius = 16, Points = [100, 100] }),
            Throws.TypeOf<FastSegException>());
    }

    [Test]
    public void AnImageThatTheMemoryCannotHoldIsNamedAndNotDecoded()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("a.png");
        TestProject.WriteImage(path, 2000, 1100);
        var entry = new ImageEntry("i1", path, "../a.png");
        Assert.That(new ImageList(folder.File("p"), 2 << 20).Find(entry).Failure, Does.Contain("takes 6 MiB").And.Contain("tiled TIFF"));
        Assert.That(new ImageList(folder.File("p"), 7 << 20).Find(entry).Failure, Is.Null);
    }

    [Test]
    public void AnOmeZarrIsAnImage()
    {
        using var folder = new TemporaryFolder();
        string store = folder.File("more/a.ome.zarr");
        Directory.CreateDirectory(folder.File("more/no.zarr"));
        TestProject.WriteImage(store, 300, 200);
        TestProject.WriteImage(folder.File("more/b.png"), 20, 10);
        string project = folder.File("project");
        using (Project opened = Project.Open(project, new ProjectSeed { Images = [folder.File("more")] }))
        {
            Assert.That(
                opened.Images.Select(image => (image.Name, image.Width, image.Failure)),
                Is.EqualTo(new[] { ("a.ome.zarr", 300L, (string?)null), ("b.png", 20L, null) }));
        }
        using Project named = Project.Open(folder.File("other"), new ProjectSeed { Images = [store] });
        Assert.That((named.Images[0].Path, named.Images[0].Failure), Is.EqualTo((store, (string?)null)));
        named.Apply(new Operation.Stroke { Id = "s", Image = "i1", Class = 1, Radius = 16, Points = [100, 100] });
        Directory.Move(folder.File("more"), folder.File("gone"));
        using Project again = Project.Open(project);
        Assert.That(again.Images[0].Failure, Does.Contain("a.ome.zarr is missing"));
    }

    [Test]
    public void AStoreIsAnotherOneWhenAChunkComesAndNotWhenLabelsDo()
    {
        using var folder = new TemporaryFolder();
        string store = folder.File("a.ome.zarr");
        TestProject.WriteImage(store, 300, 200);
        // Times of folders are as fine as the disk's clock.
        string chunks = Path.GetDirectoryName(Directory.GetFiles(Path.Combine(store, "0"), "0", SearchOption.AllDirectories)[0])!;
        Directory.SetLastWriteTimeUtc(chunks, new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        var before = ImageState.Of(store);
        Directory.CreateDirectory(Path.Combine(store, "labels", "x", "0"));
        Assert.That(ImageState.Of(store), Is.EqualTo(before));
        Directory.SetLastWriteTimeUtc(chunks, DateTime.UtcNow.AddMinutes(1));
        Assert.That(ImageState.Of(store), Is.Not.EqualTo(before));
        Assert.That(ImageState.Of(folder.File("none")).Exists, Is.False);
    }

    [Test]
    public void AnImageSaysHowLargeItsPixelsAre()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("a.tif"), plain = folder.File("b.png");
        using (ImageWriter writer = ImageFile.Create(path, new ImageLayout(20, 10, SampleType.UInt8) { PixelSize = new(0.25, 0.5, "µm") }))
        {
            writer.Write(new Region(0, 0, 20, 10), new byte[200]);
            writer.Commit();
        }
        TestProject.WriteImage(plain, 20, 10);
        var list = new ImageList(folder.File("p"));
        PixelSize? size = list.Find(new ImageEntry("i1", path, "../a.tif")).PixelSize;
        Assert.That(size!.X, Is.EqualTo(0.25).Within(1e-6));
        Assert.That(size.Y, Is.EqualTo(0.5).Within(1e-6));
        Assert.That(size.Unit, Is.EqualTo("micron"), "as ImageJ calls it");
        Assert.That(list.Find(new ImageEntry("i2", plain, "../b.png")).PixelSize, Is.Null);
    }

    [Test]
    public void WhatIsNotThereIsRefusedAtTheStart()
    {
        using var folder = new TemporaryFolder();
        Assert.That(
            () => Project.Open(folder.File("p"), new ProjectSeed { Images = [folder.File("none.tif")] }),
            Throws.TypeOf<FastSegException>().With.Message.Contains("none.tif: there is no such file or folder"));
        Assert.That(
            () => Project.Open(folder.File("p"), new ProjectSeed { Images = [folder.Path] }),
            Throws.TypeOf<FastSegException>().With.Message.Contains("holds no image"));
        Assert.That(Directory.Exists(folder.File("p")), Is.False);
    }

    [Test]
    public void AMissingImageIsNamedItsLabelsStayAndItComesBack()
    {
        using var test = new TestProject();
        test.Project.Apply(test.Stroke("i2", 1, 40, 200, 200));
        byte[] labels = test.Bytes("i2");
        string path = test.Project.Images[1].Path;
        File.Move(path, path + ".away");
        test.Reopen();
        Assert.That(test.Project.Images[1].Failure, Does.Match("^image2.png is missing: .*put it back"));
        Assert.That((test.Project.Images[1].Width, test.Project.Images[1].Name), Is.EqualTo((300L, "image2.png")));
        Assert.That(test.Bytes("i2"), Is.EqualTo(labels));
        test.Project.Apply(test.Stroke("i2", 2, 40, 600, 200));
        test.Undo();
        File.Move(path + ".away", path);
        test.Reopen();
        Assert.That(test.Project.Images[1].Failure, Is.Null);
        Assert.That(test.Bytes("i2"), Is.EqualTo(labels));
    }

    [Test]
    public void ProjectAndImagesThatMoveTogetherFindEachOther()
    {
        using var test = new TestProject();
        test.Project.Dispose();
        string moved = test.Root + "-moved";
        Directory.Move(test.Root, moved);
        using (Project project = Project.Open(Path.Combine(moved, "project")))
        {
            Assert.That(project.Images.Select(image => image.Failure), Is.All.Null);
            Assert.That(project.Images[0].Path, Is.EqualTo(Path.Combine(moved, "image1.png")));
        }
        // What is found in the new place is the image of the list, not another one.
        using (Project project = Project.Open(Path.Combine(moved, "project"), new ProjectSeed { Images = [moved] }))
        {
            Assert.That(project.Images, Has.Count.EqualTo(2));
        }
        Directory.Move(moved, test.Root);
        test.Reopen();
    }

    [Test]
    public void AnImageThatWasReplacedByOneOfAnotherSizeIsNotShown()
    {
        using var test = new TestProject();
        test.Project.Apply(test.Stroke("i1", 1, 40, 200, 200));
        byte[] labels = test.Bytes();
        TestProject.WriteImage(test.Project.Images[0].Path, 31, 17);
        test.Reopen();
        Assert.That(test.Project.Images[0].Failure, Does.Contain("31 x 17").And.Contain("300 x 64"));
        Assert.That(test.Bytes(), Is.EqualTo(labels));
    }
}
