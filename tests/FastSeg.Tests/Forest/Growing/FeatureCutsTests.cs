using FastSeg.Forest.Growing;
using NUnit.Framework;

namespace FastSeg.Tests.Forest.Growing;

public sealed class FeatureCutsTests
{
    [Test]
    public void FewValuesAreAllToldApartHalfway()
    {
        Assert.That(FeatureCuts.Of([1, 1, 2, 4, 4, 4], 256), Is.EqualTo((float[])[1.5f, 3f]));
        Assert.That(FeatureCuts.Of([1, 2, 4], 3), Is.EqualTo((float[])[1.5f, 3f]));
    }

    [Test]
    public void OneValueHasNoCut() => Assert.That(FeatureCuts.Of([3, 3, 3], 256), Is.Empty);

    [Test]
    public void NeighbouringNumbersAreCutAtTheUpperOne()
    {
        float lower = 1, upper = float.BitIncrement(1);
        Assert.That(FeatureCuts.Of([lower, upper], 256), Is.EqualTo((float[])[upper]));
    }

    [Test]
    public void CutsDoNotOverflow() =>
        Assert.That(FeatureCuts.Of([-float.MaxValue, float.MaxValue], 2), Has.Length.EqualTo(1).And.All.Matches<float>(float.IsFinite));

    [Test]
    public void ManyValuesAreCutIntoEqualParts()
    {
        float[] sorted = [.. Enumerable.Range(0, 1000).Select(value => (float)value)];
        Assert.That(FeatureCuts.Of(sorted, 4), Is.EqualTo((float[])[249.5f, 499.5f, 749.5f]));
    }

    [Test]
    public void FewRowsBesideAConstantBackgroundAreToldApart()
    {
        // 400 different values on 260,000 rows of 0: a quantile hits none of them.
        float[] sorted = [.. Enumerable.Repeat(0f, 260_000).Concat(Enumerable.Range(1, 400).Select(value => (float)value))];
        float[] cuts = FeatureCuts.Of(sorted, 256);
        Assert.That(cuts[0], Is.EqualTo(0.5f));
        Assert.That(cuts, Has.Length.EqualTo(255).And.Ordered.And.Unique);
        Assert.That(cuts[^1], Is.GreaterThan(390));
    }

    [Test]
    public void AFrequentValueTakesOneBin()
    {
        // 0 to 9, then 5 ninety times more: most quantiles are 5.
        float[] sorted = [.. Enumerable.Range(0, 10).Select(value => (float)value).Concat(Enumerable.Repeat(5f, 90)).Order()];
        float[] cuts = FeatureCuts.Of(sorted, 5);
        Assert.That(cuts, Is.EqualTo((float[])[4.5f, 5.5f, 6.5f, 7.5f]));
    }
}
