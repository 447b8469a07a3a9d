namespace FastSeg.Features;

/// <summary>
/// The additions that make the lines' responses, in a fixed order, so that every backend gives the same bits. Neighbouring lines share
/// most of their inner pixels; sums that several lines have in common are formed once (348 additions instead of 416 for the default).
/// </summary>
/// <remarks>
/// Terms are numbered: first the pairs of <see cref="MembraneLines.Pairs"/> (the upper pixel + its mirror image), then the
/// <see cref="Sums"/>, each of which adds two earlier terms. Response k is fma(term <see cref="LineTerm"/>[k], q, centre pixel * q), where
/// q is the reciprocal of the line's pixel count, rounded to float.
/// <para>
/// The six features follow from the responses. sum: responses k, k + 4, k + 8, ... are added up for k = 0 to 3, and these four sums as
/// (0 + 1) + (2 + 3). mean = sum * (1 / angles). std = sqrt(s * (1 / angles)), where s is the sum of the squares of (response - mean),
/// fused onto four sums and joined in the same way. median: the middle response, or half the sum of the middle two. max and min.
/// </para>
/// </remarks>
internal sealed class MembranePlan
{
    /// <summary>Most pairs, counted once a line, for which common sums are searched: the search takes time quadratic in them.</summary>
    private const int SearchLimit = 1000;

    /// <summary>Sums over the responses that are formed side by side; see the remarks.</summary>
    public const int Chains = 4;

    /// <summary>Stands for the term of a line that has no pixel but the centre.</summary>
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

    /// <summary>The lines' pixels.</summary>
    public MembraneLines Lines { get; }

    /// <summary>The sums of two earlier terms, in the order of their numbers.</summary>
    public IReadOnlyList<(int Left, int Right)> Sums => _sums;

    /// <summary>For every line, the term that is the sum of its pixels without the centre, or <see cref="NoTerm"/>.</summary>
    public int[] LineTerm { get; }

    /// <summary>Adds the sum of two terms to the plan; returns its number.</summary>
    private int AddSum(int left, int right)
    {
        _sums.Add((left, right));
        return Lines.Pairs.Count + _sums.Count - 1;
    }

    /// <summary>
    /// Replaces two terms by their sum in all lines that have both: again and again the two that most lines share (of several such pairs,
    /// the one with the smallest numbers), until no two terms are shared by two lines.
    /// </summary>
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
            KeyValuePair<(int Left, int Right), int> most = counts
                .OrderByDescending(pair => pair.Value)
                .ThenBy(pair => pair.Key)
                .FirstOrDefault();
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
