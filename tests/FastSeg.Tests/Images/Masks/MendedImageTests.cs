using FastSeg.Images.Masks;
using NUnit.Framework;

namespace FastSeg.Tests.Images.Masks;

/// <summary>What stands for invalid pixels that a mask leaves out, against brute force.</summary>
[TestFixture]
internal sealed class MendedImageTests
{
    private static readonly ComputeOptions Two = new() { Threads = 2 };

    [TestCase(64, 64, 1)]
    [TestCase(130, 67, 1)]
    [TestCase(1, 200, 1)]
    [TestCase(200, 1, 1)]
    [TestCase(90, 70, 3)]
    [TestCase(300, 280, 1)]
    public void EveryInvalidPixelIsTheNearestValidOne(int width, int height, int channels)
    {
        float[] samples = Holes.Scene(width, height, channels), expected = Holes.Filled(samples, width, height, channels);
        using MemoryImage image = MemoryImage.FromMemory<float>(samples, width, height, channels);
        using MemoryImage mask = MemoryImage.FromMemory<byte>(Holes.Mask(samples, channels), width, height);
        using var mended = new MendedImage(image, mask, Two);
        Assert.That(Read(mended, image.Info.Bounds), Is.EqualTo(expected));
    }

    /// <summary>The hole is larger than every rectangle that is read, so most sources lie outside of it.</summary>
    [Test]
    public void WhatIsReadDoesNotDependOnTheRectangle()
    {
        const int W = 700, H = 610;
        float[] samples = Holes.Scene(W, H), expected = Holes.Filled(samples, W, H);
        using MemoryImage image = MemoryImage.FromMemory<float>(samples, W, H);
        using MemoryImage mask = MemoryImage.FromMemory<ushort>(Array.ConvertAll(Holes.Mask(samples), kept => (ushort)(256 * kept)), W, H);
        using var mended = new MendedImage(image, mask, Two);
        foreach (Region region in (Region[])[
            image.Info.Bounds, new(0, 0, 1, 1), new(W - 1, H - 1, 1, 1), new(W - 60, H - 90, 60, 90), new(100, 200, 257, 300),
            new(0, 300, W, 1), new(233, 0, 1, H), new(533, 255, 5, 9)])
        {
            float[] part = Read(mended, region);
            for (int i = 0; i < part.Length; i++)
            {
                (long x, long y) = (region.X + (i % region.Width), region.Y + (i / region.Width));
                Assert.That(part[i], Is.EqualTo(expected[(y * W) + x]), $"x {x}, y {y} of {region}");
            }
        }
    }

    [Test]
    public void ThreadsReadTheSame()
    {
        const int W = 520, H = 520;
        float[] samples = Holes.Scene(W, H);
        using MemoryImage image = MemoryImage.FromMemory<float>(samples, W, H);
        using MemoryImage mask = MemoryImage.FromMemory<byte>(Holes.Mask(samples), W, H);
        using var one = new MendedImage(image, mask, Two);
        using var many = new MendedImage(image, mask, new ComputeOptions { Threads = 3 });
        float[] expected = Read(one, image.Info.Bounds);
        Parallel.For(0, 52, new ParallelOptions { MaxDegreeOfParallelism = 4 }, band =>
        {
            float[] rows = Read(many, new Region(0, band * 10, W, 10));
            Assert.That(rows, Is.EqualTo(expected[(band * 10 * W)..((band + 1) * 10 * W)]));
        });
    }

    /// <summary>Finite pixels that the mask leaves out keep their values, and are as good a source as any.</summary>
    [Test]
    public void OnlyInvalidPixelsThatAreLeftOutChange()
    {
        float[] samples = [1, 2, float.NaN, 4, float.NaN, 6];
        using MemoryImage image = MemoryImage.FromMemory<float>(samples, 6, 1);
        using MemoryImage mask = MemoryImage.FromMemory<byte>(new byte[] { 1, 0, 0, 0, 7, 1 }, 6, 1);
        using var mended = new MendedImage(image, mask, Two);
        Assert.That(Read(mended, image.Info.Bounds), Is.EqualTo((float[])[1, 2, 2, 4, float.NaN, 6]), "the NaN that is kept stays one");
    }

    [Test]
    public void WithoutAnyValidPixelNothingStandsForThem()
    {
        float[] samples = [.. Enumerable.Repeat(float.NaN, 80 * 70)];
        using MemoryImage image = MemoryImage.FromMemory<float>(samples, 80, 70);
        using MemoryImage mask = MemoryImage.FromMemory<byte>(new byte[80 * 70], 80, 70);
        using var mended = new MendedImage(image, mask, Two);
        Assert.That(Read(mended, image.Info.Bounds), Has.All.NaN);
    }

    [Test]
    public void ColourIsTakenWhereAPixelIsLeftOut([Values] bool wide)
    {
        ushort[] samples = [1, 2, 3, 40, 40, 40, 7, 8, 9];
        using MemoryImage image = wide
            ? MemoryImage.FromMemory<ushort>(samples, 3, 1, 3)
            : MemoryImage.FromMemory<byte>(Array.ConvertAll(samples, sample => (byte)sample), 3, 1, 3);
        using MemoryImage mask = MemoryImage.FromMemory<byte>(new byte[] { 0, 1, 1 }, 3, 1);
        using var grey = new MendedImage(image, mask, Two) { GreyWhereLeftOut = true };
        byte[] bytes = new byte[9 * (wide ? 2 : 1)];
        grey.Read(image.Info.Bounds, bytes);
        int[] read = wide ? [.. Enumerable.Range(0, 9).Select(i => (int)BitConverter.ToUInt16(bytes, 2 * i))] : [.. bytes];
        Assert.That(read, Is.EqualTo((int[])[1, 1, 1, 40, 40, 40, 7, 8, 9]));
    }

    /// <summary>A hole of 4 million pixels, deep inside of which the nearest pixel is 1,000 away: the time is that of its pixels.</summary>
    [Test]
    public void ALargeHoleIsFilledInReasonableTime()
    {
        const int W = 2000, H = 2000;
        float[] samples = [.. Enumerable.Repeat(float.NaN, W * H)];
        (samples[0], samples[^1]) = (5, 9);
        using MemoryImage image = MemoryImage.FromMemory<float>(samples, W, H);
        using MemoryImage mask = MemoryImage.FromMemory<byte>(new byte[W * H], W, H);
        using var mended = new MendedImage(image, mask, Two);
        float[] read = Read(mended, image.Info.Bounds);
        for (int i = 0; i < read.Length; i += 1777)
        {
            (int x, int y) = (i % W, i / W);
            int first = Math.Max(x, y), last = Math.Max(W - 1 - x, H - 1 - y);
            Assert.That(read[i], Is.EqualTo(first <= last ? 5 : 9), $"x {x}, y {y}");
        }
    }

    private static float[] Read(ImageReader reader, Region region)
    {
        float[] samples = new float[region.Pixels * reader.Info.Channels];
        reader.Read(region, System.Runtime.InteropServices.MemoryMarshal.AsBytes(samples.AsSpan()));
        return samples;
    }
}
