using FastSeg.Studio.Live;
using NUnit.Framework;

namespace FastSeg.Studio.Tests.Live;

/// <summary>Overlays hold what is computed at every level, and say what is not.</summary>
[TestFixture]
internal sealed class OverlayCanvasTests
{
    private const int Width = 700, Height = 530;

    [Test]
    public void WhatIsPutIsRead()
    {
        OverlayCanvas canvas = Filled(out byte[] all);
        byte[] read = new byte[300 * 200];
        canvas.Read(new Region(123, 217, 300, 200), 0, read);
        Assert.That(read, Is.EqualTo(Part(all, Width, 123, 217, 300, 200)));
    }

    [TestCase(1)]
    [TestCase(3)]
    [TestCase(8)]
    public void EachLevelIsTheModeOfTheOneBelow(int level)
    {
        OverlayCanvas canvas = Filled(out byte[] all);
        // Squares of 256 pixels, so that the pixels beyond the page count as not computed.
        const int Side = 1024;
        byte[] expected = new byte[Side * Side];
        for (int y = 0; y < Height; y++)
        {
            all.AsSpan(y * Width, Width).CopyTo(expected.AsSpan(y * Side));
        }
        int side = Side;
        for (int i = 0; i < level; i++, side /= 2)
        {
            expected = Halved(expected, side);
        }
        byte[] read = new byte[side * side];
        canvas.Read(new Region(0, 0, side, side), level, read);
        Assert.That(read, Is.EqualTo(expected));
    }

    [Test]
    public void AboveTheLastLevelOneOfTheTilesStandsForAll()
    {
        OverlayCanvas canvas = Filled(out _);
        byte[] last = new byte[9], above = new byte[4];
        canvas.Read(new Region(0, 0, 3, 3), OverlayTile.LastLevel, last);
        canvas.Read(new Region(0, 0, 2, 2), OverlayTile.LastLevel + 1, above);
        Assert.That(above, Is.EqualTo((byte[])[last[0], last[2], last[6], last[8]]));
    }

    [Test]
    public void WhatIsNotComputedIsZeroAndIsSaid()
    {
        var canvas = new OverlayCanvas(Width, Height, new OverlayPool(1 << 24));
        canvas.Put(new Region(64, 128, 128, 64), [.. Enumerable.Repeat((byte)7, 128 * 64)]);
        byte[] read = new byte[Width * Height];
        canvas.Read(canvas.Bounds, 0, read);
        Assert.That(read.Count(value => value == 7), Is.EqualTo(128 * 64));
        Assert.That(canvas.Has(64, 128) && canvas.Has(191, 191), Is.True);
        Assert.That(canvas.Has(63, 128) || canvas.Has(192, 128) || canvas.Has(64, 127) || canvas.Has(64, 192), Is.False);
        Assert.That(canvas.Counts(), Is.Null, "most of the page is not computed");
    }

    [Test]
    public void PixelsAreCountedWhereAllIsComputed()
    {
        OverlayCanvas canvas = Filled(out byte[] all);
        Assert.That(Enumerable.Range(1, 3).Select(value => canvas.Counts()![value]), Is.EqualTo(
            Enumerable.Range(1, 3).Select(value => all.LongCount(at => at == value))));
        canvas.Put(new Region(640, 512, 60, 18), [.. Enumerable.Repeat((byte)9, 60 * 18)]);
        Assert.That(canvas.Counts()![9], Is.EqualTo(60 * 18));
        Assert.That(canvas.Counts()!.Sum(), Is.EqualTo(Width * Height));
        canvas.Remove(0);
        Assert.That(canvas.Counts(), Is.Null, "a tile was dropped");
    }

    [TestCase(new byte[] { 0, 0, 0, 0 }, 0)]
    [TestCase(new byte[] { 0, 3, 0, 0 }, 3)]
    [TestCase(new byte[] { 2, 1, 1, 2 }, 1)]
    [TestCase(new byte[] { 5, 4, 5, 6 }, 5)]
    [TestCase(new byte[] { 9, 8, 7, 6 }, 6)]
    public void TheModeLeavesOutWhatIsNotComputedAndTakesTheSmallestOfEquals(byte[] four, int mode) =>
        Assert.That(OverlayTile.Mode(four[0], four[1], four[2], four[3]), Is.EqualTo(mode));

    [Test]
    public void APoolDropsWhatWasNotUsedForLongest()
    {
        var pool = new OverlayPool(16 * OverlayTile.Bytes);
        var canvas = new OverlayCanvas(20 * 256, 256, pool);
        byte[] one = new byte[1];
        for (int i = 0; i < 20; i++)
        {
            canvas.Put(new Region(i * 256, 0, 256, 256), [.. Enumerable.Repeat((byte)1, 65536)]);
            canvas.Read(new Region(0, 0, 1, 1), 0, one);
        }
        Assert.That(pool.Count, Is.LessThanOrEqualTo(16));
        Assert.That(canvas.Has(0, 0), Is.True, "the first tile was read all the time");
        Assert.That(canvas.Has(256, 0), Is.False, "the second one was never read");
        Assert.That(canvas.Has(19 * 256, 0), Is.True);
        canvas.Clear();
        Assert.That(pool.Count, Is.Zero);
    }

    [Test]
    public void WholeCellsSurroundARegionWithinThePage()
    {
        var canvas = new OverlayCanvas(Width, Height, new OverlayPool(1 << 24));
        Assert.That(canvas.WholeCells(new Region(65, 63, 10, 2)), Is.EqualTo(new Region(64, 0, 64, 128)));
        Assert.That(canvas.WholeCells(new Region(650, 500, 400, 400)), Is.EqualTo(new Region(640, 448, 60, 82)));
    }

    private static OverlayCanvas Filled(out byte[] all)
    {
        var canvas = new OverlayCanvas(Width, Height, new OverlayPool(1 << 24));
        var random = new Random(1);
        all = new byte[Width * Height];
        for (int i = 0; i < all.Length; i++)
        {
            all[i] = (byte)random.Next(1, 4);
        }
        foreach (Region part in (Region[])[new(0, 0, 320, 530), new(320, 0, 380, 192), new(320, 192, 380, 338)])
        {
            canvas.Put(part, Part(all, Width, part.X, part.Y, part.Width, part.Height));
        }
        return canvas;
    }

    private static byte[] Halved(byte[] from, int side)
    {
        byte[] to = new byte[side * side / 4];
        for (int y = 0; y < side / 2; y++)
        {
            for (int x = 0; x < side / 2; x++)
            {
                byte[] four = Part(from, side, 2 * x, 2 * y, 2, 2);
                to[(y * side / 2) + x] = four.Where(value => value != 0).GroupBy(value => value)
                    .OrderByDescending(group => group.Count()).ThenBy(group => group.Key).Select(group => group.Key).FirstOrDefault();
            }
        }
        return to;
    }

    private static byte[] Part(byte[] all, int stride, long x, long y, long width, long height) =>
        [.. Enumerable.Range(0, (int)height).SelectMany(row => all.AsSpan((int)(((y + row) * stride) + x), (int)width).ToArray())];
}
