using FastSeg.Probabilities;
using FastSeg.Simd;
using NUnit.Framework;

namespace FastSeg.Tests.Probabilities;

[TestFixture]
[NonParallelizable]
internal sealed unsafe class SmoothedPixelsTests
{
    [Test]
    public void SurePixelsKeepTheirProbabilities([Values(256, 512)] int bits, [Values(1, 15, 16, 50)] int count)
    {
        const int Classes = 3;
        float[] p = Random(1, Classes * count), g = Random(2, Classes * count);
        // Just at the limit a pixel is smoothed, one step above it is not.
        (p[0], p[count], p[2 * count]) = (SafeRule.Sure, 0.1f, 0.1f);
        (p[count - 1], p[(2 * count) - 1], p[(3 * count) - 1]) = (0.1f, MathF.BitIncrement(SafeRule.Sure), 0.1f);
        ushort[] q = new ushort[(Classes * count) + 1];
        q[^1] = 12345;
        At(bits, () =>
        {
            fixed (float* pPointer = p, gPointer = g)
            {
                fixed (ushort* to = q)
                {
                    SmoothedPixelsCpu.Choose(pPointer, count, gPointer, count, Classes, to, count, count);
                }
            }
        });
        for (int i = 0; i < count; i++)
        {
            bool sure = Enumerable.Range(0, Classes).Any(c => p[(c * count) + i] > SafeRule.Sure);
            for (int c = 0; c < Classes; c++)
            {
                bool own = Enumerable.Range(0, Classes).All(other => p[(c * count) + i] >= p[(other * count) + i]);
                double value = (SafeRule.One * (double)(sure ? p : g)[(c * count) + i]) + (own ? SafeRule.Own : 0);
                Assert.That(Math.Abs(q[(c * count) + i] - value), Is.LessThanOrEqualTo(0.5 + 1e-2), $"pixel {i}, class {c}");
            }
        }
        Assert.That(q[^1], Is.EqualTo(12345));
    }

    [Test]
    public void OneIsTheLargestSample()
    {
        float[] p = [1f, 0f];
        ushort[] q = new ushort[2];
        fixed (float* from = p)
        {
            fixed (ushort* to = q)
            {
                SmoothedPixelsCpu.Choose(from, 1, from, 1, 2, to, 1, 1);
            }
        }
        Assert.That(q, Is.EqualTo((ushort[])[65535, 0]));
    }

    [Test]
    public void WeightsMultiply([Values(256, 512)] int bits, [Values(1, 16, 37)] int count)
    {
        ushort[] q = [.. Random(3, 2 * count).Select(value => (ushort)(65535 * value))];
        float[] weights = [1.15f, 0.3f], weighted = new float[2 * count];
        At(bits, () =>
        {
            fixed (float* w = weights, to = weighted)
            {
                fixed (ushort* from = q)
                {
                    SmoothedPixelsCpu.Weigh(from, count, w, 2, to, count, count);
                }
            }
        });
        Assert.That(weighted, Is.EqualTo(q.Select((value, i) => value < 32768 ? value : (value - 32768) * weights[i / count])));
    }

    [Test]
    public void SharesSumToOneAndNothingStaysNothing([Values(256, 512)] int bits)
    {
        const int Stride = 48, Count = 33;
        float[] values = Random(4, 3 * Stride);
        (values[5], values[Stride + 5], values[(2 * Stride) + 5]) = (0, 0, 0);
        float[] before = [.. values];
        At(bits, () =>
        {
            fixed (float* at = values)
            {
                SmoothedPixelsCpu.Normalise(at, Stride, 3, Count);
            }
        });
        for (int i = 0; i < Count; i++)
        {
            float sum = values[i] + values[Stride + i] + values[(2 * Stride) + i];
            Assert.That(sum, Is.EqualTo(i == 5 ? 0 : 1).Within(1e-6f));
            Assert.That(values[i] * before[Stride + i], Is.EqualTo(values[Stride + i] * before[i]).Within(1e-6f), "ratios stay");
        }
    }

    private static float[] Random(int seed, int count)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextSingle())];
    }

    /// <summary>Runs with vectors of a width; skips the test where the machine lacks it.</summary>
    private static void At(int bits, Action action)
    {
        Widths.Need(bits);
        int before = VectorPath.Bits;
        VectorPath.Bits = bits;
        try
        {
            action();
        }
        finally
        {
            VectorPath.Bits = before;
        }
    }
}
