using FastSeg.Tests.Images;
using FastSeg.Tests.Images.Tiff;
using NUnit.Framework;

namespace FastSeg.Tests.Channels;

/// <summary>
/// The eight orientations of TIFF: pixels lie as stored, unless they are asked to be turned. Where a stored pixel belongs is worked out
/// from what the standard says of the first row and the first column.
/// </summary>
[TestFixture]
internal sealed class OrientationTests
{
    private const int Width = 19, Height = 13;

    [Test]
    public void EveryRectangleIsTurned([Range(1, 8)] int orientation, [Values(1, 3, 4)] int channels, [Values] bool strips)
    {
        byte[] stored = Scratch.Samples(Width, Height, channels, SampleType.UInt16);
        using var scratch = new Scratch();
        string path = scratch.Put("a.tif", Turned(stored, channels, SampleType.UInt16, orientation, strips));
        using (ImageReader asStored = ImageFile.Open(path))
        {
            Assert.That(Scratch.ReadAll(asStored), Is.EqualTo(stored));
            Assert.That(asStored.Info.Orientation, Is.EqualTo(orientation));
        }
        using ImageReader turned = ImageFile.Open(path, new ImageOptions { Orient = true });
        bool quarter = orientation > 4;
        Assert.That((turned.Info.Width, turned.Info.Height), Is.EqualTo(quarter ? (Height, Width) : (Width, Height)));
        Assert.That(turned.Info.Orientation, Is.EqualTo(1));
        byte[] expected = Expected(stored, channels * 2, orientation);
        Assert.That(Scratch.ReadAll(turned), Is.EqualTo(expected));
        Readers.CheckRectangles(turned, expected);
        Assert.That(turned.PrefersWholeRows, Is.EqualTo(strips && !quarter));
        Assert.That(turned.HeldBytes(2), Is.GreaterThanOrEqualTo(quarter ? 4 << 20 : 0));
    }

    [Test]
    public void LabelsAreTurnedAlike([Values(1, 3, 6)] int orientation)
    {
        byte[] stored = Scratch.Samples(Width, Height, 1, SampleType.UInt8);
        using var scratch = new Scratch();
        string path = scratch.Put("labels.tif", Turned(stored, 1, SampleType.UInt8, orientation, true));
        using ImageReader turned = ImageFile.OpenLabels(path, new ImageOptions { Orient = true });
        Assert.That(Scratch.ReadAll(turned), Is.EqualTo(Expected(stored, 1, orientation)));
    }

    [Test]
    public void ATrainingSaysItOnceAndAModelKeepsThatImagesAreTurned()
    {
        var scene = new SyntheticScene(60, 45);
        using var scratch = new Scratch();
        string image = scratch.Put("image.tif", Turned(scene.Pixels, 1, SampleType.UInt8, 6, true, 60, 45));
        string labels = scratch.Put("labels.tif", Turned(scene.Labels, 1, SampleType.UInt8, 6, true, 60, 45));
        FeatureSpec small = FeatureSpec.Paper with { Sigmas = [1] };
        TrainingResult Train(ImageOptions options)
        {
            using ImageReader pixels = ImageFile.Open(image, options), drawn = ImageFile.OpenLabels(labels, options);
            return Segmenter.Train([new TrainingImage(pixels, drawn)], small, Trained.Quick);
        }
        TrainingResult stored = Train(new ImageOptions()), turned = Train(new ImageOptions { Orient = true });
        string warning = stored.Run.Warnings.Single();
        Assert.That(warning, Does.StartWith(image).And.Contains("orientation 6").And.Contains("another file says the like"));
        Assert.That(turned.Run.Warnings, Is.Empty);
        using var file = new MemoryStream(turned.Model.ToBytes());
        Assert.That(Model.Load(file).Opening, Is.EqualTo(new ImageOptions { Orient = true }));
        Assert.That(stored.Model.Opening, Is.EqualTo(ImageOptions.Default));
        using ImageReader again = ImageFile.Open(image, turned.Model.Opening), asStored = ImageFile.Open(image);
        Assert.That(new Segmenter(turned.Model).Segment(again).Width, Is.EqualTo(45));
        Assert.That(
            () => Segmenter.Train([
                new TrainingImage(again, ImageFile.OpenLabels(labels, again.Opening)),
                new TrainingImage(asStored, ImageFile.OpenLabels(labels))]),
            Throws.TypeOf<FastSegException>().With.Message.Contains("different options"));
    }

    /// <summary>A TIFF that says how it should be turned.</summary>
    internal static byte[] Turned(
        byte[] samples, int channels, SampleType type, int orientation, bool strips, int width = Width, int height = Height) =>
        new TiffBuilder().Image(samples, width, height, channels, type, compression: 8, tile: strips ? null : (16, 16))
            .Set(274, 3, orientation).Set(262, 3, channels == 3 ? 2 : 1).Set(338, 3, [.. Enumerable.Repeat(0L, Math.Max(1, channels - 1))])
            .Remove(channels is 1 or 3 ? (ushort)338 : (ushort)0).Build();

    /// <summary>Where the standard puts each stored pixel: it names the sides on which row 0 and column 0 lie.</summary>
    internal static byte[] Expected(byte[] stored, int pixelBytes, int orientation, int width = Width, int height = Height)
    {
        int turnedWidth = orientation > 4 ? height : width;
        byte[] turned = new byte[stored.Length];
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                (int column, int row) = orientation switch
                {
                    1 => (x, y), // Row 0 at the top, column 0 on the left.
                    2 => (width - 1 - x, y), // Top, right.
                    3 => (width - 1 - x, height - 1 - y), // Bottom, right.
                    4 => (x, height - 1 - y), // Bottom, left.
                    5 => (y, x), // Row 0 on the left, column 0 at the top.
                    6 => (height - 1 - y, x), // Right, top.
                    7 => (height - 1 - y, width - 1 - x), // Right, bottom.
                    _ => (y, width - 1 - x), // Left, bottom.
                };
                Span<byte> to = turned.AsSpan(((row * turnedWidth) + column) * pixelBytes);
                stored.AsSpan(((y * width) + x) * pixelBytes, pixelBytes).CopyTo(to);
            }
        }
        return turned;
    }
}
