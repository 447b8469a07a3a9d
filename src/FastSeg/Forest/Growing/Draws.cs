namespace FastSeg.Forest.Growing;

/// <summary>
/// Random numbers by position: what is drawn depends on the seed, the tree and the thing that it is drawn for, never on the order of
/// drawing. So rows and nodes may be visited by any number of threads. One step of SplitMix64 (Steele, Lea and Flood, 2014) mixes each.
/// </summary>
/// <param name="seed">The seed of the training.</param>
/// <param name="tree">The tree, counted over all rounds and classes.</param>
internal readonly struct Draws(int seed, int tree)
{
    private readonly ulong _key = Mix(Mix((ulong)seed) ^ (ulong)tree);

    /// <summary>64 random bits for one thing.</summary>
    public ulong At(long thing) => Mix(_key ^ (ulong)thing);

    /// <summary>A share of all numbers that <see cref="At"/> gives: a thing is drawn where its upper 53 bits are below this.</summary>
    public static ulong Limit(double share) => (ulong)(share * (1UL << 53));

    /// <summary>
    /// Draws <paramref name="count"/> different features for a node, ascending (Fisher and Yates' shuffle, as far as it is needed).
    /// </summary>
    /// <param name="node">The node, by its number in the tree.</param>
    /// <param name="features">All features in the order that earlier nodes left, on which the draw depends too; it is changed.</param>
    /// <param name="count">How many are drawn; they are then the first ones.</param>
    public void Features(int node, Span<int> features, int count)
    {
        // Rows have the numbers from 0 up; nodes have those of the other half.
        ulong state = At(long.MinValue | (long)node);
        for (int i = 0; i < count; i++)
        {
            state = Mix(state);
            int other = i + (int)(ulong)(((UInt128)state * (ulong)(features.Length - i)) >> 64);
            (features[i], features[other]) = (features[other], features[i]);
        }
        features[..count].Sort();
    }

    private static ulong Mix(ulong state)
    {
        ulong z = state + 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
