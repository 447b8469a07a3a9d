using FastSeg.Studio.Labels;
using NUnit.Framework;

namespace FastSeg.Studio.Tests.Labels;

/// <summary>Fill paints the region of equal label around a pixel.</summary>
[TestFixture]
internal sealed class FloodFillTests
{
    [Test]
    public void AnyRegionIsFilledAsBySearching([Range(0, 11)] int seed)
    {
        const int width = 531, height = 300;
        byte[] labels = Rasters.Blocks(width, height, seed);
        var random = new Random(seed);
        (int x, int y, byte label) = (random.Next(width), random.Next(height), (byte)random.Next(5));
        LabelRaster filled = Rasters.Painted(Rasters.Of(labels, width), edit => FloodFill.Run(edit, x, y, label));
        Assert.That(Rasters.Bytes(filled), Is.EqualTo(ShapeReference.Fill(labels, width, x, y, label)));
    }

    [Test]
    public void PixelsThatTouchWithACornerAreNoNeighbours()
    {
        LabelRaster labels = Rasters.Of([1, 0, 0, 1], 2);
        Assert.That(Rasters.Bytes(Rasters.Painted(labels, edit => FloodFill.Run(edit, 0, 0, 3))), Is.EqualTo(new byte[] { 3, 0, 0, 1 }));
    }

    [Test]
    public void RegionsAboveTheLimitAreRefused()
    {
        var edit = new LabelEdit(new LabelRaster(4097, 4096));
        Assert.That(
            () => FloodFill.Run(edit, 7, 9, 1),
            Throws.TypeOf<FastSegException>().With.Message.Contains("7,9").And.Message.Contains("more than 16 million pixels"));
        Assert.That(() => FloodFill.Run(new LabelEdit(new LabelRaster(4096, 4096)), 7, 9, 1), Throws.Nothing);
    }
}
