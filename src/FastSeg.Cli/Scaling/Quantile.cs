namespace FastSeg.Cli.Scaling;

/// <summary>Quantiles of a few measured values; `perf` uses them too.</summary>
internal static class Quantile
{
    /// <summary>The middle value, or the mean of the two in the middle.</summary>
    public static double Median(IReadOnlyList<double> values) => Of(values, 0.5);

    /// <summary>A quantile, between two values in proportion.</summary>
    /// <param name="values">At least one value, in any order.</param>
    /// <param name="share">0 for the least value, 1 for the largest.</param>
    public static double Of(IReadOnlyList<double> values, double share)
    {
        double[] sorted = [.. values.Order()];
        double at = share * (sorted.Length - 1);
        int below = (int)at;
        return sorted[below] + ((at - below) * (sorted[Math.Min(below + 1, sorted.Length - 1)] - sorted[below]));
    }
}
