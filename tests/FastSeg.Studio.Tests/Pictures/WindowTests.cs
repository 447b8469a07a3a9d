using FastSeg.Studio.Pictures;
using NUnit.Framework;

namespace FastSeg.Studio.Tests.Pictures;

/// <summary>Window and level.</summary>
[TestFixture]
internal sealed class WindowTests
{
    [Test]
    public void EverySampleIsGreyInProportion([ValueSource(typeof(Blocks), nameof(Blocks.Types))] SampleType type)
    {
        using MemoryImage image = Blocks.Noise(type, 200, 100, 3);
        SampleBlock block = Blocks.Whole(image);
        double[] samples = Blocks.Doubles(block);
        foreach ((double low, double high) in ((double, double)[])[(0, 255), (-20.5, 100), (10, 10.5), (-40000, 70000)])
        {
            byte[] values = new Window(low, high).Apply(block);
            byte[] wanted = [.. samples.Select(
                sample => (byte)Math.Clamp(Math.Round((sample - low) / (high - low) * 255, MidpointRounding.AwayFromZero), 0, 255))];
            Assert.That(values.AsSpan().SequenceEqual(wanted), Is.True, $"{low} to {high}");
        }
    }

    [Test]
    public void WhatIsNoNumberIsBlackAndInfinityAsFarAsItGoes()
    {
        using MemoryImage image = MemoryImage.FromMemory<float>(
            (float[])[float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.MaxValue], 4, 1);
        Assert.That(new Window(0, 1).Apply(Blocks.Whole(image)), Is.EqualTo((byte[])[0, 255, 0, 255]));
    }
}
