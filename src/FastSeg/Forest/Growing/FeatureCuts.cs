namespace FastSeg.Forest.Growing;

/// <summary>
/// Where a feature may be split. Up to as many distinct values as there are bins are all told apart; otherwise cuts lie at the quantiles.
/// A cut lies halfway between two neighbouring values, so that values in between, of other images, go to the nearer side.
/// </summary>
internal static class FeatureCuts
{
    /// <summary>Chooses the cuts.</summary>
    /// <param name="sorted">The feature's values, ascending; at least one, all finite.</param>
    /// <param name="maxBin">Most bins; one more than cuts.</param>
    /// <returns>Ascending cuts: a value is in the bin whose number is that of the cuts that are not above it.</returns>
    public static float[] Of(ReadOnlySpan<float> sorted, int maxBin)
    {
        var cuts = new List<float>(Math.Min(maxBin - 1, sorted.Length));
        return (Distinct(sorted, maxBin, cuts) || Quantiles(sorted, maxBin, cuts) ? cuts : []).ToArray();
    }

    /// <summary>A cut between all neighbours; false, and no cut, where there are more values than bins.</summary>
    private static bool Distinct(ReadOnlySpan<float> sorted, int maxBin, List<float> cuts)
    {
        for (int i = 1; i < sorted.Length; i++)
        {
            if (sorted[i] > sorted[i - 1])
            {
                if (cuts.Count == maxBin - 1)
                {
                    cuts.Clear();
                    return false;
                }
                cuts.Add(Between(sorted[i - 1], sorted[i]));
            }
        }
        return true;
    }

    /// <summary>
    /// Cuts into bins of about equally many rows. A value that many rows share fills a bin of its own, and the rows that are left are
    /// shared among the bins that are left: so the few rows beside a constant background are still told apart.
    /// </summary>
    private static bool Quantiles(ReadOnlySpan<float> sorted, int maxBin, List<float> cuts)
    {
        int first = 0;
        for (int bins = maxBin; bins > 1 && first < sorted.Length; bins--)
        {
            int upper = first + Math.Max((sorted.Length - first) / bins, 1);
            if (upper < sorted.Length && sorted[upper] == sorted[upper - 1])
            {
                // Equal values stay together: the cut lies before them, or behind them where the part begins with them.
                int before = upper - 1;
                while (before > first && sorted[before - 1] == sorted[upper])
                {
                    before--;
                }
                while (before == first && upper < sorted.Length && sorted[upper] == sorted[first])
                {
                    upper++;
                }
                upper = before > first ? before : upper;
            }
            if (upper == sorted.Length)
            {
                break;
            }
            cuts.Add(Between(sorted[upper - 1], sorted[upper]));
            first = upper;
        }
        return true;
    }

    /// <summary>Halfway between two values; the upper one where no number lies between.</summary>
    private static float Between(float lower, float upper)
    {
        float middle = lower + ((upper - lower) / 2);
        return middle > lower && middle < upper ? middle : upper;
    }
}
