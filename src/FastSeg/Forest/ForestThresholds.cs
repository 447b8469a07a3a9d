namespace FastSeg.Forest;

/// <summary>
/// The distinct thresholds of a forest, feature by feature. Binning counts how many of a feature's thresholds are not above a value. With
/// that count as the bin, a split "value &lt; threshold number j" becomes "bin &lt;= j", so nothing is lost. Bins are bytes: a feature with
/// more than <see cref="MostOfPlane"/> thresholds gets several byte planes, each over its own stretch of them. Immutable.
/// </summary>
internal sealed class ForestThresholds
{
    /// <summary>
    /// Most thresholds of a byte plane, so that bins are 0 to 254: <see cref="BitTrees"/> needs a cut above every bin, and 255 is that cut.
    /// </summary>
    public const int MostOfPlane = 254;

    private readonly Dictionary<int, float[]> _sorted;

    /// <summary>Collects the thresholds.</summary>
    public ForestThresholds(DecisionForest forest)
    {
        var sets = new Dictionary<int, HashSet<float>>();
        for (int node = 0; node < forest.Feature.Length; node++)
        {
            if (forest.Feature[node] >= 0)
            {
                if (!sets.TryGetValue(forest.Feature[node], out HashSet<float>? set))
                {
                    sets.Add(forest.Feature[node], set = []);
                }
                set.Add(forest.Value[node]);
            }
        }
        _sorted = sets.ToDictionary(pair => pair.Key, pair => pair.Value.Order().ToArray());
    }

    /// <summary>The features that a split asks for, in no particular order.</summary>
    public IEnumerable<int> Features => _sorted.Keys;

    /// <summary>A feature's thresholds, ascending, none twice; empty where no split asks for it.</summary>
    public float[] Of(int feature) => _sorted.GetValueOrDefault(feature, []);

    /// <summary>The place of a split's threshold among its feature's.</summary>
    /// <param name="feature">The split's feature.</param>
    /// <param name="threshold">The split's threshold.</param>
    /// <param name="stretch">Which of the feature's byte planes it falls into.</param>
    /// <param name="cut">Its rank within that plane: the split goes left where the plane's bin is at most this.</param>
    public void Find(int feature, float threshold, out int stretch, out byte cut)
    {
        int rank = Array.BinarySearch(_sorted[feature], threshold);
        stretch = rank / MostOfPlane;
        cut = (byte)(rank % MostOfPlane);
    }
}
