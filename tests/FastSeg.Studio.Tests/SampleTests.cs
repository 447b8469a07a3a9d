using NUnit.Framework;

namespace FastSeg.Studio.Tests;

/// <summary>The images that the first run of the studio opens.</summary>
[TestFixture]
internal sealed class SampleTests
{
    [Test]
    public void TheSampleOpens()
    {
        using ImageReader image = ImageFile.Open(Directory.EnumerateFiles(FastSeg.Tests.TestData.File("samples/ni/train"), "*.png").First());
        Assert.That(image.Info.Width, Is.GreaterThan(0));
    }
}
