using FastSeg.Kernels;
using ILGPU;
using ILGPU.Runtime;
using NUnit.Framework;

namespace FastSeg.Tests.Kernels;

[TestFixture]
[NonParallelizable]
internal sealed class ExponentialTests
{
    /// <summary>Largest error that is promised, in units in the last place of the result.</summary>
    private const double Units = 2;

    [Test]
    public void IsWithinTwoUnitsOfFloat64()
    {
        double worst = 0;
        for (int i = 0; i <= 2_000_000; i++)
        {
            float x = (float)(i * (double)Exponential.Least / 2_000_000);
            worst = Math.Max(worst, Error(x, Exponential.Of(x)));
        }
        // Every exponent of small numbers too: there the result is close to 1.
        for (float x = -1; x < 0; x *= 0.37f)
        {
            worst = Math.Max(worst, Error(x, Exponential.Of(x)));
        }
        TestContext.Out.WriteLine($"largest error: {worst:F3} units");
        Assert.That(worst, Is.LessThanOrEqualTo(Units));
    }

    [Test]
    public void EndsAreExact()
    {
        Assert.That(Exponential.Of(0f), Is.EqualTo(1f));
        Assert.That(Exponential.Of(-0f), Is.EqualTo(1f));
        Assert.That(Exponential.Of(-1000f), Is.EqualTo(Exponential.Of(Exponential.Least)).And.GreaterThan(1.2e-38f));
        Assert.That(Exponential.Of(float.NegativeInfinity), Is.EqualTo(Exponential.Of(Exponential.Least)));
    }

    /// <summary>Difference from float64, in units in the last place.</summary>
    private static double Error(float x, float found)
    {
        double expected = Math.Exp(x);
        float rounded = (float)expected;
        return Math.Abs(found - expected) / (MathF.BitIncrement(rounded) - rounded);
    }
}
