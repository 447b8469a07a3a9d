using FastSeg.Studio.Projects;
using NUnit.Framework;

namespace FastSeg.Studio.Tests.Projects;

/// <summary>What a project accepts, undoes and keeps.</summary>
[TestFixture]
internal sealed class ProjectTests
{
    [Test]
    public void ANewProjectHasTwoClassesAndItsImages()
    {
        using var test = new TestProject();
        Project project = test.Project;
        Assert.Multiple(() =>
        {
            Assert.That(
                project.Classes,
                Is.EqualTo(new ProjectClass[] { new(1, "class 1", "#e69f00"), new(2, "class 2", "#56b4e9") }));
            Assert.That(project.NextClass, Is.EqualTo(3));
            Assert.That(
                project.Images.Select(image => (image.Id, image.Name, image.Width, image.Height, image.Pages, image.Failure)),
                Is.EqualTo(new[] { ("i1", "image1.png", 300L, 64L, 1, (string?)null), ("i2", "image2.png", 300L, 64L, 1, null) }));
            Assert.That((project.CanUndo, project.CanRedo), Is.EqualTo((false, false)));
            Assert.That(project.Labelled, Is.Empty);
            Assert.That(project.Secret, Has.Length.GreaterThanOrEqualTo(32));
        });
    }

    [Test]
    public void AStrokeIsDrawnUndoneRedoneAndKept()
    {
        using var test = new TestProject();
        var changes = new List<Change>();
        test.Project.Changed += changes.Add;
        byte[] empty = test.Bytes("i2");
        Change drawn = test.Project.Apply(test.Stroke("i2", 1, 40, 200, 200));
        byte[] labels = test.Bytes("i2");
        Assert.That(drawn, Is.EqualTo(new Change(3, "i2", 1, new Region(10, 10, 5, 5)) { Id = drawn.Id }));
        Assert.That(test.Project.Labelled, Is.EqualTo(new[] { ("i2", 1) }));
        Change undone = test.Undo();
        Assert.That(test.Bytes("i2"), Is.EqualTo(empty));
        Assert.That((undone.Version, undone.Image, undone.Region), Is.EqualTo((4L, "i2", drawn.Region)));
        test.Reopen();
        Assert.That((test.Project.CanUndo, test.Project.CanRedo, test.Project.Version), Is.EqualTo((false, true, 4L)));
        test.Redo();
        Assert.That(test.Bytes("i2"), Is.EqualTo(labels));
        test.Reopen();
        Assert.That(test.Bytes("i2"), Is.EqualTo(labels));
        Assert.That(changes.Select(change => change.Version), Is.EqualTo(new[] { 3L, 4L }));
    }

    [Test]
    public void AnOperationCountsOnceAlsoAfterARestart()
    {
        using var test = new TestProject();
        Operation.Stroke stroke = test.Stroke(1, 40, 200, 200);
        test.Project.Apply(stroke);
        Assert.That(test.Project.Apply(stroke).Duplicate, Is.True);
        string undo = test.NewId();
        Assert.That(test.Project.Undo(undo).Duplicate, Is.False);
        Assert.That(test.Project.Undo(undo).Duplicate, Is.True);
        test.Reopen();
        Assert.That(test.Project.Apply(stroke).Duplicate, Is.True);
        Assert.That(test.Project.Undo(undo).Duplicate, Is.True);
        Assert.That(test.Project.Version, Is.EqualTo(4));
        Assert.That(test.Undo().Nothing, Is.True);
    }

    [Test]
    public void ANewOperationDropsWhatWasUndone()
    {
        using var test = new TestProject();
        test.Project.Apply(test.Stroke(1, 40, 200, 200));
        test.Undo();
        test.Project.Apply(test.Stroke(2, 40, 900, 900));
        Assert.That(test.Redo().Nothing, Is.True);
        byte[] labels = test.Bytes();
        test.Reopen();
        Assert.That(test.Redo().Nothing, Is.True);
        Assert.That(test.Bytes(), Is.EqualTo(labels));
    }

