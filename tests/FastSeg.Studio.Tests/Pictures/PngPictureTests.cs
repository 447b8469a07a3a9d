using FastSeg.Studio.Pictures;
using FastSeg.Tests;
using NUnit.Framework;

namespace FastSeg.Studio.Tests.Pictures;

/// <summary>The PNGs that the page gets.</summary>
[TestFixture]
internal sealed class PngPictureTests
{
    [TestCase(1, 1, 1)]
    [TestCase(256, 256, 1)]
    [TestCase(256, 256, 3)]
    [TestCase(37, 5, 3)]
    public void AReaderSeesTheSamePixels(int width, int height, int channels)
    {
        using var folder = new TemporaryFolder();
        using MemoryImage image = Blocks.Noise(SampleType.UInt8, width, height, channels);
        File.WriteAllBytes(folder.File("a.png"), PngPicture.Of(Blocks.Whole(image), Window.Bytes));
        using ImageReader read = ImageFile.Open(folder.File("a.png"));
        Assert.That(read.Info.Channels, Is.EqualTo(channels));
        Assert.That(Blocks.Whole(read).Samples, Is.EqualTo(Blocks.Whole(image).Samples));
    }
}
