namespace FastSeg.Studio.Live;

/// <summary>
/// Which labelled pixels the live model is trained on where there are too many: the choice depends on the labels and the seed alone, so
/// that the same labels always give the same model.
/// </summary>
internal static class LiveSubset
{
    /// <summary>Labelled pixels up to which all are taken.</summary>
    public const int Most = 50_000;

    /// <summary>Pixels that a class keeps at least, where it has so many.</summary>
    private const int LeastOfClass = 500;

    /// <summary>
    /// Takes from each class n = max(500, round(50,000 x its share)) pixels, or all where it has fewer: those whose number by
    /// <see cref="Rank"/> is smallest.
    /// </summary>
    /// <param name="pages">The labelled pixels of each page, in the order of the list.</param>
    /// <param name="seed">The training's seed.</param>
    /// <returns>The same pages with fewer pixels; <paramref name="pages"/> itself where nothing is left out.</returns>
    public static IReadOnlyList<(long[] Positions, byte[] Values)> Of(IReadOnlyList<(long[] Positions, byte[] Values)> pages, int seed)
    {
        long all = pages.Sum(page => page.Positions.LongLength);
        if (all <= Most)
        {
            return pages;
        }
        ulong[] limits = Limits(pages, seed, all);
        return [.. pages.Select((page, i) => Kept(page, i, seed, limits))];
    }

    /// <summary>SplitMix64 of seed, image and pixel: the number by which pixels are chosen.</summary>
    public static ulong Rank(int seed, int image, long pixel) =>
        Mix(Mix(Mix((ulong)seed) ^ (ulong)image) ^ (ulong)pixel);

    /// <summary>The largest number that a pixel of each class may have.</summary>
    private static ulong[] Limits(IReadOnlyList<(long[] Positions, byte[] Values)> pages, int seed, long all)
    {
        var ranks = new Dictionary<byte, List<ulong>>();
        for (int image = 0; image < pages.Count; image++)
        {
            (long[] positions, byte[] values) = pages[image];
            for (int i = 0; i < positions.Length; i++)
            {
                if (!ranks.TryGetValue(values[i], out List<ulong>? list))
                {
                    ranks[values[i]] = list = [];
                }
                list.Add(Rank(seed, image, positions[i]));
            }
        }
        ulong[] limits = new ulong[256];
        foreach ((byte value, List<ulong> list) in ranks)
        {
            list.Sort();
            long wanted = Math.Max(LeastOfClass, (long)Math.Round(Most * (double)list.Count / all));
            limits[value] = list[(int)Math.Min(wanted, list.Count) - 1];
        }
        return limits;
    }

    private static (long[] Positions, byte[] Values) Kept((long[] Positions, byte[] Values) page, int image, int seed, ulong[] limits)
    {
        int[] kept = [.. Enumerable.Range(0, page.Positions.Length)
            .Where(i => Rank(seed, image, page.Positions[i]) <= limits[page.Values[i]])];
        return ([.. kept.Select(i => page.Positions[i])], [.. kept.Select(i => page.Values[i])]);
    }

    /// <summary>One step of SplitMix64 (Steele, Lea and Flood, 2014).</summary>
    private static ulong Mix(ulong state)
    {
        ulong z = state + 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
