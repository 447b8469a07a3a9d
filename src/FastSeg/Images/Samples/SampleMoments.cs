namespace FastSeg.Images.Samples;

/// <summary>Count, mean and sum of squared deviations from the mean of some samples; those of two sets can be merged.</summary>
/// <param name="Count">How many samples there are.</param>
/// <param name="Mean">Their mean; 0 where there are none.</param>
/// <param name="Squares">Sum of their squared deviations from the mean.</param>
internal readonly record struct SampleMoments(long Count, double Mean, double Squares)
{
    /// <summary>Mean and population standard deviation; both 0 where there are no samples.</summary>
    public SampleStatistics Statistics => new(Mean, Count == 0 ? 0 : Math.Sqrt(Squares / Count));

    /// <summary>The moments of whole numbers, from exact sums: 128 bits hold count x squares for 2^47 samples of 16 bits.</summary>
    /// <param name="count">How many there are.</param>
    /// <param name="sum">Their sum.</param>
    /// <param name="squares">The sum of their squares.</param>
    public static SampleMoments OfSums(long count, Int128 sum, Int128 squares) => count == 0
        ? default
        : new SampleMoments(count, (double)sum / count, (double)((count * squares) - (sum * sum)) / count);

    /// <summary>
    /// The moments of these samples and those of <paramref name="next"/> together (Chan, Golub and LeVeque, 1983, "Algorithms for
    /// computing the sample variance"). The order of merging counts in the last bits.
    /// </summary>
    public SampleMoments Merge(in SampleMoments next)
    {
        if (Count == 0 || next.Count == 0)
        {
            return Count == 0 ? next : this;
        }
        double share = (double)next.Count / (Count + next.Count), step = next.Mean - Mean;
        return new SampleMoments(Count + next.Count, Mean + (step * share), Squares + next.Squares + (step * step * (Count * share)));
    }
}
