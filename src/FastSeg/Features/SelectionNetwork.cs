namespace FastSeg.Features;

/// <summary>Puts the smaller of two values first; a side that nobody reads any more is not computed.</summary>
internal readonly record struct Comparator(int Low, int High, bool NeedsLow, bool NeedsHigh);

/// <summary>Batcher's odd-even merge sort, cut down to the comparators that some wanted ranks depend on.</summary>
internal static class SelectionNetwork
{
    /// <summary>Comparators that bring the values of the wanted ranks to the positions of these numbers.</summary>
    /// <param name="count">Values.</param>
    /// <param name="ranks">Wanted positions in ascending order, from 0.</param>
    public static IReadOnlyList<Comparator> Create(int count, IEnumerable<int> ranks)
    {
        List<(int Low, int High)> sort = Sort(count);
        var needed = new HashSet<int>(ranks);
        var kept = new List<Comparator>();
        for (int i = sort.Count - 1; i >= 0; i--)
        {
            (int low, int high) = sort[i];
            bool needsLow = needed.Contains(low), needsHigh = needed.Contains(high);
            if (needsLow || needsHigh)
            {
                kept.Add(new Comparator(low, high, needsLow, needsHigh));
                needed.Add(low);
                needed.Add(high);
            }
        }
        kept.Reverse();
        return kept;
    }

    /// <summary>
    /// Merges runs of 2, 4, 8, ... as for the next power of two; positions past the end act as +infinity and never move, so their
    /// comparators are left out.
    /// </summary>
    private static List<(int Low, int High)> Sort(int count)
    {
        var comparators = new List<(int, int)>();
        for (int run = 1; run < count; run *= 2)
        {
            for (int step = run; step >= 1; step /= 2)
            {
                for (int first = step % run; first + step < count; first += 2 * step)
                {
                    for (int i = first; i < Math.Min(first + step, count - step); i++)
                    {
                        if (i / (2 * run) == (i + step) / (2 * run))
                        {
                            comparators.Add((i, i + step));
                        }
                    }
                }
            }
        }
        return comparators;
    }
}
