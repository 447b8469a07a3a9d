using FastSeg.Images;
using NUnit.Framework;

namespace FastSeg.Tests.Images;

/// <summary>Flipped and transposed copies have the original's pixels, whichever rectangle is read.</summary>
[TestFixture]
internal sealed class FlippedImageTests
{
    [Test]
    public void EveryRectangleOfACopyHasTheOriginalsPixels(
        [Values] Flip flip, [Values(SampleType.UInt8, SampleType.UInt16, SampleType.Float32)] SampleType type, [Values(1, 3)] int channels)
    {
        const int Width = 37, Height = 23;
        using MemoryImage original = Random(Width, Height, channels, type);
        using var copy = new FlippedImage(original, flip);
        Assert.That((copy.Info.Width, copy.Info.Height), Is.EqualTo(flip == Flip.Transposed ? (Height, Width) : (Width, Height)));
        Assert.That(copy.Info.Name, Does.StartWith("random ("));
        var random = new Random(5);
        for (int i = 0; i < 30; i++)
        {
            int x = random.Next((int)copy.Info.Width), y = random.Next((int)copy.Info.Height);
            var region = new Region(x, y, random.Next(1, (int)copy.Info.Width - x + 1), random.Next(1, (int)copy.Info.Height - y + 1));
            Compare(original, copy, flip, region);
        }
    }

    [Test]
    public void ATransposedImageOfManyPartsIsTheOriginalAgainWhenTransposedTwice()
    {
        using MemoryImage original = Random(700, 300, 3, SampleType.Float32);
        using var once = new FlippedImage(original, Flip.Transposed);
        using var twice = new FlippedImage(once, Flip.Transposed);
        Compare(original, once, Flip.Transposed, once.Info.Bounds);
        Assert.That(Read(twice, twice.Info.Bounds), Is.EqualTo(Read(original, original.Info.Bounds)));
        Assert.That(once.HeldBytes(2), Is.GreaterThanOrEqualTo(2 << 20));
    }

    [Test]
    public void WhatIsOutsideIsRefusedAndThePixelSizeTurns()
    {
        using var original = MemoryImage.FromMemory<byte>(new byte[20], 5, 4, pixelSize: new PixelSize(2, 3, "nm"));
        foreach (Flip flip in Enum.GetValues<Flip>())
        {
            using var copy = new FlippedImage(original, flip);
            Assert.That(
                () => copy.Read(copy.Info.Bounds.Inflate(1), new byte[100]), Throws.InstanceOf<ArgumentOutOfRangeException>(), $"{flip}");
            Assert.That(copy.Info.PixelSize!.X, Is.EqualTo(flip == Flip.Transposed ? 3 : 2));
        }
    }

    /// <summary>Compares pixel by pixel with where each must come from.</summary>
    private static void Compare(ImageReader original, ImageReader copy, Flip flip, Region region)
    {
        byte[] read = Read(copy, region), whole = Read(original, original.Info.Bounds);
        int bytes = original.Info.PixelBytes;
        for (long y = region.Y; y < region.Bottom; y++)
        {
            for (long x = region.X; x < region.Right; x++)
            {
                (long fromX, long fromY) = FlippedImage.Position(original.Info, flip, x, y);
                int at = (int)(((y - region.Y) * region.Width) + x - region.X) * bytes;
                int from = (int)((fromY * original.Info.Width) + fromX) * bytes;
                if (!read.AsSpan(at, bytes).SequenceEqual(whole.AsSpan(from, bytes)))
                {
                    Assert.Fail($"{flip} {region}: the pixel at {x}, {y}");
                }
            }
        }
    }

    private static byte[] Read(ImageReader image, Region region)
    {
        byte[] samples = new byte[region.Pixels * image.Info.PixelBytes];
        image.Read(region, samples);
        return samples;
    }

    private static MemoryImage Random(int width, int height, int channels, SampleType type)
    {
        byte[] pixels = new byte[width * height * channels * type.Bytes()];
        new Random(3).NextBytes(pixels);
        return type switch
        {
            SampleType.UInt8 => MemoryImage.FromMemory<byte>(pixels, width, height, channels, name: "random"),
            SampleType.UInt16 => MemoryImage.FromMemory<ushort>(As<ushort>(pixels), width, height, channels, name: "random"),
            _ => MemoryImage.FromMemory<float>(As<float>(pixels), width, height, channels, name: "random"),
        };
    }

    private static T[] As<T>(byte[] bytes) where T : struct =>
        System.Runtime.InteropServices.MemoryMarshal.Cast<byte, T>(bytes).ToArray();
}
