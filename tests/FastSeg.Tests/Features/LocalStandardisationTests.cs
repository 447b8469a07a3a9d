using FastSeg.Checks;
using FastSeg.Features;
using FastSeg.Features.Local;
using FastSeg.Native;
using FastSeg.Simd;
using NUnit.Framework;

namespace FastSeg.Tests.Features;

public sealed class LocalStandardisationTests
{
    private const double Tolerance = 1e-5;

    [Test]
    public void AgreesWithTheReference(
        [Values(1, 3.7, 9, 20, 64)] double sigma, [NarrowTypes] SampleType type, [Values(1, 3)] int channels, [Values] bool masked)
    {
        const int Width = 61, Height = 43;
        SampleReader reader = Pictures.Create("blobs", Width, Height, channels, type);
        CheckReference(reader, sigma, masked ? Mask(Width, Height) : null);
    }

    [Test]
    public void AnOffsetOfAMillionDeviationsCostsNoDigits([Values(5, 17.5, 64)] double sigma, [Values(1, 3, 7)] int channels)
    {
        const int Width = 150, Height = 70;
        var random = new Random(3);
        SampleReader reader = SampleReader.Create(
            Width, Height, channels, SampleType.Float32, (x, y, c) => 900_000 + (2 * random.NextDouble()) + (0.01 * (x + y + c)));
        CheckReference(reader, sigma, null);
        CheckReference(reader, sigma, Mask(Width, Height));
    }

    [Test]
    public void StepsOfAMillionDeviationsCostNoDigits([Values(4, 20, 64)] double sigma, [Values(17, 64)] int where)
    {
        var random = new Random(3);
        CheckReference(
            SampleReader.Create(
                140, 130, 1, SampleType.Float32, (x, y, _) => (x < where ? 900_000 : 0) + (y < where ? 0 : 70_000) + random.NextDouble()),
            sigma, null);
    }

    [Test]
    public void LargeWindowsAgreeWithTheReference() => CheckReference(Pictures.Create("random", 130, 110, 1, SampleType.UInt8), 256, null);

    [Test]
    public void AConstantImageBecomesZero([NarrowTypes] SampleType type, [Values(1, 3)] int channels)
    {
        float[] planes = Planes(SampleReader.Create(90, 70, channels, type, (_, _, _) => 0.3), 16);
        Assert.That(planes, Is.All.EqualTo(0f));
        Assert.That(planes.All(float.IsPositive), "no negative zero");
    }

    [Test]
    public void WhereNothingCountsIsZero()
    {
        byte[] mask = new byte[90 * 40];
        mask[0] = 1;
        float[] planes = Planes(Pictures.Create("random", 90, 40, 1, SampleType.UInt8), 4, mask);
        Assert.That(Enumerable.Range(0, planes.Length).Where(i => i % 90 > 16 || i / 90 > 16).All(i => planes[i] == 0));
        Assert.That(planes[1], Is.Not.Zero, "one pixel counts, its deviation is 0 and counts as 1");
    }

    [Test]
    public void AMaskThatKeepsAllChangesNoBit([Values(4, 20)] double sigma)
    {
        SampleReader reader = Pictures.Create("blobs", 130, 97, 3, SampleType.UInt16);
        Assert.That(Planes(reader, sigma, Enumerable.Repeat((byte)1, 130 * 97).ToArray()), Is.EqualTo(Planes(reader, sigma)));
    }

    [Test]
    public void WhatIsLeftOutChangesNothingElse()
    {
        const int Width = 100, Height = 60;
        byte[] mask = Mask(Width, Height);
        SampleReader picture = Pictures.Create("blobs", Width, Height, 1, SampleType.UInt8);
        ReferenceImage values = picture.Channel(0);
        SampleReader other = SampleReader.Create(
            Width, Height, 1, SampleType.UInt8, (x, y, _) => mask[(y * Width) + x] == 0 ? 0.9 : values.Values[(y * Width) + x]);
        float[] first = Planes(picture, 11, mask), second = Planes(other, 11, mask);
        Assert.That(
            Enumerable.Range(0, first.Length).Where(i => mask[i] != 0).Select(i => first[i]),
            Is.EqualTo(Enumerable.Range(0, first.Length).Where(i => mask[i] != 0).Select(i => second[i])));
    }

    /// <summary>Far from all borders the mean of a ramp is the pixel itself, and the variance that of the window.</summary>
    [Test]
    public void ARampBecomesZeroInTheMiddleAndKeepsItsSlope()
    {
        const int Side = 121;
        const double Sigma = 10;
        float[] planes = Planes(SampleReader.Create(Side, Side, 1, SampleType.Float32, (x, _, _) => x), Sigma);
        double[] taps = [.. Enumerable.Range(-40, 81).Select(i => Math.Exp(-i * i / (2 * Sigma * Sigma)))];
        double deviation = Math.Sqrt(taps.Select((tap, i) => tap * (i - 40) * (i - 40)).Sum() / taps.Sum());
        int middle = (60 * Side) + 60;
        Assert.That(planes[middle], Is.Zero.Within(1e-6));
        // At the left edge the window is cut in half: the mean lies as far inside as that of half a Gaussian.
        double half = taps.Skip(40).Select((tap, i) => tap * i).Sum() / taps.Skip(40).Sum();
        double spread = Math.Sqrt(taps.Skip(40).Select((tap, i) => tap * (i - half) * (i - half)).Sum() / taps.Skip(40).Sum());
        Assert.That(planes[60 * Side], Is.EqualTo(-half / spread).Within(1e-5));
        Assert.That(deviation, Is.EqualTo(9.98).Within(0.02));
    }

