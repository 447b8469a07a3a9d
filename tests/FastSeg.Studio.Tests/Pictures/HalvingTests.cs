using FastSeg.Studio.Pictures;
using NUnit.Framework;

namespace FastSeg.Studio.Tests.Pictures;

/// <summary>Means of 2 x 2 pixels.</summary>
[TestFixture]
internal sealed class HalvingTests
{
    [Test]
    public void ItIsTheMeanForEveryTypeSizeAndChannel(
        [ValueSource(typeof(Blocks), nameof(Blocks.Types))] SampleType type, [Values(1, 3)] int channels)
    {
        foreach ((int width, int height) in ((int, int)[])[(1, 1), (2, 2), (3, 5), (8, 1), (1, 8), (17, 16), (64, 33)])
        {
            using MemoryImage image = Blocks.Noise(type, width, height, channels);
            SampleBlock half = Blocks.Whole(image).Half();
            (double[] wanted, int across, int down) = Blocks.Halved(image, 1);
            Assert.That((half.Width, half.Height), Is.EqualTo((across, down)));
            Assert.That(Blocks.Doubles(half), Is.EqualTo(wanted), $"{width} x {height}");
        }
    }

    [Test]
    public void WhatIsNotFiniteCountsAsMissing()
    {
        const float None = float.NaN, Much = float.PositiveInfinity;
        float[] samples = [1, None, None, None, Much, 3, None, Much, 3e38f, 3e38f, 3e38f, 3e38f];
        using MemoryImage image = MemoryImage.FromMemory<float>(samples, 4, 3);
        Assert.That(Blocks.Doubles(Blocks.Whole(image).Half()), Is.EqualTo((double[])[2, double.NaN, 3e38f, 3e38f]));
    }
}
