using FastSeg.Studio.Live;
using NUnit.Framework;

namespace FastSeg.Studio.Tests.Live;

/// <summary>What is looked at is computed once, from the centre.</summary>
[TestFixture]
internal sealed class MissingCellsTests
{
    [TestCase(1600, 1000, 100, 70, 1500, 900)]
    [TestCase(5000, 3000, 0, 0, 5000, 3000)]
    [TestCase(70, 40, 0, 0, 70, 40)]
    [TestCase(9000, 9000, 3000, 100, 4000, 4000)]
    public void EveryCellIsComputedOnce(int width, int height, int x, int y, int across, int down)
    {
        var canvas = new OverlayCanvas(width, height, new OverlayPool(1L << 30));
        var wanted = new Region(x, y, across, down);
        long pixels = 0;
        while (MissingCells.Next(canvas, wanted) is { } part)
        {
            Assert.That(part.Pixels, Is.LessThanOrEqualTo(MissingCells.MostPixels));
            canvas.Put(part, new byte[part.Pixels]);
            pixels += part.Pixels;
        }
        Assert.That(pixels, Is.EqualTo(canvas.WholeCells(wanted).Pixels));
    }

    [Test]
    public void AViewIsOneRun()
    {
        var canvas = new OverlayCanvas(2048, 2048, new OverlayPool(1 << 26));
        Assert.That(MissingCells.Next(canvas, new Region(224, 500, 1600, 1000)), Is.EqualTo(new Region(192, 448, 1664, 1088)));
    }

    [Test]
    public void AMovedViewComputesOnlyWhatCameIntoSight()
    {
        var canvas = new OverlayCanvas(2048, 2048, new OverlayPool(1 << 26));
        canvas.Put(new Region(0, 0, 1024, 1024), new byte[1024 * 1024]);
        var parts = new List<Region>();
        while (MissingCells.Next(canvas, new Region(128, 128, 1024, 1024)) is { } part)
        {
            parts.Add(part);
            canvas.Put(part, new byte[part.Pixels]);
        }
        Assert.That(parts, Is.EqualTo((Region[])[new(1024, 128, 128, 1024), new(128, 1024, 896, 128)]));
    }

    [Test]
    public void TheCentreComesFirst()
    {
        var canvas = new OverlayCanvas(10240, 10240, new OverlayPool(1L << 28));
        Region first = MissingCells.Next(canvas, canvas.Bounds)!.Value;
        Assert.That(first.Inflate(1).Contains(new Region(5120, 5120, 1, 1)), Is.True, $"{first}");
    }
}
