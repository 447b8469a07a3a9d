namespace FastSeg;

/// <summary>How far the tokens of a rewritten network are from those of the one it was made of, over all sample windows.</summary>
/// <param name="Relative">Root mean square of the difference over that of the tokens.</param>
/// <param name="Cosine">Mean over tokens of the cosine between the two.</param>
/// <param name="LeastCosine">The least of them.</param>
public sealed record TokenError(double Relative, double Cosine, double LeastCosine)
{
    /// <summary>Compares tokens, cell by cell.</summary>
    internal static TokenError Of(IEnumerable<(float[] Before, float[] After)> windows, int dimension)
    {
        (double squares, double errors, double cosines, double least, long count) = (0, 0, 0, 1, 0);
        foreach ((float[] before, float[] after) in windows)
        {
            for (int first = 0; first < before.Length; first += dimension)
            {
                (double one, double both, double other) = (0, 0, 0);
                for (int i = first; i < first + dimension; i++)
                {
                    (double a, double b) = (before[i], after[i]);
                    (one, both, other) = (one + (a * a), both + (a * b), other + (b * b));
                    errors += (a - b) * (a - b);
                }
                double cosine = one * other > 0 ? both / Math.Sqrt(one * other) : one == other ? 1 : 0;
                (squares, cosines, least, count) = (squares + one, cosines + cosine, Math.Min(least, cosine), count + 1);
            }
        }
        return new TokenError(squares > 0 ? Math.Sqrt(errors / squares) : 0, cosines / count, least);
    }
}
