using FastSeg.Probabilities;
using NUnit.Framework;

namespace FastSeg.Tests.Probabilities;

/// <summary>The grid of pixels on which areas are counted, and the weights that are made of them.</summary>
[TestFixture]
internal sealed unsafe class CountingGridTests
{
    /// <summary>Rows of the page, cut anywhere, have rows of the grid that follow one another: those whose pixels lie in them.</summary>
    [Test]
    public void RowsOfThePageHaveTheirRowsOfTheGrid()
    {
        var page = new Region(0, 0, 3000, 3000);
        long step = CountingGrid.Step(page, 3);
        Assert.That(step, Is.GreaterThan(1));
        using var grid = new CountingGrid(page, 3);
        for (long from = 0, to; from < 20; from = to)
        {
            to = from + 1 + (from % 3);
            (long first, long end) = grid.RowsOf(from, to);
            long[] wanted = [.. Enumerable.Range(0, 20).Select(row => (long)row).Where(row => row * step >= from && row * step < to)];
            Assert.That(Enumerable.Range((int)first, (int)(end - first)), Is.EqualTo(wanted), $"rows {from} to {to}");
        }
    }

    [TestCase(2048, 2048, 3, 1)]
    [TestCase(2049, 2048, 3, 2)]
    [TestCase(4096, 4096, 16, 2)]
    [TestCase(4096, 4096, 17, 3)]
    [TestCase(1, 1L << 33, 2, 2048)]
    [TestCase(1L << 20, 1L << 20, 255, 2048)]
    public void TheStepIsTheSmallestThatKeepsTheLimits(long width, long height, int classes, long step)
    {
        long most = Math.Min(4L << 20, (64L << 20) / classes);
        Int128 Pixels(long by) => (Int128)((width + by - 1) / by) * ((height + by - 1) / by);
        long found = CountingGrid.Step(new Region(0, 0, width, height), classes);
        Assert.That(Pixels(found), Is.LessThanOrEqualTo((Int128)most));
        Assert.That(found == 1 || Pixels(found - 1) > most, "a smaller step would do");
        Assert.That(found, Is.EqualTo(classes == 255 ? found : step));
    }

    [Test]
    public void CountsAreThoseOfEveryPixel([Values(1, 3)] int workers)
    {
        const int Width = 233, Height = 311, Classes = 5;
        var page = new Region(0, 0, Width, Height);
        var random = new Random(3);
        ushort Value() => (ushort)(random.Next(1, 200) + (random.Next(2) * SafeRule.Own));
        ushort[] q = [.. Enumerable.Range(0, Width * Height * Classes).Select(_ => Value())];
        float[] p = [.. q.Select(value => (float)random.Next(9))];
        byte[] mask = [.. Enumerable.Range(0, Width * Height).Select(_ => (byte)(random.Next(4) == 0 ? 0 : 1))];
        float[] weights = [1, 1.3f, 0.5f, 2, 1];
        using var grid = new CountingGrid(page, Classes);
        long[] areas = new long[Classes];
        fixed (ushort* values = q)
        fixed (float* probabilities = p)
        fixed (byte* kept = mask)
        {
            GuidedTileCpu tile = GuidedTileCpu.Whole(page, page, probabilities, null, kept);
            grid.Take(values, null, page, tile, areas);
        }
        long[] Expected(Func<int, int, float> value)
        {
            long[] counts = new long[Classes];
            for (int i = 0; i < mask.Length; i++)
            {
                int most = Enumerable.Range(0, Classes).Aggregate((best, c) => value(c, i) > value(best, i) ? c : best);
                counts[most] += mask[i];
            }
            return counts;
        }
        Assert.That(areas, Is.EqualTo(Expected((c, i) => p[(c * mask.Length) + i])));
        float Weighted(int c, int i)
        {
            ushort value = q[(c * mask.Length) + i];
            return value < SafeRule.Own ? value : (value - SafeRule.Own) * weights[c];
        }
        Assert.That(grid.Count(weights, workers, CancellationToken.None), Is.EqualTo(Expected(Weighted)));
    }

    [Test]
    public void WhereNoWeightsSatisfyAllClassesTheWorstOffKeepsMost()
    {
        // Flat probabilities: whichever class has the largest weight takes the page. Before any growth each had about a third.
        long[] Count(float[] weights)
        {
            long[] now = [300, 300, 400];
            float largest = weights.Max();
            if (weights.Any(weight => weight < largest))
            {
                now = [.. weights.Select(weight => weight == largest ? 1000L / weights.Count(other => other == largest) : 0L)];
            }
            return now;
        }
        Assert.That(AreaWeights.Find([100, 500, 400], Count), Is.EqualTo(new[] { 1.0, 1.0, 1.0 }));
    }

    [Test]
    public void WeightsGrowUntilEveryClassHasEnough()
    {
        // 1000 pixels: class 2 is rare and must keep all of its 10, class 1 must keep 0.95 of 390.
        int rounds = 0;
        double[] weights = AreaWeights.Find([600, 390, 10], now =>
        {
            rounds++;
            return now[2] > 1.3f ? [640, 350, 10] : now[2] > 1.1f ? [635, 355, 9] : [640, 355, 4];
        });
        Assert.That(weights[0], Is.EqualTo(1));
        Assert.That(weights[2], Is.EqualTo(1.15 * 1.15));
        Assert.That(weights[1], Is.EqualTo(1.15 * 1.15).Within(1e-9), "350 of 370.5 never become 98 %: the first round that came as near");
        Assert.That(rounds, Is.EqualTo(30));
        Assert.That(AreaWeights.Find([0, 0], _ => [0, 0]), Is.EqualTo(new[] { 1.0, 1.0 }), "an empty page");
    }
}
