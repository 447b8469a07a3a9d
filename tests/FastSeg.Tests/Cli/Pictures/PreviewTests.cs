using System.Runtime.InteropServices;
using FastSeg.Cli.Pictures;
using NUnit.Framework;

namespace FastSeg.Tests.Cli.Pictures;

/// <summary>fastseg preview, and what its pictures are made of.</summary>
internal sealed class PreviewTests : CliFixture
{
    [Test]
    public void AnEightBitImageStaysAsItIs()
    {
        Succeed("preview", TestImage, "-o", At("i.png"));
        using ImageReader image = ImageFile.Open(TestImage);
        Assert.That(Picture("i.png"), Is.EqualTo(Read(image).SelectMany(sample => (byte[])[sample, sample, sample])));
    }

    [Test]
    public void AnOverlayBlendsTheClassColours()
    {
        byte[] labels = new byte[65536];
        labels[10] = 2;
        Write(At("labels.tif"), SampleType.UInt8, 256, 256, labels);
        Succeed("preview", TestImage, "--segmentation", At("labels.tif"), "--plain", "-o", At("o.png"));
        using ImageReader image = ImageFile.Open(TestImage);
        byte[] plain = Read(image), overlay = Picture("o.png");
        (byte red, byte green, byte blue) = ClassColours.Of(2);
        Assert.That(overlay[30..33], Is.EqualTo(new[] { red, green, blue }.Select(colour => (byte)((plain[10] + colour + 1) / 2))));
        Assert.That(overlay[33..36], Is.EqualTo((byte[])[plain[11], plain[11], plain[11]]));
    }

    [Test]
    public void FeaturesShowTheSameColoursEveryTime()
    {
        Succeed("preview", TestImage, "--features", "-o", At("f1.png"), "--threads", "1");
        Succeed("preview", TestImage, "--features", "-o", At("f2.png"), "--threads", "1");
        byte[] picture = Picture("f1.png");
        Assert.That(picture, Is.EqualTo(Picture("f2.png")));
        for (int channel = 0; channel < 3; channel++)
        {
            byte[] plane = [.. picture.Where((_, i) => i % 3 == channel)];
            Assert.That(plane.Max() - plane.Min(), Is.EqualTo(255));
        }
    }

    [Test]
    public void AnImageAsItIsIsNotStandardised() => Assert.That(
        Misuse("preview", TestImage, "--standardise", "none", "-o", At("n.png")), Does.Contain("--standardise is about features"));

    [Test]
    public void LargeImagesAreAveragedAndLabelsAreNot()
    {
        const int Width = 5000, Height = 3;
        byte[] samples =
        [
            .. Enumerable.Range(0, Width * Height).Select(i => (byte)(i % Width % 3 == 0 ? 90 : i % Width % 3 == 1 ? 30 : 60)),
        ];
        using var image = MemoryImage.FromMemory<byte>(samples, Width, Height);
        Picture picture = Shrunk.Image(image, CancellationToken.None);
        Assert.That((picture.Width, picture.Height), Is.EqualTo((1667, 1)));
        Assert.That(picture.Rgb[..^3], Is.All.EqualTo(60), "the mean of 90, 30 and 60");
        Assert.That(picture.Rgb[^3..], Is.All.EqualTo(60), "the mean of the last two columns, 90 and 30");
        Assert.That(ShrunkLabels.Of(image, CancellationToken.None).Labels[..^1], Is.All.EqualTo(30), "the middle pixel of three");
    }

    [Test]
    public void OtherTypesAreStretchedBetweenPercentiles()
    {
        float[] samples = [.. Enumerable.Range(0, 2001).Select(i => (float)i - 1000)];
        samples[0] = -1e9f;
        using var image = MemoryImage.FromMemory<float>(samples, 2001, 1);
        Picture picture = Shrunk.Image(image, CancellationToken.None);
        byte[] grey = [.. picture.Rgb.Where((_, i) => i % 3 == 0)];
        Assert.That(grey, Is.Ordered);
        Assert.That(
            (grey[0], grey[1000], grey[^1]), Is.EqualTo(((byte)0, (byte)128, (byte)255)).Or.EqualTo(((byte)0, (byte)127, (byte)255)));
    }

    [Test]
    public void ConstantImagesAreMidGrey()
    {
        using var image = MemoryImage.FromMemory<ushort>(new ushort[12], 4, 3);
        Assert.That(Shrunk.Image(image, CancellationToken.None).Rgb, Is.All.EqualTo(128));
    }

    [Test]
    public void ASignChangesNoPicture()
    {
        ushort[] words = [.. Enumerable.Range(0, 3000).Select(i => (ushort)(20 * i))];
        using var unsigned = MemoryImage.FromMemory<ushort>(words, 60, 50);
        using var signed = MemoryImage.FromMemory<short>(Array.ConvertAll(words, word => (short)(word + short.MinValue)), 60, 50);
        Assert.That(
            Shrunk.Image(signed, CancellationToken.None).Rgb, Is.EqualTo(Shrunk.Image(unsigned, CancellationToken.None).Rgb));
    }

    [Test]
    public void NotANumberIsRefusedWithItsPosition()
    {
        float[] samples = new float[35];
        samples[(3 * 7) + 4] = float.NaN;
        File.WriteAllBytes(At("nan.npy"), Npy.Bytes("<f4", "(5, 7)", MemoryMarshal.AsBytes(samples.AsSpan())));
        Assert.That(Fail("preview", At("nan.npy"), "-o", At("nan.png")), Does.Contain("nan.npy: the pixel at x 4, y 3 is NaN"));
        Assert.That(Fail("preview", TestImage, "--segmentation", At("nan.npy"), "-o", At("nan.png")), Does.Contain("nan.npy"));
        Assert.That(File.Exists(At("nan.png")), Is.False);
    }

    [Test]
    public void ASegmentationOfAnotherSizeIsRefused()
    {
        Write(At("small.tif"), SampleType.UInt8, 10, 10, new byte[100]);
        Assert.That(
            Fail("preview", TestImage, "--segmentation", At("small.tif"), "-o", At("s.png")),
            Does.Contain("small.tif is 10 x 10").And.Contain("256 x 256"));
    }

    [Test]
    public void TheFirstComponentIsTheDirectionOfMostVariance()
    {
        // Feature 1 is twice feature 0, feature 2 is independent and feature 3 never changes: the first component weighs 0 and 1 alike.
        var random = new Random(5);
        float[] samples = new float[4 * 500];
        for (int i = 0; i < 500; i++)
        {
            float value = random.NextSingle();
            (samples[4 * i], samples[(4 * i) + 1], samples[(4 * i) + 2], samples[(4 * i) + 3]) = (value, 2 * value, random.NextSingle(), 7);
        }
        float[] first = PrincipalComponents.Of(samples, 4, 3).Weights[0];
        Assert.That(first[0] / first[1], Is.EqualTo(2).Within(1e-4));
        Assert.That(Math.Abs(first[2] / first[0]), Is.LessThan(0.2));
        Assert.That(first[3], Is.Zero);
    }

    private byte[] Picture(string name)
    {
        using ImageReader reader = ImageFile.Open(At(name));
        Assert.That((reader.Info.Width, reader.Info.Height, reader.Info.Channels), Is.EqualTo((256L, 256L, 3)));
        return Read(reader);
    }
}
