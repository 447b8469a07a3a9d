using FastSeg.Common;
using FastSeg.Sessions;
using NUnit.Framework;

namespace FastSeg.Tests.Sessions;

/// <summary>The tiles of frames: one a worker where that can be, whole panels before rows.</summary>
[TestFixture]
internal sealed class FrameTilesTests
{
    private const int Margin = 66;

    [TestCase(1024, 1024, 1, 1024, 1024)]
    [TestCase(1024, 1024, 2, 512, 1024, Description = "two panels each, all rows")]
    [TestCase(512, 512, 2, 256, 512)]
    [TestCase(1024, 1024, 4, 256, 1024)]
    [TestCase(256, 2000, 2, 256, 1008, Description = "a single panel is cut into rows")]
    [TestCase(5000, 5000, 1, 1728, 1680, Description = "no side is longer than 2048")]
    [TestCase(1, 1, 8, 1, 1)]
    public void AreAsExpected(int width, int height, int workers, long columns, long rows) => Assert.That(
        FrameTiles.Shape(new FrameShape(width, height, SampleType.UInt8), workers, Margin), Is.EqualTo((columns, rows)));

    [Test]
    public void AreAsManyAsWorkersAndNeverTooLong([Values(64, 1000, 4096)] int side, [Range(1, 16)] int workers)
    {
        (long width, long height) = FrameTiles.Shape(new FrameShape(side, side, SampleType.UInt8), workers, Margin);
        var grid = new TileGrid(new Region(0, 0, side, side), width, height);
        Assert.That(width, Is.InRange(1, 2048).And.LessThanOrEqualTo(side));
        Assert.That(height, Is.InRange(1, 2048).And.LessThanOrEqualTo(side));
        if (side >= 1000)
        {
            // Rounded up to whole panels and bands, a side may have fewer parts than workers; half of them work in any case.
            Assert.That(grid.Count, Is.GreaterThanOrEqualTo((workers + 1) / 2));
        }
    }
}
