using FastSeg.Images;
using FastSeg.Images.Samples;
using NUnit.Framework;

namespace FastSeg.Tests.Images;

/// <summary>What filters see of a stored sample, and which samples they may see.</summary>
[TestFixture]
internal sealed class SampleMapTests
{
    [Test]
    public void ScaleAndShiftAreRoundedOnce()
    {
        var map = SampleMap.Of(new SampleStatistics(1234.5, 67.8));
        Assert.That(map, Is.EqualTo(new SampleMap((float)(1 / 67.8), (float)(-1234.5 / 67.8))));
        Assert.That(map.Apply(1300, 255), Is.EqualTo(MathF.FusedMultiplyAdd(1300, map.Scale, map.Shift)));
        Assert.That(default(SampleMap).Apply(51, 255), Is.EqualTo(0.2f));
    }

    /// <summary>A constant image becomes 0 everywhere, also one whose deviation is what rounding left.</summary>
    [TestCase(40000, 0)]
    [TestCase(40000, 0.0399)]
    [TestCase(-40000, 0.0399)]
    [TestCase(0, 0)]
    [TestCase(0, 1e-39)]
    public void NextToNoDeviationCountsAsOne(double mean, double deviation)
    {
        var map = SampleMap.Of(new SampleStatistics(mean, deviation));
        Assert.That(map.Scale, Is.EqualTo(1f));
        Assert.That(map.Apply((float)mean, 1), Is.Zero);
    }

    [Test]
    public void ASmallDeviationCounts() =>
        Assert.That(SampleMap.Of(new SampleStatistics(40000, 0.0401)).Scale, Is.EqualTo((float)(1 / 0.0401)));

    [TestCase(0.001953125f)]
    [TestCase(4)]
    [TestCase(4096)]
    public void PowersOfTwoLeaveEveryBit(float factor)
    {
        var map = SampleMap.Of(new SampleStatistics(31.7, 5.3));
        var scaled = SampleMap.Of(new SampleStatistics(31.7 * factor, 5.3 * factor));
        for (int sample = 0; sample < 256; sample++)
        {
            Assert.That(scaled.Apply(sample * factor, 1), Is.EqualTo(map.Apply(sample, 1)));
        }
    }

    [Test]
    public void LimitsAreThoseOfWhatFiltersSee()
    {
        SampleLimits limits = SampleMap.Of(new SampleStatistics(10, 0.5)).Limits(100);
        Assert.That((limits.Low, limits.High), Is.EqualTo((-40f, 60f)));
        Assert.That(limits.Hold(60f) && limits.Hold(-40f) && !limits.Hold(60.01f) && !limits.Hold(float.NaN));
        Assert.That(SampleMap.Of(new SampleStatistics(0, 1e16)).Limits(100), Is.EqualTo(SampleLimits.Of(1e17f)), "as stored");
        Assert.That(default(SampleMap).Limits(1e9f), Is.EqualTo(SampleLimits.Of(1e9f)));
    }
}