    [Test]
    public void TilesAndWidthsGiveTheSameBits([Values(3, 18, 64)] double sigma, [Values(1, 3, 5)] int channels, [Values] bool masked)
    {
        const int Width = 143, Height = 131;
        SampleReader reader = Pictures.Create("blobs", Width, Height, channels, SampleType.Float32);
        byte[]? mask = masked ? Mask(Width, Height) : null;
        float[] whole = Planes(reader, sigma, mask, bits: VectorPath.Available[0]);
        Assert.That(Planes(reader, sigma, mask, bits: VectorPath.Available[^1]), Is.EqualTo(whole));
        foreach ((int w, int h) in new[] { (37, 23), (64, 64), (200, 9), (1, 131) })
        {
            Assert.That(Planes(reader, sigma, mask, w, h), Is.EqualTo(whole), $"tiles of {w} x {h}");
        }
    }

    [Test]
    public void GainAndOffsetDoNotMatter()
    {
        SampleReader reader = Pictures.Create("blobs", 120, 90, 1, SampleType.UInt8);
        ReferenceImage values = reader.Channel(0);
        SampleReader Scaled(double gain, double offset) => SampleReader.Create(
            120, 90, 1, SampleType.Float32, (x, y, _) => (gain * Math.Round(255 * values.Values[(y * 120) + x])) + offset);
        float[] expected = Planes(reader, 20);
        Assert.That(Planes(Scaled(64, 0), 20), Is.EqualTo(expected), "a power of two");
        Assert.That(Planes(Scaled(17, 12345), 20), Is.EqualTo(expected).Within(1e-5));
        Assert.That(Planes(Scaled(0.3, -40), 20), Is.EqualTo(expected).Within(1e-4), "float32 rounds the samples themselves");
    }

    /// <summary>Pixels left out one by one, a stripe as high as a bar, and a block wider than a cell.</summary>
    private static byte[] Mask(int width, int height)
    {
        var random = new Random(9);
        return [.. Enumerable.Range(0, width * height).Select(i =>
            (byte)(random.Next(7) == 0 || i / width > height - 8 || (i % width is > 5 and < 32 && i / width is > 3 and < 28) ? 0 : 200))];
    }

    private static void CheckReference(SampleReader reader, double sigma, byte[]? mask)
    {
        float[] planes = Planes(reader, sigma, mask);
        bool[]? kept = mask is null ? null : Array.ConvertAll(mask, value => value != 0);
        double unit = reader.Info.Type.Divisor();
        ReferenceImage[] channels = [.. Enumerable.Range(0, reader.Info.Channels).Select(reader.Channel)];
        Array.ForEach(channels, channel => Scale(channel.Values, unit));
        IReadOnlyList<ReferenceImage> reference = LocalReference.Planes(channels, sigma, kept);
        double worst = 0;
        for (int i = 0; i < planes.Length; i++)
        {
            double expected = reference[i / reference[0].Values.Length].Values[i % reference[0].Values.Length];
            worst = Math.Max(worst, Math.Abs(planes[i] - expected) / Math.Max(1, Math.Abs(expected)));
        }
        TestContext.Out.WriteLine($"{worst:G3}");
        Assert.That(worst, Is.LessThan(Tolerance));
    }

    private static void Scale(double[] values, double unit)
    {
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = unit == 1 ? values[i] : Math.Round(values[i] * unit);
        }
    }

    /// <summary>The planes of an image, tile by tile; samples and mask of a tile end where its windows do, and NaN stands behind.</summary>
    private static unsafe float[] Planes(
        SampleReader reader, double sigma, byte[]? mask = null, int tileWidth = 0, int tileHeight = 0, int bits = 0)
    {
        ImageInfo info = reader.Info;
        Region image = info.Bounds;
        (int width, int height) = (tileWidth == 0 ? (int)info.Width : tileWidth, tileHeight == 0 ? (int)info.Height : tileHeight);
        float[] planes = new float[image.Pixels * info.Channels];
        var count = new Arena();
        LocalStandardisationCpu.Create(count, sigma, info.Channels, height, mask is not null, bits);
        using var memory = new HostBuffer(count.Bytes);
        LocalStandardisationCpu local =
            LocalStandardisationCpu.Create(new Arena(memory), sigma, info.Channels, height, mask is not null, bits);
        for (long y = 0; y < info.Height; y += height)
        {
            for (long x = 0; x < info.Width; x += width)
            {
                Region core = new Region(x, y, width, height).Intersect(image);
                Region bounds = core.Inflate(LocalStandardisation.Radius(sigma)).Intersect(image);
                using var samples = new HostBuffer(bounds.Pixels * info.PixelBytes);
                reader.Read(bounds, samples.Span<byte>(0, (int)samples.Length));
                byte[]? kept = mask is null ? null : Images.Scratch.Crop(mask, info.Width, 1, bounds);
                float[] part = new float[core.Pixels * info.Channels];
                fixed (byte* left = kept)
                fixed (float* to = part)
                {
                    var source = new PixelSource(samples.Pointer, info.Type, info.Channels, 0, bounds);
                    local.Run(new LocalPixels(source, image, (nint)left), core, to);
                }
                for (int i = 0; i < part.Length; i++)
                {
                    long pixel = i % core.Pixels, row = y + (pixel / core.Width);
                    planes[(i / core.Pixels * image.Pixels) + (row * info.Width) + x + (pixel % core.Width)] = part[i];
                }
            }
        }
        return planes;
    }
}
