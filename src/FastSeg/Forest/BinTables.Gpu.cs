using FastSeg.Kernels;

namespace FastSeg.Forest;

/// <summary>
/// A forest as the GPU bins by it: what <see cref="ForestTablesCpu"/> is to the CPU, but with a feature's byte planes side by side.
/// Immutable.
/// </summary>
internal sealed class BinTables
{
    /// <summary>Collects the thresholds and numbers the splits.</summary>
    public BinTables(DecisionForest forest)
    {
        var thresholds = new ForestThresholds(forest);
        Search = new BinSearch(Enumerable.Range(0, forest.Features).Select(thresholds.Of));
        Plane = new int[forest.Feature.Length];
        Cut = new byte[forest.Feature.Length];
        BinRange[] planes = Search.Features;
        for (int node = 0; node < forest.Feature.Length; node++)
        {
            int feature = forest.Feature[node];
            Plane[node] = -1;
            if (feature >= 0)
            {
                thresholds.Find(feature, forest.Value[node], out int stretch, out Cut[node]);
                Plane[node] = planes[feature].First + stretch;
            }
        }
    }

    /// <summary>The thresholds, laid out for the search.</summary>
    public BinSearch Search { get; }

    /// <summary>Byte planes.</summary>
    public int Planes => Search.Thresholds.Count;

    /// <summary>The byte plane of each node, -1 for a leaf.</summary>
    public int[] Plane { get; }

    /// <summary>For each split: it goes left where the bin is at most this.</summary>
    public byte[] Cut { get; }
}
