using FastSeg.Studio.Labels;
using NUnit.Framework;

namespace FastSeg.Studio.Tests.Labels;

/// <summary>Edits leave the raster before them alone, and their patches take them back.</summary>
[TestFixture]
internal sealed class LabelEditTests
{
    private const int Width = 700, Height = 600;

    [Test]
    public void ManyEditsLeaveEverySnapshotAsItWasAndPatchesLeadBack()
    {
        var random = new Random(3);
        var snapshots = new List<(LabelRaster Labels, byte[] Bytes, LabelPatch? Patch)>();
        var labels = new LabelRaster(Width, Height);
        snapshots.Add((labels, Rasters.Bytes(labels), null));
        for (int i = 0; i < 60; i++)
        {
            var edit = new LabelEdit(labels);
            long[] points = [.. Enumerable.Range(0, 10).Select(_ => (long)random.Next(-500, 16 * Width))];
            edit.Paint(StrokeShape.Runs(points, random.Next(1, 800), Height), (byte)random.Next(4));
            (labels, LabelPatch patch) = edit.Finish();
            snapshots.Add((labels, Rasters.Bytes(labels), patch));
        }
        Assert.That(snapshots.Select(snapshot => Rasters.Bytes(snapshot.Labels)), Is.EqualTo(snapshots.Select(snapshot => snapshot.Bytes)));
        for (int i = snapshots.Count - 1; i > 0; i--)
        {
            labels = Rasters.Painted(labels, edit => edit.Restore(snapshots[i].Patch!));
            Assert.That(Rasters.Bytes(labels), Is.EqualTo(snapshots[i - 1].Bytes), $"after undoing {i}");
            Assert.That(labels.Counts.ToArray(), Is.EqualTo(snapshots[i - 1].Labels.Counts.ToArray()));
        }
    }

    [Test]
    public void TheRegionIsTheSmallestRectangleOfWhatChanged()
    {
        LabelRaster labels = Rasters.Painted(new LabelRaster(Width, Height), edit => edit.Paint(new PixelRun(5, 0, 300), 1));
        var again = new LabelEdit(labels);
        again.Paint(new PixelRun(5, 10, 310), 1);
        again.Paint(new PixelRun(7, 302, 303), 2);
        Assert.That(again.Finish().Patch.Region, Is.EqualTo(new Region(300, 5, 10, 3)));
    }

    [Test]
    public void WhatChangesNothingGivesTheSameRaster()
    {
        LabelRaster labels = Rasters.Painted(new LabelRaster(Width, Height), edit => edit.Paint(new PixelRun(5, 0, 300), 1));
        var edit = new LabelEdit(labels);
        edit.Paint(new PixelRun(5, 20, 300), 1);
        edit.Paint(new PixelRun(-5, 20, 300), 1);
        edit.Paint(new PixelRun(9, 800, 900), 1);
        Assert.That(edit.Finish().Labels, Is.SameAs(labels));
    }

    [Test]
    public void AVeryLargePolygonTakesTheMemoryOfItsEdge()
    {
        const long side = 40_000;
        long before = GC.GetTotalMemory(forceFullCollection: true);
        long[] corners = [0, 0, 16 * side, 0, 16 * side, 16 * side, 0, 16 * side];
        var edit = new LabelEdit(new LabelRaster(side, side));
        edit.Paint(PolygonShape.Runs(corners, side), 3);
        (LabelRaster labels, LabelPatch patch) = edit.Finish();
        long held = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.That(labels.Counts[3], Is.EqualTo(side * side));
        Assert.That(held, Is.LessThan(64L << 20));
        Assert.That(patch.Bytes, Is.LessThan(1 << 20));
    }

    [Test]
    public void APatchAboveItsLimitIsNotKeptButItsRegionIs()
    {
        var edit = new LabelEdit(new LabelRaster(Width, Height), patchLimit: 100);
        edit.Paint(StrokeShape.Runs([0, 0, 9000, 9000], 50, Height), 1);
        LabelPatch patch = edit.Finish().Patch;
        Assert.That((patch.Kept, patch.Bytes), Is.EqualTo((false, 0)));
        Assert.That(patch.Region, Is.Not.Null);
    }

    [Test]
    public void AnImageReplacesAllLabels()
    {
        byte[] labels = Rasters.Blocks(Width, Height, 4);
        LabelRaster before = Rasters.Of(Rasters.Blocks(Width, Height, 5), Width);
        var edit = new LabelEdit(before);
        edit.Replace(Rasters.Of(labels, Width).Reader("import"));
        (LabelRaster after, LabelPatch patch) = edit.Finish();
        Assert.That(Rasters.Bytes(after), Is.EqualTo(labels));
        Assert.That(Rasters.Bytes(Rasters.Painted(after, back => back.Restore(patch))), Is.EqualTo(Rasters.Bytes(before)));
    }

    [Test]
    public void AClassOrEverythingIsErased()
    {
        byte[] labels = Rasters.Blocks(Width, Height, 4);
        LabelRaster raster = Rasters.Of(labels, Width);
        Assert.That(
            Rasters.Bytes(Rasters.Painted(raster, edit => edit.Erase(2))), Is.EqualTo(labels.Select(label => label == 2 ? 0 : label)));
        Assert.That(Rasters.Painted(raster, edit => edit.Clear()).Labelled, Is.Zero);
    }
}
