using FastSeg.Deep.Convolutions;
using NUnit.Framework;

namespace FastSeg.Tests.Deep.Convolutions;

/// <summary>Where a doubling takes its values, known without any network.</summary>
[TestFixture]
internal sealed class ResizeTests
{
    [TestCase(1), TestCase(2), TestCase(7), TestCase(1000)]
    public void HalfPixelCentresLieAQuarterBesideTheirSamples(int length)
    {
        for (int x = 0; x < 2 * length; x++)
        {
            double exact = Math.Clamp(((x + 0.5) / 2) - 0.5, 0, length - 1);
            Assert.That(Position(Resize.Doubled(x, length, Align.HalfPixel)), Is.EqualTo(exact), $"sample {x}");
        }
    }

    [TestCase(1), TestCase(2), TestCase(7), TestCase(1000)]
    public void CornersLieOnCorners(int length)
    {
        for (int x = 0; x < 2 * length; x++)
        {
            double exact = x * (length - 1.0) / ((2 * length) - 1);
            Assert.That(Position(Resize.Doubled(x, length, Align.Corners)), Is.EqualTo(exact).Within(1e-6 * length), $"sample {x}");
        }
    }

    [Test]
    public void WeightsPastTheEndsAreTheEdgesOrNone([Values] Align align, [Values(1, 5)] int length)
    {
        foreach (int x in (int[])[-2, -1, 2 * length, (2 * length) + 1])
        {
            DoublingSource edge = DoublingSource.At(x, length, align, false), none = DoublingSource.At(x, length, align, true);
            double last = x < 0 ? 0 : length - 1;
            Assert.That(edge.First + (edge.Step * (double)edge.Far), Is.EqualTo(last).Within(1e-6), $"sample {x}");
            Assert.That(edge.Near + edge.Far, Is.EqualTo(1));
            Assert.That((none.Near, none.Far), Is.EqualTo((0f, 0f)));
        }
    }

    private static double Position(Interpolation at) => at.First + ((at.Second - at.First) * (double)at.Weight);
}
