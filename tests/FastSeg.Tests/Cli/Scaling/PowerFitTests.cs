using FastSeg.Cli.Scaling;
using NUnit.Framework;

namespace FastSeg.Tests.Cli.Scaling;

/// <summary>Fits, against numpy and against curves whose exponent is known; quantiles.</summary>
internal sealed class PowerFitTests
{
    private static readonly double[] Pixels = [1 << 20, 1 << 22, 1 << 24, 1 << 26];

    /// <summary>numpy.polyfit(log(x), log(y), 1, cov=True) of Debian 12 gave these.</summary>
    [Test]
    public void ExponentAndErrorAreNumpys()
    {
        PowerFit fit = PowerFit.Of([.. Pixels.Zip((double[])[0.11, 0.43, 1.81, 7.05])])!;
        Assert.That(fit.Exponent, Is.EqualTo(1.00398623).Within(5e-9));
        Assert.That(fit.Error, Is.EqualTo(0.00774298).Within(5e-9));
        Assert.That(fit.Factor, Is.EqualTo(9.860362495e-08).Within(1e-16));
        Assert.That($"{fit}", Is.EqualTo("1.004 ± 0.008"));
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(1.5)]
    [TestCase(-2)]
    public void APowerOfPixelsHasThatExponentAndNoError(double exponent)
    {
        PowerFit fit = PowerFit.Of([.. Pixels.Select(x => (x, 3 * Math.Pow(x, exponent)))])!;
        Assert.That(fit.Exponent, Is.EqualTo(exponent).Within(1e-12));
        Assert.That(fit.Error, Is.EqualTo(0).Within(1e-9));
        Assert.That(fit.Factor, Is.EqualTo(3).Within(1e-9));
    }

    [Test]
    public void TwoPointsHaveNoErrorAndFewerNoFit()
    {
        PowerFit fit = PowerFit.Of([(1, 1), (4, 2)])!;
        Assert.That(fit.Exponent, Is.EqualTo(0.5).Within(1e-12));
        Assert.That((fit.Error, $"{fit}"), Is.EqualTo(((double?)null, "0.500")));
        Assert.That(PowerFit.Of([]), Is.Null);
        Assert.That(PowerFit.Of([(1, 1)]), Is.Null);
        Assert.That(PowerFit.Of([(2, 1), (2, 3)]), Is.Null, "one size measured twice has no slope");
        Assert.That(PowerFit.Of([(1, 1), (2, 0)]), Is.Null, "0 has no logarithm");
    }

    [Test]
    public void QuantilesLieBetweenValuesInProportion()
    {
        Assert.That(Quantile.Median([3, 1, 2]), Is.EqualTo(2));
        Assert.That(Quantile.Median([4, 1]), Is.EqualTo(2.5));
        Assert.That(Quantile.Median([7]), Is.EqualTo(7));
        Assert.That(Quantile.Of([5, 1, 2, 4, 3], 0.25), Is.EqualTo(2));
        Assert.That(Quantile.Of([1, 2], 0.75), Is.EqualTo(1.75));
    }
}
