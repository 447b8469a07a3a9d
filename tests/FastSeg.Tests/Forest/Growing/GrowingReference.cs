using FastSeg.Forest;
using NUnit.Framework;

namespace FastSeg.Tests.Forest.Growing;

/// <summary>
/// Boosted trees in scalar float64, straight from the paper (Chen and Guestrin, 2016). It follows given trees: at every node it tries every
/// feature at every cut, sums the rows on both sides anew, and asks that no split be better than the one taken. So trees that differ from
/// its own where two splits are equally good pass, and others do not. No rows or features are drawn.
/// </summary>
internal sealed class GrowingReference(float[] rows, int[] labels, float[] weights, int features, int classes, TrainingOptions options)
{
    private const double LeastGain = 1e-6;

    private readonly int _groups = classes == 2 ? 1 : classes;
    private readonly float[][] _cuts = [.. Enumerable.Range(0, features).Select(f => Cuts(rows, f, features, options.MaxBin))];

    /// <summary>Fails at the first node that is not right.</summary>
    public void Check(DecisionForest forest)
    {
        Assert.That(forest.Trees, Has.Length.EqualTo(options.Rounds * _groups));
        float[][] margins = [.. Enumerable.Range(0, _groups).Select(_ => new float[labels.Length])];
        for (int round = 0; round < options.Rounds; round++)
        {
            double[][] probabilities = [.. Enumerable.Range(0, labels.Length).Select(row => Probabilities(margins, row))];
            for (int group = 0; group < _groups; group++)
            {
                int wanted = _groups == 1 ? 1 : group;
                double[] p = [.. probabilities.Select(classes => classes[wanted])];
                double[] g = [.. p.Select((value, row) => (value - (labels[row] == wanted ? 1 : 0)) * weights[row])];
                double[] h = [.. p.Select((value, row) => (_groups == 1 ? 1 : 2) * value * (1 - value) * weights[row])];
                Tree tree = forest.Trees[(round * _groups) + group];
                Assert.That(tree.Group, Is.EqualTo(group));
                Follow(forest, tree.First, [.. Enumerable.Range(0, labels.Length)], 0, g, h, margins[group]);
            }
        }
    }

    private void Follow(DecisionForest forest, int node, int[] inside, int depth, double[] g, double[] h, float[] margins)
    {
        double best = depth == options.Depth ? double.NegativeInfinity : Best(inside, g, h);
        int feature = forest.Feature[node];
        if (feature < 0)
        {
            Assert.That(best, Is.LessThanOrEqualTo(LeastGain * 1.01), "a leaf that could be split");
            double value = -inside.Sum(row => g[row]) / (inside.Sum(row => h[row]) + options.Lambda) * options.LearningRate;
            Assert.That(forest.Value[node], Is.EqualTo(value).Within(1e-5 * Math.Max(1, Math.Abs(value))), "a leaf's value");
            Array.ForEach(inside, row => margins[row] += forest.Value[node]);
            return;
        }
        float cut = forest.Value[node];
        Assert.That(_cuts[feature], Does.Contain(cut), "a split is at one of the cuts");
        double gain = Gain(inside, feature, cut, g, h);
        Assert.That(gain, Is.EqualTo(best).Within(1e-4 * Math.Max(best, 1e-3)), $"the gain of a split at depth {depth}");
        bool GoesLeft(int row) => rows[(row * features) + feature] < cut;
        Follow(forest, node + 1, [.. inside.Where(GoesLeft)], depth + 1, g, h, margins);
        Follow(forest, forest.Right[node], [.. inside.Where(row => !GoesLeft(row))], depth + 1, g, h, margins);
    }

    private double Best(int[] inside, double[] g, double[] h) =>
        Enumerable.Range(0, features).Max(f => _cuts[f].Select(cut => Gain(inside, f, cut, g, h)).Append(double.NegativeInfinity).Max());

    private double Gain(int[] inside, int feature, float cut, double[] g, double[] h)
    {
        double Score(double a, double b) => a * a / (b + options.Lambda);
        (double leftG, double leftH, double allG, double allH, int left) = (0, 0, 0, 0, 0);
        foreach (int row in inside)
        {
            bool goesLeft = rows[(row * features) + feature] < cut;
            (leftG, leftH) = goesLeft ? (leftG + g[row], leftH + h[row]) : (leftG, leftH);
            (allG, allH, left) = (allG + g[row], allH + h[row], left + (goesLeft ? 1 : 0));
        }
        bool allowed = left > 0 && left < inside.Length && leftH >= options.MinChildWeight && allH - leftH >= options.MinChildWeight;
        return allowed ? Score(leftG, leftH) + Score(allG - leftG, allH - leftH) - Score(allG, allH) : double.NegativeInfinity;
    }

    /// <summary>Cuts halfway between the values on both sides of each quantile, or between all values where these are few.</summary>
    private static float[] Cuts(float[] rows, int feature, int features, int maxBin)
    {
        float[] sorted = [.. rows.Where((_, i) => i % features == feature).Order()];
        float[] distinct = [.. sorted.Distinct()];
        float[] upper = distinct.Length <= maxBin ? distinct[1..] : [.. UpperValues(sorted, distinct, maxBin)];
        return [.. upper.Select(value =>
        {
            float lower = distinct[Array.BinarySearch(distinct, value) - 1];
            return lower + ((value - lower) / 2);
        })];
    }

    /// <summary>The value above each cut, from how often each value is there.</summary>
    private static IEnumerable<float> UpperValues(float[] sorted, float[] distinct, int maxBin)
    {
        int[] times = [.. distinct.Select(value => sorted.Count(other => other == value))];
        int next = 0;
        for (int bins = maxBin; bins > 1; bins--)
        {
            int wanted = Math.Max(times.Skip(next).Sum() / bins, 1), taken = 0, last = next;
            while (last < times.Length && taken + times[last] <= wanted)
            {
                taken += times[last++];
            }
            // A value that does not fit begins the next bin, unless it would be the only one of this.
            next = taken > 0 ? last : last + 1;
            if (next >= distinct.Length)
            {
                yield break;
            }
            yield return distinct[next];
        }
    }

    private static double[] Probabilities(float[][] margins, int row)
    {
        double[] powers = margins.Length == 1
            ? [1, Math.Exp(margins[0][row])]
            : [.. margins.Select(group => Math.Exp(group[row]))];
        double sum = powers.Sum();
        return [.. powers.Select(power => power / sum)];
    }
}
