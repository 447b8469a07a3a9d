using FastSeg.Images;
using FastSeg.Tests.Images.Tiff;
using NUnit.Framework;

namespace FastSeg.Tests.Images.Pyramids;

/// <summary>Pyramids as others write them, and what is no pyramid.</summary>
internal sealed class PyramidReaderTests
{
    private static readonly (long, long)[] Sizes = [(403, 301), (202, 151), (101, 76)];

    [Test]
    public void PyramidsOfOthersAreReadAtEverySize()
    {
        using var scratch = new Scratch();
        Tifffile.Run("pyramid.py", scratch.Folder);
        (string, int)[] files = [("ome.ome.tif", 3), ("big.ome.tif", 3), ("vips.tif", 1), ("aperio.tif", 1)];
        foreach ((string name, int pages) in files)
        {
            for (int page = 0; page < pages; page++)
            {
                for (int level = 0; level < 3; level++)
                {
                    using ImageReader reader = ImageFile.Open(
                        pages > 1 ? $"{scratch[name]}#{page + 1}" : scratch[name], new ImageOptions { Level = level });
                    Assert.That(reader.Info.Levels, Is.EqualTo(Sizes[level..]), name);
                    Assert.That(
                        Scratch.ReadAll(reader), Is.EqualTo(File.ReadAllBytes(scratch[$"{page}-{level}.raw"])), $"{name}, {page}, {level}");
                    Assert.That(UnchosenPage.Warnings(reader), Is.Empty, "sizes are no further images");
                    if (pages > 1)
                    {
                        Assert.That(reader.Info.PixelSize!.X, Is.EqualTo(0.5 * 403 / Sizes[level].Item1).Within(1e-9));
                    }
                }
            }
            Assert.That(
                () => ImageFile.Open(scratch[name], new ImageOptions { Level = 3 }),
                Throws.TypeOf<FastSegException>().With.Message.EndsWith(
                    "has 3 levels, 0 to 2, so there is no level 3; give another number as the image's level."));
        }
        using ImageReader labels = ImageFile.OpenLabels(scratch["ome.ome.tif"], new ImageOptions { Level = 1 });
        Assert.That((labels.Info.Width, labels.Info.Height), Is.EqualTo(Sizes[1]));
    }

    [TestCase(999_999, TestName = "{m}(outside the file)")]
    [TestCase(8, TestName = "{m}(no directory)")]
    [TestCase(-1, TestName = "{m}(the page itself)")]
    public void DamagedSizesArePassedOver(int offset)
    {
        using var scratch = new Scratch();
        byte[] samples = Scratch.Samples(40, 30, 1, SampleType.UInt8);
        byte[] file = Build(samples, 1);
        byte[] built = Build(samples, offset >= 0 ? offset : BitConverter.ToInt32(file, 4));
        using ImageReader reader = ImageFile.Open(scratch.Put("a.tif", built));
        Assert.That(reader.Info.Levels, Is.Empty);
        Assert.That(Scratch.ReadAll(reader), Is.EqualTo(samples));
        Assert.That(
            () => ImageFile.Open(scratch["a.tif"], new ImageOptions { Level = 1 }),
            Throws.TypeOf<FastSegException>().With.Message.Contains("a.tif has one level, 0, so there is no level 1"));
    }

    [Test]
    public void WhatIsNoSizeOfThePageIsPassedOver()
    {
        using var scratch = new Scratch();
        TiffBuilder Page(int width, int height, SampleType type, int kind) =>
            new TiffBuilder().Image(Scratch.Samples(width, height, 1, type), width, height, 1, type).Set(254, 4, kind);
        string path = scratch.Put("a.tif", TiffBuilder.Build(
            [
                Page(400, 300, SampleType.UInt8, 0), Page(100, 10, SampleType.UInt8, 1), Page(200, 150, SampleType.UInt16, 1),
                Page(200, 150, SampleType.UInt8, 1), Page(200, 150, SampleType.UInt8, 1), Page(300, 225, SampleType.UInt8, 1),
                Page(100, 75, SampleType.UInt8, 1), Page(50, 38, SampleType.UInt8, 0),
            ],
            bigEndian: false, bigTiff: false));
        using ImageReader reader = ImageFile.Open(path);
        Assert.That(reader.Info.Levels, Is.EqualTo(((long, long)[])[(400, 300), (200, 150), (100, 75)]));
        Assert.That(reader.Info.CopiedPages, Is.EqualTo((int[])[2, 3, 4, 5, 6, 7]));
        using ImageReader last = ImageFile.Open(path + "#8");
        Assert.That(last.Info.Levels, Is.Empty);
        ImageStack stack = ImageFile.OpenStack(path + "#all")!;
        Assert.That(stack.Count, Is.EqualTo(2));
        Assert.That(() => stack.Open(0).Dispose(), Throws.Nothing);
        Assert.That(
            () => stack.Open(1).Dispose(), Throws.TypeOf<FastSegException>().With.Message.Contains("a.tif#8 is 50 x 38 of 1 uint8"));
    }

    private static byte[] Build(byte[] samples, int offset) =>
        new TiffBuilder().Image(samples, 40, 30, 1, SampleType.UInt8).Set(330, 4, offset).Build();
}
