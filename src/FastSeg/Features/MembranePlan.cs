namespace FastSeg.Features;

/// <summary>
/// How the responses are summed up: additions in a fixed order, so that every backend gives the same bits. Neighbouring lines share
/// most of their inner pixels; sums that several lines have in common are formed once (348 additions instead of 416 for the default).
/// </summary>
/// <remarks>
/// Terms are numbered: first the pairs of <see cref="MembraneLines.Pairs"/> (upper pixel + its mirror image), then the
/// <see cref="Sums"/>, each the sum of two earlier terms. Response k is fma(term <see cref="LineTerm"/>[k], q, centre pixel * q) with q
/// the reciprocal of the line's pixel count, rounded to float. sum: responses k, k + 4, k + 8, ... are added up for k = 0 to 3, then (0 + 1) + (2 + 3);
/// mean = sum * (1 / angles); std = sqrt(q * (1 / angles)) with q = squares of (response - mean), fused onto four sums in the same way;
/// median = the middle response, or half the sum of the two.
/// </remarks>
internal sealed class MembranePlan
{
    /// <summary>Largest number of pixel pairs, over all lines, for which common sums are searched: the search is quadratic.</summary>
    private const int SearchLimit = 1000;

    /// <summary>Interleaved sums over the responses.</summary>
    public const int Chains = 4;

    /// <summary>No pixel but the centre.</summary>
    public const int NoTerm = -1;

    private readonly List<(int Left, int Right)> _sums = [];

    /// <summary>Plans the additions.</summary>
    public MembranePlan(MembraneGeometry geometry)
    {
        Lines = new MembraneLines(geometry);
        var terms = new SortedSet<int>[Lines.Angles];
        for (int line = 0; line < terms.Length; line++)
        {
            terms[line] = [.. Enumerable.Range(0, Lines.Pairs.Count).Where(pair => Lines.LinesOf(pair).Contains(line))];
        }
        if (terms.Sum(set => set.Count) <= SearchLimit)
        {
            ShareSums(terms);
        }
        LineTerm = new int[terms.Length];
        for (int line = 0; line < terms.Length; line++)
        {
            LineTerm[line] = terms[line].Count == 0 ? NoTerm : terms[line].Aggregate(AddSum);
        }
    }

    /// <summary>The geometry.</summary>
    public MembraneLines Lines { get; }

    /// <summary>The additions after the pairs, in order.</summary>
    public IReadOnlyList<(int Left, int Right)> Sums => _sums;

    /// <summary>For every line the term that is its sum but for the centre; <see cref="NoTerm"/> where there is none.</summary>
    public int[] LineTerm { get; }

    private int AddSum(int left, int right)
    {
        _sums.Add((left, right));
        return Lines.Pairs.Count + _sums.Count - 1;
    }

    /// <summary>While two terms occur together in several lines, replaces the two that do most often (first found on a tie) by their sum.</summary>
    private void ShareSums(SortedSet<int>[] lines)
    {
        while (true)
        {
            var counts = new Dictionary<(int, int), int>();
            foreach (SortedSet<int> terms in lines)
            {
                int[] sorted = [.. terms];
                for (int i = 0; i < sorted.Length; i++)
                {
                    for (int j = i + 1; j < sorted.Length; j++)
                    {
                        counts[(sorted[i], sorted[j])] = counts.GetValueOrDefault((sorted[i], sorted[j])) + 1;
                    }
                }
            }
            KeyValuePair<(int Left, int Right), int> most = counts.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key).FirstOrDefault();
            if (most.Value < 2)
            {
                return;
            }
            (int left, int right) = most.Key;
            int sum = AddSum(left, right);
            foreach (SortedSet<int> terms in lines.Where(terms => terms.Contains(left) && terms.Contains(right)))
            {
                terms.Remove(left);
                terms.Remove(right);
                terms.Add(sum);
            }
        }
    }
}
