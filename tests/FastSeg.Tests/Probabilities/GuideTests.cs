using FastSeg.Checks;
using FastSeg.Images;
using FastSeg.Images.Samples;
using FastSeg.Probabilities;
using FastSeg.Simd;
using FastSeg.Tests.Features;
using NUnit.Framework;

namespace FastSeg.Tests.Probabilities;

[TestFixture]
internal sealed class GuideTests
{
    private const int Width = 67, Height = 41;

    [Test]
    public void IsNearFloat64(
        [NarrowTypes] SampleType type, [Values(1, 3, 5)] int channels)
    {
        using ImageReader image = Pictures.Create("random", Width, Height, channels, type);
        var page = new SampleStatistics(0.4 * Scale(type), 0.2 * Scale(type));
        float[] found = Guides(image, page, VectorPath.Bits, Width, Height);
        double[] expected = SmoothingReference.Guide(Means(image, page)).Values;
        for (int i = 0; i < found.Length; i++)
        {
            Assert.That(found[i], Is.EqualTo(expected[i]).Within(2e-6), $"pixel {i}");
        }
    }

    [Test]
    public void TilesAndWidthsGiveTheSameBits([Values(256, 512)] int bits, [Values(1, 3, 4)] int channels)
    {
        Widths.Need(bits);
        using ImageReader image = Pictures.Create("random", Width, Height, channels, SampleType.UInt16);
        var page = new SampleStatistics(30000, 9000);
        float[] whole = Guides(image, page, VectorPath.Available[0], Width, Height);
        Assert.That(Guides(image, page, bits, Width, Height), Is.EqualTo(whole));
        Assert.That(Guides(image, page, bits, 13, 7), Is.EqualTo(whole));
        Assert.That(Guides(image, page, bits, 1, Height), Is.EqualTo(whole));
    }

    [Test]
    public void APageOfOneValueIsZero()
    {
        using ImageReader image = Pictures.Create("constant", Width, Height, 1, SampleType.UInt8);
        float sample = (float)Means(image, new SampleStatistics(0, 1))[0, 0];
        Assert.That(Guides(image, new SampleStatistics(sample, 0), VectorPath.Bits, Width, Height), Is.All.Zero);
    }

    private static double Scale(SampleType type) => type switch
    {
        SampleType.UInt8 => 255,
        SampleType.UInt16 => 65535,
        SampleType.Int16 => 32767,
        SampleType.Int8 => 127,
        _ => 1,
    };

    /// <summary>The guide of a whole image, rectangle by rectangle.</summary>
    private static unsafe float[] Guides(ImageReader image, SampleStatistics page, int bits, int width, int height)
    {
        float[] result = new float[Width * Height], part = new float[width * height];
        using var tile = new Tile(new Region(0, 0, width, height), Guide.Radius, image.Info.Channels, image.Info);
        using var guide = new GuideCpu(width, bits);
        var grid = new FastSeg.Common.TileGrid(image.Info.Bounds, width, height);
        for (long i = 0; i < grid.Count; i++)
        {
            Region core = grid[i];
            tile.Fill(image, core);
            fixed (float* to = part)
            {
                guide.Run(tile, page, core, to, (nint)core.Width);
            }
            for (int row = 0; row < core.Height; row++)
            {
                part.AsSpan(row * (int)core.Width, (int)core.Width).CopyTo(result.AsSpan((int)(((core.Y + row) * Width) + core.X)));
            }
        }
        return result;
    }

    /// <summary>The mean over channels of the standardised samples, in float64.</summary>
    private static ReferenceImage Means(ImageReader image, SampleStatistics page)
    {
        byte[] bytes = new byte[image.Info.Bounds.Pixels * image.Info.PixelBytes];
        image.Read(image.Info.Bounds, bytes);
        int channels = image.Info.Channels;
        double Sample(int i) => image.Info.Type switch
        {
            SampleType.UInt8 => bytes[i],
            SampleType.UInt16 => BitConverter.ToUInt16(bytes, 2 * i),
            SampleType.Int16 => BitConverter.ToInt16(bytes, 2 * i),
            SampleType.Int8 => (sbyte)bytes[i],
            _ => BitConverter.ToSingle(bytes, 4 * i),
        };
        return new ReferenceImage(Width, Height).Map((x, y) => Enumerable.Range(0, channels)
            .Average(channel => (Sample((((y * Width) + x) * channels) + channel) - page.Mean) / page.Deviation));
    }
}
