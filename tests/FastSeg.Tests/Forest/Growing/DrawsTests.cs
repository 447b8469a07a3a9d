using FastSeg.Forest.Growing;
using NUnit.Framework;

namespace FastSeg.Tests.Forest.Growing;

public sealed class DrawsTests
{
    [Test]
    public void TheShareIsKept([Values(0.01, 0.5, 0.9)] double share)
    {
        const int Rows = 100_000;
        ulong limit = Draws.Limit(share);
        var draws = new Draws(0, 3);
        int taken = Enumerable.Range(0, Rows).Count(row => draws.At(row) >> 11 < limit);
        double deviation = Math.Sqrt(Rows * share * (1 - share));
        Assert.That(taken, Is.EqualTo(Rows * share).Within(5 * deviation));
    }

    [Test]
    public void AllAreDrawnWhereTheShareIsOne()
    {
        var draws = new Draws(7, 0);
        Assert.That(Enumerable.Range(0, 10_000).All(row => draws.At(row) >> 11 < Draws.Limit(1)));
    }

    [Test]
    public void SeedsTreesAndNodesDrawDifferently()
    {
        var seen = new HashSet<string>();
        foreach ((int seed, int tree, int node) in (ReadOnlySpan<(int, int, int)>)[(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1)])
        {
            int[] features = [.. Enumerable.Range(0, 100)];
            new Draws(seed, tree).Features(node, features, 20);
            Assert.That(features.Take(20), Is.Ordered.And.Unique);
            Assert.That(features, Is.EquivalentTo(Enumerable.Range(0, 100)), "the others are still there");
            Assert.That(seen.Add(string.Join(',', features.Take(20))));
        }
    }

    [Test]
    public void EveryFeatureIsDrawnEquallyOften()
    {
        const int Nodes = 20_000, Features = 10, Drawn = 2;
        int[] times = new int[Features], features = [.. Enumerable.Range(0, Features)];
        for (int node = 0; node < Nodes; node++)
        {
            new Draws(5, 1).Features(node, features, Drawn);
            foreach (int feature in features.Take(Drawn))
            {
                times[feature]++;
            }
        }
        double share = Drawn / (double)Features, deviation = Math.Sqrt(Nodes * share * (1 - share));
        Assert.That(times, Is.All.EqualTo(Nodes * share).Within(5 * deviation));
    }
}
