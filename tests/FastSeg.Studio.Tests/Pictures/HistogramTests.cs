using FastSeg.Studio.Pictures;
using NUnit.Framework;

namespace FastSeg.Studio.Tests.Pictures;

/// <summary>Histogram and auto-contrast.</summary>
[TestFixture]
internal sealed class HistogramTests
{
    [Test]
    public void AllSamplesOfASmallImageAreCounted([ValueSource(typeof(Blocks), nameof(Blocks.Types))] SampleType type)
    {
        using MemoryImage image = Blocks.Noise(type, 300, 400, 3);
        double[] sorted = [.. Blocks.Doubles(Blocks.Whole(image)).Order()];
        Histogram histogram = HistogramPass.Of(image);
        Assert.That((histogram.Least, histogram.Most, histogram.Sampled), Is.EqualTo((sorted[0], sorted[^1], false)));
        Assert.That(histogram.Bins.Sum(), Is.EqualTo(sorted.Length));
        double width = (sorted[^1] - sorted[0]) / 256;
        Assert.That(histogram.Bins[..128].Sum(), Is.EqualTo(sorted.Count(sample => sample < sorted[0] + (128 * width))).Within(1));
        Assert.That(histogram.Low, Is.EqualTo(sorted[(int)(0.0035 * (sorted.Length - 1))]));
        Assert.That(histogram.High, Is.EqualTo(sorted[(int)Math.Ceiling(0.9965 * (sorted.Length - 1))]));
    }

    [Test]
    public void ALargeImageIsSampledEvenly()
    {
        ushort[] ramp = [.. Enumerable.Range(0, 4000 * 2000).Select(i => (ushort)(i % 4000))];
        using MemoryImage image = MemoryImage.FromMemory<ushort>(ramp, 4000, 2000);
        Histogram histogram = HistogramPass.Of(image);
        Assert.That(histogram.Sampled, Is.True);
        Assert.That((histogram.Low, histogram.High), Is.EqualTo((14.0, 3985.0)).Within(130.0));
    }

    [Test]
    public void AutoContrastNeedsNoContrast()
    {
        float[] nothing = [float.NaN, float.NaN, float.PositiveInfinity, float.NaN];
        using MemoryImage flat = MemoryImage.FromMemory<byte>(new byte[100], 10, 10), empty = MemoryImage.FromMemory<float>(nothing, 2, 2);
        using MemoryImage one = MemoryImage.FromMemory<float>((float[])[float.NaN, 1e30f, 1e30f, float.NaN], 2, 2);
        foreach (MemoryImage image in (MemoryImage[])[flat, empty, one])
        {
            Histogram histogram = HistogramPass.Of(image);
            Assert.That(histogram.High, Is.GreaterThan(histogram.Low), $"{image.Info.Type}");
            Assert.That(
                (double[])[histogram.Least, histogram.Most, histogram.Low, histogram.High], Has.All.Matches<double>(double.IsFinite));
        }
    }
}
