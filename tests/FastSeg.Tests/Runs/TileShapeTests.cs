using FastSeg.Common;
using NUnit.Framework;

namespace FastSeg.Tests.Runs;

/// <summary>The tiles of what is on a screen: no worker waits long for another.</summary>
[TestFixture]
internal sealed class TileShapeTests
{
    private static readonly SyntheticScene Scene = new(2100, 1100);

    [TestCase(1600, 1000, 2)]
    [TestCase(1600, 128, 2)]
    [TestCase(1100, 700, 2)]
    [TestCase(2000, 1000, 4)]
    [TestCase(600, 256, 2)]
    public void WorkersEndTogether(int width, int height, int workers)
    {
        using MemoryImage image = Scene.Image;
        TileGrid grid = new Segmenter(Trained.Grey).Plan(
            image, new SegmentOptions { Region = new Region(64, 50, width, height) },
            new ComputeOptions { Threads = workers, Backend = BackendKind.Cpu }).Grid;
        long[] pixels = new long[workers];
        for (long i = 0; i < grid.Count; i++)
        {
            pixels[Array.IndexOf(pixels, pixels.Min())] += grid[i].Pixels;
        }
        Assert.That(pixels.Max(), Is.LessThanOrEqualTo(1.25 * width * height / workers), $"{grid.Count} tiles");
    }
}
