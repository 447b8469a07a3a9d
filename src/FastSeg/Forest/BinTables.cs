namespace FastSeg.Forest;

/// <summary>
/// A forest's thresholds as the GPU bins by: what <see cref="ForestTables"/> is to the CPU, but with a feature's byte planes side by side
/// and thresholds plainly ascending, for a binary search. Immutable.
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
        FirstPlane = new int[forest.Features + 1];
        Plane = new int[forest.Feature.Length];
        Cut = new byte[forest.Feature.Length];
        float[][] sorted = [.. sets.Select(set => set?.ToArray() ?? [])];
        var firstThreshold = new List<int> { 0 };
        for (int feature = 0; feature < forest.Features; feature++)
        {
            foreach (float[] part in sorted[feature].Chunk(ForestTables.MaxThresholds))
            {
                firstThreshold.Add(firstThreshold[^1] + part.Length);
            }
            FirstPlane[feature + 1] = firstThreshold.Count - 1;
        }
        FirstThreshold = [.. firstThreshold];
        Thresholds = [.. sorted.SelectMany(thresholds => thresholds)];
        NumberSplits(forest, sorted);
    }

    /// <summary>Byte planes.</summary>
    public int Planes => FirstThreshold.Length - 1;

    /// <summary>For each feature, and behind the last one: its first byte plane.</summary>
    public int[] FirstPlane { get; }

    /// <summary>For each byte plane, and behind the last one: its first threshold.</summary>
    public int[] FirstThreshold { get; }

    /// <summary>Thresholds of all byte planes, ascending within a feature.</summary>
    public float[] Thresholds { get; }

    /// <summary>The byte plane of each node, -1 for a leaf.</summary>
    public int[] Plane { get; }

    /// <summary>A split goes left where the bin is at most this.</summary>
    public byte[] Cut { get; }

    private void NumberSplits(DecisionForest forest, float[][] sorted)
    {
        for (int node = 0; node < forest.Feature.Length; node++)
        {
            int feature = forest.Feature[node];
            Plane[node] = -1;
            if (feature >= 0)
            {
                int rank = Array.BinarySearch(sorted[feature], forest.Value[node]);
                Plane[node] = FirstPlane[feature] + (rank / ForestTables.MaxThresholds);
                Cut[node] = (byte)(rank % ForestTables.MaxThresholds);
            }
        }
    }
}
