using FastSeg.Common;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;

namespace FastSeg.Tests.Common;

[TestFixture]
internal sealed class TileGridTests
{
    [Test]
    public void TilesCoverTheAreaOnceWithCornersOnItsOwnGrid() => Prop.ForAll(
        Gen.Choose(0, 700).Four().ToArbitrary(),
        numbers =>
        {
            (int x, int y, int width, int height) = numbers;
            var area = new Region(x, y, 1 + width, 1 + (height / 3));
            var grid = new TileGrid(area, 256, 64);
            long pixels = 0;
            for (long i = 0; i < grid.Count; i++)
            {
                Region tile = grid[i];
                pixels += tile.Pixels;
                Assert.That(area.Contains(tile) && !tile.IsEmpty, $"{tile} in {area}");
                Assert.That((tile.X - area.X) % 256 == 0, $"{tile}");
                Assert.That((tile.Y - area.Y) % 64 == 0, $"{tile}");
            }
            Assert.That(pixels, Is.EqualTo(area.Pixels));
        }).QuickCheckThrowOnFailure();

    [Test]
    public void CountsArePast32Bits() => Assert.That(
        new TileGrid(new Region(0, 0, 1L << 33, 1L << 33), 256, 256).Count, Is.EqualTo(1L << 50));

    [Test]
    public void AnEmptyAreaHasNoTile() => Assert.That(new TileGrid(default, 256, 256).Count, Is.Zero);
}
