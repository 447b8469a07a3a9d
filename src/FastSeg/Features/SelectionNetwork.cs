namespace FastSeg.Features;

/// <summary>Batcher's odd-even merge sort, cut down to the comparators on which the wanted ranks depend.</summary>
internal static class SelectionNetwork
{
    /// <summary>Creates the comparators that bring the value of every wanted rank to the position of that number.</summary>
    /// <param name="count">Number of values.</param>
    /// <param name="ranks">Wanted ranks, counted from 0 in ascending order of the values.</param>
    public static IReadOnlyList<Comparator> Create(int count, IEnumerable<int> ranks)
    {
        // From the last comparator back to the first: one is kept if a wanted rank, or a comparator that is kept, reads what it writes.
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
    /// All comparators of the sort: it merges runs of 1, 2, 4, ... values, as for the next power of two. Positions past the end would hold
    /// +infinity, which never moves, so their comparators are left out.
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

/// <summary>
/// Puts the smaller of two values at position <paramref name="Low"/> and the larger one at <paramref name="High"/>.
/// </summary>
/// <param name="Low">Position of the smaller value.</param>
/// <param name="High">Position of the larger value.</param>
/// <param name="NeedsLow">Whether anybody reads the smaller value; otherwise it need not be computed.</param>
/// <param name="NeedsHigh">Whether anybody reads the larger value.</param>
internal readonly record struct Comparator(int Low, int High, bool NeedsLow, bool NeedsHigh);
