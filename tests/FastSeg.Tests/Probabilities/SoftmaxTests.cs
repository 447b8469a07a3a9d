using FastSeg.Checks;
using FastSeg.Probabilities;
using FastSeg.Simd;
using NUnit.Framework;

namespace FastSeg.Tests.Probabilities;

[TestFixture]
[NonParallelizable]
internal sealed unsafe class SoftmaxTests
{
    /// <summary>Classes x pixels from the CPU, in rows of <paramref name="row"/> pixels, with vectors of a width.</summary>
    internal static float[] Run(float[] margins, int groups, int bits, int row)
    {
        int before = VectorPath.Bits, pixels = margins.Length / groups;
        float[] found = new float[Math.Max(groups, 2) * pixels];
        VectorPath.Bits = bits;
        try
        {
            fixed (float* from = margins, to = found)
            {
                for (int i = 0; i < pixels; i += row)
                {
                    SoftmaxCpu.Run(from + i, pixels, groups, to + i, pixels, Math.Min(row, pixels - i));
                }
            }
        }
        finally
        {
            VectorPath.Bits = before;
        }
        return found;
    }

    /// <summary>Margins of some pixels: small and large ones, equal ones, and zeros of both signs.</summary>
    internal static float[] Margins(int groups, int pixels)
    {
        var random = new Random(groups);
        float[] margins = [.. Enumerable.Range(0, groups * pixels)
            .Select(i => (float)((random.NextDouble() - 0.5) * (i % pixels % 7 == 0 ? 400 : 12)))];
        for (int group = 0; group < groups; group++)
        {
            (margins[group * pixels], margins[(group * pixels) + 1], margins[(group * pixels) + 2]) = (0f, -0f, 3f);
        }
        return margins;
    }

    [TestCase(1), TestCase(2), TestCase(3), TestCase(20), TestCase(255)]
    public void IsNearFloat64(int groups)
    {
        const int Pixels = 301;
        float[] margins = Margins(groups, Pixels), found = Run(margins, groups, VectorPath.Bits, Pixels);
        for (int i = 0; i < Pixels; i++)
        {
            double[] expected = SmoothingReference.Softmax([.. Enumerable.Range(0, groups).Select(g => (double)margins[(g * Pixels) + i])]);
            for (int c = 0; c < expected.Length; c++)
            {
                // Differences of margins round too: half a unit of up to 400.
                Assert.That(found[(c * Pixels) + i], Is.EqualTo(expected[c]).Within((2e-6 * expected[c]) + 1e-37), $"pixel {i}, class {c}");
            }
            Assert.That(Enumerable.Range(0, expected.Length).Sum(c => (double)found[(c * Pixels) + i]), Is.EqualTo(1).Within(1e-6));
        }
    }

    [Test]
    public void WidthsAndPlacesGiveTheSameBits([Values(256, 512)] int bits, [Values(1, 3, 17)] int groups)
    {
        Widths.Need(bits);
        float[] margins = Margins(groups, 131), expected = Run(margins, groups, VectorPath.Available[0], 131);
        foreach (int row in (int[])[1, 7, 16, 33, 131])
        {
            Assert.That(Deviation.OfBits(Run(margins, groups, bits, row), expected), Is.Zero, $"rows of {row}");
        }
    }

    [Test]
    public void EqualMarginsGiveEqualProbabilities()
    {
        Assert.That(Run([0, 0, 0, 0], 4, VectorPath.Bits, 1), Is.All.EqualTo(0.25f));
        Assert.That(Run([0], 1, VectorPath.Bits, 1), Is.All.EqualTo(0.5f));
    }
}
