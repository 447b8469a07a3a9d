namespace FastSeg.Probabilities;

/// <summary>
/// Weights of the classes under which smoothed probabilities give each class nearly the area that it had before. The smoothing eats thin
/// and rare classes; a weight above 1 gives them back, where they were.
/// </summary>
internal static class AreaWeights
{
    /// <summary>Most rounds of counting.</summary>
    private const int Rounds = 30;

    /// <summary>By what the weight of a class grows in a round that finds it too small.</summary>
    private const double Growth = 1.15;

    /// <summary>A class below one in so many pixels is rare: it must keep all of its area.</summary>
    private const long Rare = 50;

    /// <summary>What share of its area any other class must keep.</summary>
    private const double KeptShare = 0.95;

    /// <summary>A class is too small where it is below this share of what it must keep.</summary>
    private const double Enough = 0.98;

    /// <summary>Finds the weights.</summary>
    /// <remarks>
    /// Where probabilities are flat, one step of the growth can flip most of a page, and no round gives all classes what they must keep.
    /// Then the weights are those of the round in which the class that is worst off keeps most, the first of equals.
    /// </remarks>
    /// <param name="areas">Counted pixels of each class before smoothing.</param>
    /// <param name="count">How many pixels each class has under weights, one a class.</param>
    public static double[] Find(IReadOnlyList<long> areas, Func<float[], long[]> count)
    {
        long all = areas.Sum();
        double[] wanted = [.. areas.Select(area => area * Rare < all ? area : KeptShare * area)];
        double[] weights = new double[areas.Count];
        Array.Fill(weights, 1);
        double[] best = weights;
        double most = -1;
        for (int round = 0; round < Rounds; round++)
        {
            long[] now = count(Array.ConvertAll(weights, weight => (float)weight));
            int[] small = [.. Enumerable.Range(0, weights.Length).Where(c => now[c] < Enough * wanted[c])];
            if (small.Length == 0)
            {
                return weights;
            }
            double kept = small.Min(c => now[c] / wanted[c]);
            (best, most) = kept > most ? ([.. weights], kept) : (best, most);
            Array.ForEach(small, c => weights[c] *= Growth);
        }
        return best;
    }
}
