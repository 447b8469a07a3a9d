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
    public void AnOriginLetsTilesFitThoseOfARegionAndReachLetsThemOverlap() => Prop.ForAll(
        Gen.Choose(0, 300).Four().ToArbitrary(),
        numbers =>
        {
            (int x, int y, int width, int height) = numbers;
            var page = new Region(0, 0, 700, 500);
            var region = new Region(x, y, 1 + width, 1 + (height / 3));
            var grid = new TileGrid(page, 128, 64) { Origin = (x, y) };
            TileGrid inside = new(region, 128, 64), around = grid with { Reach = 16, Page = page };
            Region[] parts = [.. Enumerable.Range(0, (int)grid.Count).Select(i => grid[i].Intersect(region)).Where(part => !part.IsEmpty)];
            Assert.That(parts, Is.EqualTo(Enumerable.Range(0, (int)inside.Count).Select(i => inside[i])));
            Assert.That(Enumerable.Range(0, (int)grid.Count).Sum(i => grid[i].Pixels), Is.EqualTo(page.Pixels));
            for (long i = 0; i < grid.Count; i++)
            {
                Assert.That(around[i], Is.EqualTo(grid[i].Inflate(16).Intersect(page)));
                Assert.That(around[i].Width <= around.MaxCore.Width && around[i].Height <= around.MaxCore.Height);
            }
        }).QuickCheckThrowOnFailure();

    [Test]
    public void CountsArePast32Bits() => Assert.That(
        new TileGrid(new Region(0, 0, 1L << 33, 1L << 33), 256, 256).Count, Is.EqualTo(1L << 50));

    [Test]
    public void AnEmptyAreaHasNoTile() => Assert.That(new TileGrid(default, 256, 256).Count, Is.Zero);
}
