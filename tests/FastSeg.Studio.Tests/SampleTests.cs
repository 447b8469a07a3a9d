using NUnit.Framework;

namespace FastSeg.Studio.Tests;

/// <summary>The images that the first run of the studio opens.</summary>
[TestFixture]
internal sealed class SampleTests
{
    [Test]
    public void TheSampleOpens()
    {
        string folder = FastSeg.Tests.TestData.File("samples/ni/train");
        using ImageReader image = ImageFile.Open(Directory.EnumerateFiles(folder, "*.png").First());
        Assert.That(image.Info.Width, Is.GreaterThan(0));
    }
}