    [Test]
    public void AClassGoesWithItsPixelsOnAllImagesAndComesBack()
    {
        using var test = new TestProject();
        test.Project.Apply(test.Stroke("i1", 1, 40, 200, 200));
        test.Project.Apply(test.Stroke("i1", 2, 40, 900, 900));
        test.Project.Apply(test.Stroke("i2", 1, 90, 400, 500));
        (byte[] first, byte[] second) = (test.Bytes("i1"), test.Bytes("i2"));
        Change deleted = test.Project.Apply(new Operation.ClassDelete { Id = test.NewId(), Value = 1 });
        Assert.That((deleted.Image, deleted.ClassesChanged), Is.EqualTo(((string?)null, true)));
        Assert.That(test.Bytes("i1"), Is.EqualTo(first.Select(label => label == 1 ? 0 : label)));
        Assert.That(test.Bytes("i2"), Is.All.Zero);
        Assert.That(test.Project.Classes.Select(one => one.Value), Is.EqualTo(new byte[] { 2 }));
        test.Reopen();
        Assert.That(test.Undo().ClassesChanged, Is.True);
        Assert.That((test.Bytes("i1"), test.Bytes("i2")), Is.EqualTo((first, second)));
        Assert.That(test.Project.Classes.Select(one => one.Value), Is.EqualTo(new byte[] { 1, 2 }));
        Assert.That(test.Project.NextClass, Is.EqualTo(3));
    }

    [Test]
    public void ClassesAreAddedChangedAndOrderedAndTheirValuesNeverComeTwice()
    {
        using var test = new TestProject();
        Project project = test.Project;
        project.Apply(new Operation.ClassAdd { Id = test.NewId(), Class = new ProjectClass(3, "pore", "#102030") });
        project.Apply(new Operation.ClassChange { Id = test.NewId(), Value = 1, Name = "matrix" });
        project.Apply(new Operation.ClassOrder { Id = test.NewId(), Values = [3, 1, 2] });
        string[] names = ["pore", "matrix", "class 2"];
        Assert.That(project.Classes.Select(one => one.Name), Is.EqualTo(names));
        test.Undo();
        test.Undo();
        test.Undo();
        Assert.That(project.Classes.Select(one => one.Name), Is.EqualTo(new[] { "class 1", "class 2" }));
        Assert.That(project.NextClass, Is.EqualTo(4), "a value that was undone is not given again");
        test.Redo();
        test.Redo();
        test.Redo();
        test.Reopen();
        Assert.That(test.Project.Classes.Select(one => one.Name), Is.EqualTo(names));
    }

    [Test]
    public void WhatIsNotAllowedIsRefusedInASentenceAndDoesNothing()
    {
        using var test = new TestProject();
        (long version, long length) = (test.Project.Version, new FileInfo(test.Journal).Length);
        void Refused(Operation operation, string words) => Assert.That(
            () => test.Project.Apply(operation), Throws.TypeOf<FastSegException>().With.Message.Contains(words));
        Refused(test.Stroke(9, 40, 1, 1), "no class 9");
        Refused(test.Stroke("i7", 1, 40, 1, 1), "no image i7");
        Refused(test.Stroke("i1", 1, 40, 1, 1) with { Page = 2 }, "has no page 2");
        Refused(test.Stroke(1, -1, 1, 1), "radius");
        Refused(test.Stroke(1, 1, 1, 1, 1), "3 numbers");
        Refused(test.Stroke(1, 1), "0 numbers");
        Refused(test.Stroke(1, 1, 1L << 41, 1), "further than");
        Refused(test.Stroke(1, 1, 1, 1) with { Id = "" }, "An id has");
        Refused(new Operation.Polygon { Id = "p", Image = "i1", Class = 1, Points = [1, 1, 2, 2] }, "polygon has 3");
        Refused(new Operation.Fill { Id = "f", Image = "i1", Class = 1, X = 300, Y = 0 }, "Pixel 300,0 is not on the page");
        Refused(new Operation.ClassAdd { Id = "a", Class = new ProjectClass(2, "x", "#000000") }, "the next one is 3");
        Refused(new Operation.ClassAdd { Id = "a", Class = new ProjectClass(3, "class 1", "#000000") }, "Two classes");
        Refused(new Operation.ClassAdd { Id = "a", Class = new ProjectClass(3, "a,b", "#000000") }, "no name");
        Refused(new Operation.ClassAdd { Id = "a", Class = new ProjectClass(3, "x", "red") }, "no colour");
        Refused(new Operation.ClassOrder { Id = "o", Values = [1, 1] }, "every class once");
        Refused(new Operation.Import { Id = "i", Image = "i1", File = "../x.png" }, "no name of a file");
        Assert.That((test.Project.Version, new FileInfo(test.Journal).Length, test.Project.CanUndo), Is.EqualTo((version, length, false)));
    }
}
