using FastSeg.Studio.Labels;
using NUnit.Framework;

namespace FastSeg.Studio.Tests.Labels;

/// <summary>What a raster says of the labels that were painted.</summary>
[TestFixture]
internal sealed class LabelRasterTests
{
    private const int Width = 613, Height = 530;

    [Test]
    public void CountsRunsAndPositionsAreThoseOfThePixels([Range(0, 3)] int seed)
    {
        byte[] labels = Rasters.Blocks(Width, Height, seed);
        LabelRaster raster = Rasters.Of(labels, Width);
        long[] positions = [.. Enumerable.Range(0, labels.Length).Where(i => labels[i] != 0).Select(i => (long)i)];
        (long[] found, byte[] values) = raster.LabelledPixels();
        Assert.Multiple(() =>
        {
            Assert.That(found, Is.EqualTo(positions));
            Assert.That(values, Is.EqualTo(positions.Select(i => labels[i])));
            Assert.That(raster.Labelled, Is.EqualTo(positions.Length));
            for (int label = 1; label < 256; label++)
            {
                Assert.That(raster.Counts[label], Is.EqualTo(labels.Count(value => value == label)));
            }
            Assert.That(raster[611, 529], Is.EqualTo(labels[(529 * Width) + 611]));
        });
    }

    [Test]
    public void AnyRectangleIsRead([Range(0, 20)] int seed)
    {
        byte[] labels = Rasters.Blocks(Width, Height, 1);
        LabelRaster raster = Rasters.Of(labels, Width);
        var random = new Random(seed);
        int x = random.Next(Width), y = random.Next(Height);
        int width = random.Next(1, Width - x + 1), height = random.Next(1, Height - y + 1);
        byte[] read = new byte[width * height];
        raster.Read(new Region(x, y, width, height), read);
        using ImageReader reader = raster.Reader("labels");
        byte[] asImage = new byte[width * height];
        reader.Read(new Region(x, y, width, height), asImage);
        IEnumerable<byte> wanted = Enumerable.Range(0, read.Length).Select(i => labels[((y + (i / width)) * Width) + x + (i % width)]);
        Assert.That(read, Is.EqualTo(wanted));
        Assert.That(asImage, Is.EqualTo(read));
        Assert.That(reader.Info, Is.EqualTo(new ImageInfo("labels", Width, Height, 1, SampleType.UInt8)));
    }

    [Test]
    public void ALevelHasTheModeOfTheLabelledPixels([Range(0, 11)] int level)
    {
        byte[] labels = Rasters.Blocks(Width, Height, 3);
        LabelRaster raster = Rasters.Of(labels, Width);
        (long width, long height) = raster.SizeAt(level);
        byte[] read = new byte[width * height];
        raster.Read(level, new Region(0, 0, width, height), read);
        Assert.That((width, height), Is.EqualTo(((Width + (1L << level) - 1) >> level, (Height + (1L << level) - 1) >> level)));
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                Assert.That(read[(y * width) + x], Is.EqualTo(Mode(labels, x, y, level)), $"{x},{y}");
            }
        }
    }

    [Test]
    public void OutsideIsRefused()
    {
        var raster = new LabelRaster(10, 10);
        Assert.Multiple(() =>
        {
            Assert.That(() => raster[10, 0], Throws.TypeOf<ArgumentOutOfRangeException>());
            Assert.That(() => raster[0, -1], Throws.TypeOf<ArgumentOutOfRangeException>());
            Assert.That(() => raster.Read(new Region(5, 5, 6, 1), new byte[6]), Throws.TypeOf<ArgumentOutOfRangeException>());
        });
    }

    private static byte Mode(byte[] labels, int x, int y, int level)
    {
        int[] counts = new int[256];
        for (int row = y << level; row < Math.Min(Height, (y + 1) << level); row++)
        {
            for (int column = x << level; column < Math.Min(Width, (x + 1) << level); column++)
            {
                counts[labels[(row * Width) + column]]++;
            }
        }
        counts[0] = 0;
        return (byte)(counts.Max() == 0 ? 0 : Array.IndexOf(counts, counts.Max()));
    }
}
