using FastSeg.Kernels;

namespace FastSeg.Forest;

/// <summary>
/// A forest's thresholds as the GPU bins by: what <see cref="ForestTables"/> is to the CPU, but with a feature's byte planes side by side.
/// Immutable.
/// </summary>
internal sealed class BinTables
{
    /// <summary>Collects the thresholds.</summary>
    public BinTables(DecisionForest forest)
    {
        var sets = new SortedSet<float>?[forest.Features];
        for (int node = 0; node < forest.Feature.Length; node++)
        {
            if (forest.Feature[node] >= 0)
            {
                (sets[forest.Feature[node]] ??= []).Add(forest.Value[node]);
            }
        }
        float[][] sorted = [.. sets.Select(set => set?.ToArray() ?? [])];
        Search = new BinSearch(sorted);
        Plane = new int[forest.Feature.Length];
        Cut = new byte[forest.Feature.Length];
        NumberSplits(forest, sorted);
    }

    /// <summary>The thresholds.</summary>
    public BinSearch Search { get; }

    /// <summary>Byte planes.</summary>
    public int Planes => Search.Thresholds.Count;

    /// <summary>The byte plane of each node, -1 for a leaf.</summary>
    public int[] Plane { get; }

    /// <summary>A split goes left where the bin is at most this.</summary>
    public byte[] Cut { get; }

    private void NumberSplits(DecisionForest forest, float[][] sorted)
    {
        BinRange[] planes = Search.Features;
        for (int node = 0; node < forest.Feature.Length; node++)
        {
            int feature = forest.Feature[node];
            Plane[node] = -1;
            if (feature >= 0)
            {
                int rank = Array.BinarySearch(sorted[feature], forest.Value[node]);
                Plane[node] = planes[feature].First + (rank / ForestTables.MaxThresholds);
                Cut[node] = (byte)(rank % ForestTables.MaxThresholds);
            }
        }
    }
}
