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
    public void AFrequentValueTakesOneBin()
    {
        // 0 to 9, then 5 ninety times more: most quantiles are 5.
        float[] sorted = [.. Enumerable.Range(0, 10).Select(value => (float)value).Concat(Enumerable.Repeat(5f, 90)).Order()];
        float[] cuts = FeatureCuts.Of(sorted, 5);
        Assert.That(cuts, Is.Ordered.And.Unique.And.Contains(4.5f));
        Assert.That(cuts, Has.Length.LessThan(5));
    }
}
