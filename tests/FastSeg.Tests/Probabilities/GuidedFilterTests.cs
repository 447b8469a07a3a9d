using FastSeg.Native;
using FastSeg.Probabilities;
using FastSeg.Simd;
using NUnit.Framework;

namespace FastSeg.Tests.Probabilities;

[TestFixture]
internal sealed class GuidedFilterTests
{
    private static readonly int[] AllBits = [256, 512];

    /// <summary>
    /// The error grows with the guide's square and with 1 / sqrt(epsilon): the covariance is a difference of means of that size, each
    /// rounded some times, and a slope changes g by at most its error times the guide's deviation.
    /// </summary>
    [Test]
    public void IsNearFloat64([Values(1, 2, 8, 13)] int radius, [Values(0.05, 1e-3)] double epsilon, [Values] bool masked)
    {
        var scene = new SmoothingScene(61, 47, 3, radius, masked);
        float[] found = scene.Smooth(radius, epsilon, VectorPath.Bits, 61, 47);
        double[] expected = scene.Reference(radius, epsilon);
        double worst = 0;
        for (int i = 0; i < found.Length; i++)
        {
            worst = Math.Max(worst, Math.Abs(found[i] - expected[i]));
        }
        TestContext.Out.WriteLine($"error {worst:G3}");
        Assert.That(worst, Is.LessThan(GuidedFilter.Tolerance(2.5, epsilon)));
        Assert.That(found, Has.All.InRange(0f, 1f));
    }

    [TestCaseSource(nameof(AllBits))]
    public void TilesAndWidthsGiveTheSameBits(int bits)
    {
        Widths.Need(bits);
        foreach (int radius in (int[])[1, 3, 8, 20])
        {
            foreach (bool masked in (bool[])[false, true])
            {
                var scene = new SmoothingScene(110, 71, 2 + (radius % 3), radius, masked);
                float[] whole = scene.Smooth(radius, 0.05, VectorPath.Available[0], 110, 71);
                Assert.That(scene.Smooth(radius, 0.05, bits, 110, 71), Is.EqualTo(whole), $"radius {radius}");
                Assert.That(scene.Smooth(radius, 0.05, bits, 47, 29), Is.EqualTo(whole), $"radius {radius}, tiles");
                Assert.That(scene.Smooth(radius, 0.05, bits, 110, 3), Is.EqualTo(whole), $"radius {radius}, rows");
                Assert.That(scene.Smooth(radius, 0.05, bits, 30, 64, sideBySide: true), Is.EqualTo(whole), $"radius {radius}, in place");
                Assert.That(scene.Smooth(radius, 0.05, bits, 110, 71, windows: radius), Is.EqualTo(whole), $"radius {radius}, windows");
                float[] windows = scene.Smooth(radius, 0.05, bits, 64, 60, sideBySide: true, windows: radius + 1);
                Assert.That(windows, Is.EqualTo(whole), $"radius {radius}, windows in place");
                var area = new Region(11, 5, 81, 57);
                float[] part = scene.Smooth(radius, 0.05, bits, 64, 40, area);
                for (int i = 0; i < part.Length; i++)
                {
                    (long x, long y) = (i % 110, i % (110 * 71) / 110);
                    Assert.That(part[i], Is.EqualTo(area.Contains(new Region(x, y, 1, 1)) ? whole[i] : float.NaN));
                }
            }
        }
    }

    [Test]
    public void WideTilesAreStripsOfTheSameBits()
    {
        var scene = new SmoothingScene(1100, 19, 2, 5);
        Assert.That(scene.Smooth(4, 0.05, VectorPath.Bits, 1100, 19), Is.EqualTo(scene.Smooth(4, 0.05, VectorPath.Bits, 100, 19)));
    }

    [Test]
    public void ConstantProbabilitiesStay([Values(1, 8, 64)] int radius)
    {
        var scene = new SmoothingScene(90, 70, 2, 3);
        Array.Fill(scene.P, 0.75f, 0, 6300);
        Array.Fill(scene.P, 0.25f, 6300, 6300);
        float[] found = scene.Smooth(radius, 0.05, VectorPath.Bits, 90, 70);
        Assert.That(found.Take(6300), Is.All.EqualTo(0.75f).Within(1e-5f));
        Assert.That(found.Skip(6300), Is.All.EqualTo(0.25f).Within(1e-5f));
    }

    /// <summary>A step of p at a step of the guide stays; where the guide is flat, the step becomes a ramp of means of means.</summary>
    [Test]
    public void AStepStaysWhereTheGuideHasOne()
    {
        var scene = new SmoothingScene(64, 40, 2, 1);
        for (int i = 0; i < 64 * 40; i++)
        {
            bool right = i % 64 >= 32;
            (scene.P[i], scene.P[2560 + i]) = right ? (0, 1) : (1, 0);
            scene.Guide[i] = right ? 3 : -3;
        }
        float[] kept = scene.Smooth(4, 0.05, VectorPath.Bits, 64, 40);
        Assert.That(kept[(20 * 64) + 31], Is.EqualTo(1).Within(0.02));
        Assert.That(kept[(20 * 64) + 32], Is.EqualTo(0).Within(0.02));
        Array.Fill(scene.Guide, -3);
        float[] ramp = scene.Smooth(4, 0.05, VectorPath.Bits, 64, 40);
        // Two boxes of nine: of the 81 pairs of steps, 36 go from column 31 over the edge.
        Assert.That(ramp[(20 * 64) + 31], Is.EqualTo(45 / 81.0).Within(1e-5));
        Assert.That(ramp[(20 * 64) + 23], Is.EqualTo(1).Within(1e-5));
    }

    /// <summary>Radius 1 on a flat guide of 3 x 1 pixels: means of means, with the boxes' own counts at the border.</summary>
    [Test]
    public void BoxesAreCutAtTheBorder()
    {
        var scene = new SmoothingScene(3, 1, 2, 1);
        float[] p = [1, 0, 0, 0, 1, 1];
        p.CopyTo(scene.P, 0);
        Array.Fill(scene.Guide, 0.5f);
        // Means of p: 1/2, 1/3, 0; means of these: 5/12, 5/18, 1/6.
        float[] expected = [5 / 12f, 5 / 18f, 1 / 6f, 7 / 12f, 13 / 18f, 5 / 6f];
        Assert.That(scene.Smooth(1, 0.05, VectorPath.Bits, 3, 1), Is.EqualTo(expected).AsCollection.Within(1e-6f));
    }

    [Test]
    public void PixelsThatTheMaskLeavesOutCountNowhere()
    {
        var masked = new SmoothingScene(50, 40, 3, 9, masked: true);
        float[] before = masked.Smooth(5, 0.05, VectorPath.Bits, 50, 40);
        for (int i = 0; i < masked.Guide.Length; i++)
        {
            if (masked.Mask![i] == 0)
            {
                (masked.P[i], masked.P[i + 2000], masked.P[i + 4000]) = (1, 0, 0);
            }
        }
        Assert.That(masked.Smooth(5, 0.05, VectorPath.Bits, 50, 40), Is.EqualTo(before));
    }

    [Test]
    public void TheBuffersAreCountedAndNothingIsAllocatedLater()
    {
        var scene = new SmoothingScene(40, 30, 2, 1);
        long live = HostBuffer.LiveBytes;
        using var filter = new GuidedFilterCpu(5, 8, 0.05);
        Assert.That(HostBuffer.LiveBytes - live, Is.EqualTo(GuidedFilterCpu.Bytes(5, 8)));
        scene.Smooth(8, 0.05, VectorPath.Bits, 40, 30);
    }
}
