using FastSeg.Tests.Images;
using NUnit.Framework;

namespace FastSeg.Tests.Cli.Large;

/// <summary>segment writes pyramid TIFFs with --pyramid, and --level and info read any.</summary>
internal sealed class PyramidCommandTests : CliFixture
{
    private const int Width = 1100, Height = 200;

    [Test]
    public void APyramidHoldsTheSameLabels()
    {
        string image = At("wide.tif"), plain = At("plain.tif"), pyramid = At("pyramid.tif");
        Write(image, SampleType.UInt8, Width, Height, Scratch.Samples(Width, Height, 1, SampleType.UInt8));
        Done("segment", Model, image, "-o", plain, "--probabilities", "uint8");
        Done("segment", Model, image, "-o", pyramid, "--probabilities", "uint8", "--pyramid");
        Assert.That(Labels(pyramid).Samples, Is.EqualTo(Labels(plain).Samples));
        Assert.That(Labels(pyramid).Info.Levels, Is.EqualTo(((long, long)[])[(Width, Height), (Width / 2, Height / 2)]));
        for (int page = 1; page <= 3; page++)
        {
            using ImageReader ours = ImageFile.Open(At($"pyramid_probabilities.tif#{page}"));
            using ImageReader other = ImageFile.Open(At($"plain_probabilities.tif#{page}"));
            Assert.That(Read(ours), Is.EqualTo(Read(other)));
        }
        Assert.That(Done("info", pyramid), Does.Match("levels +1100 x 200, 550 x 100\n").And.Not.Contain("pages "));
        Assert.That(
            Done("info", At("pyramid_probabilities.tif")), Does.Match("levels +1100 x 200, 550 x 100\n").And.Match("pages +3\n"));
        Assert.That(Done("info", pyramid, "--level", "1"), Does.Contain("550 x 100 px"));
        Assert.That(Done("plan", Model, image, "--pyramid"), Does.Contain("writer"));
        Assert.That(
            Fail("segment", Model, image, "-o", At("p.png"), "--pyramid"), Does.Contain("p.png would hold one size of the image; "));
        Assert.That(Fail("plan", Model, image, "--format", "npy", "--pyramid"), Does.Contain("pyramids are written as .tif or .ome.zarr."));
    }

    [Test]
    public void ALevelIsSegmentedAsAnImageOfItsOwn()
    {
        string image = At("levels.tif"), small = At("small.tif");
        using (ImageWriter writer = ImageFile.Create(image, new ImageLayout(Width, Height, SampleType.UInt8) { Pyramid = true }))
        {
            writer.Write(new Region(0, 0, Width, Height), Scratch.Samples(Width, Height, 1, SampleType.UInt8));
            writer.Commit();
        }
        using (ImageReader reader = ImageFile.Open(image, new ImageOptions { Level = 1 }))
        {
            Write(small, SampleType.UInt8, Width / 2, Height / 2, Read(reader));
        }
        Done("segment", Model, image, "--level", "1", "-o", At("level.tif"));
        Done("segment", Model, small, "-o", At("own.tif"));
        Assert.That(Labels(At("level.tif")).Samples, Is.EqualTo(Labels(At("own.tif")).Samples));
        Assert.That(
            Fail("segment", Model, image, "--level", "2", "-o", At("none.tif")),
            Does.Contain("levels.tif has 2 levels, 0 to 1, so there is no level 2; give another number as --level."));
    }
}
