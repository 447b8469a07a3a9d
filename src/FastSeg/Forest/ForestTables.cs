using FastSeg.Native;

namespace FastSeg.Forest;

/// <summary>
/// A forest's thresholds as the CPU bins by: a feature's value becomes the number of thresholds not above it, one byte, and a split
/// "value &lt; threshold number j" becomes "bin &lt;= j": nothing is lost. A feature with more than 254 thresholds gets several byte
/// planes, each over its own stretch of them. Immutable; shared by all workers.
/// </summary>
internal sealed unsafe class ForestTables
{
    /// <summary>Most thresholds of a byte plane: a bin of 255 would not be below the cut that <see cref="BitTrees"/> gives to others' labels.</summary>
    public const int MaxThresholds = 254;

    /// <summary>Floats of a plane's thresholds, which are there twice: <see cref="Search"/> and <see cref="SearchBytes"/>.</summary>
    private const int SearchStride = 304;

    private readonly HostBuffer _searches;

    /// <summary>Collects the thresholds.</summary>
    public ForestTables(DecisionForest forest)
    {
        Forest = forest;
        List<(int Feature, float[] Thresholds)> planes = Collect(forest, out float[][] all);
        Feature = [.. planes.Select(plane => plane.Feature)];
        Levels = [.. planes.Select(plane => LevelsFor(plane.Thresholds.Length))];
        _searches = new HostBuffer(Math.Max(planes.Count, 1) * 2L * SearchStride * sizeof(float));
        for (int i = 0; i < planes.Count; i++)
        {
            FillSearch(Search(i), Levels[i], planes[i].Thresholds);
            FillBytes(SearchBytes(i), Levels[i], planes[i].Thresholds);
        }
        Cut = new byte[forest.Feature.Length];
        Plane = new int[forest.Feature.Length];
        NumberSplits(forest, planes, all);
        TreesOf = [.. Enumerable.Range(0, forest.Groups).Select(group =>
            Enumerable.Range(0, forest.Trees.Length).Where(tree => forest.Trees[tree].Group == group).ToArray())];
        Depth = [.. forest.Trees.Select(tree => DepthOf(forest, tree))];
    }

    /// <summary>The trees.</summary>
    public DecisionForest Forest { get; }

    /// <summary>Byte planes.</summary>
    public int Planes => Feature.Length;

    /// <summary>The feature of each byte plane; planes are ordered by <see cref="Levels"/>.</summary>
    public int[] Feature { get; }

    /// <summary>Steps of the search in each plane: 2^levels - 1 is at least its number of thresholds.</summary>
    public int[] Levels { get; }

    /// <summary>The byte plane of each node, -1 for a leaf.</summary>
    public int[] Plane { get; }

    /// <summary>A split goes left where the bin is at most this.</summary>
    public byte[] Cut { get; }

    /// <summary>The numbers of each group's trees, in XGBoost's order.</summary>
    public int[][] TreesOf { get; }

    /// <summary>Splits on the longest way down each tree.</summary>
    public int[] Depth { get; }

    /// <summary>
    /// The thresholds of a plane for a search of <see cref="Levels"/> steps. The path so far, first step in the lowest bit, numbers the
    /// thresholds of a step, so that the path chooses from vector registers as it is; what is missing is infinite.
    /// </summary>
    public float* Search(int plane) => (float*)_searches.Pointer + ((nint)plane * 2 * SearchStride);

    /// <summary>The same as <see cref="ByteSearch"/> takes it: four steps for permutations, later ones as <see cref="ByteTables"/>, by sorted paths.</summary>
    public float* SearchBytes(int plane) => Search(plane) + SearchStride;

    /// <summary>Where a step's thresholds begin, in floats: 16 for each of the first five, then as many as there are paths.</summary>
    public static int StepAt(int step) => step < 5 ? 16 * step : 16 * (step switch { 5 => 5, 6 => 7, _ => 11 });

    private static int DepthOf(DecisionForest forest, Tree tree)
    {
        int[] depth = new int[tree.Nodes];
        for (int i = 0; i < tree.Nodes; i++)
        {
            int node = tree.First + i;
            if (forest.Feature[node] >= 0)
            {
                depth[i + 1] = depth[i] + 1;
                depth[forest.Right[node] - tree.First] = depth[i] + 1;
            }
        }
        return depth.Max();
    }

    private static int LevelsFor(int thresholds)
    {
        int levels = 1;
        while ((1 << levels) - 1 < thresholds)
        {
            levels++;
        }
        return levels;
    }

    private static List<(int Feature, float[] Thresholds)> Collect(DecisionForest forest, out float[][] all)
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
        all = new float[sets.Count == 0 ? 0 : sets.Keys.Max() + 1][];
        var planes = new List<(int, float[])>();
        foreach ((int feature, HashSet<float> set) in sets)
        {
            float[] sorted = [.. set.Order()];
            all[feature] = sorted;
            planes.AddRange(sorted.Chunk(MaxThresholds).Select(chunk => (feature, chunk)));
        }
        return [.. planes.OrderBy(plane => LevelsFor(plane.Item2.Length)).ThenBy(plane => plane.Item1).ThenBy(plane => plane.Item2[0])];
    }

    private static void FillSearch(float* search, int levels, float[] thresholds)
    {
        new Span<float>(search, SearchStride).Fill(float.PositiveInfinity);
        for (int step = 0; step < levels; step++)
        {
            for (int path = 0; path < 1 << step; path++)
            {
                int sorted = 0;
                for (int bit = 0; bit < step; bit++)
                {
                    sorted = (2 * sorted) + ((path >> bit) & 1);
                }
                search[StepAt(step) + path] = ThresholdOf(thresholds, levels, step, sorted);
            }
        }
    }

    private static void FillBytes(float* search, int levels, float[] thresholds)
    {
        float Threshold(int step, int path) => ThresholdOf(thresholds, levels, step, path);
        ByteSearch.FillFirst(Threshold, search);
        float* sorted = stackalloc float[128];
        for (int step = ByteSearch.FirstSteps, at = ByteSearch.FirstFloats; step < levels; at += 1 << step++)
        {
            for (int path = 0; path < 1 << step; path++)
            {
                sorted[path] = Threshold(step, path);
            }
            ByteTables.Arrange(sorted, 1 << step, search + at);
        }
    }

    // The threshold that halves what a sorted path leaves; infinite where there is none.
    private static float ThresholdOf(float[] thresholds, int levels, int step, int path)
    {
        int rank = step < levels ? (((2 * path) + 1) << (levels - 1 - step)) - 1 : int.MaxValue;
        return rank < thresholds.Length ? thresholds[rank] : float.PositiveInfinity;
    }

    private void NumberSplits(DecisionForest forest, List<(int Feature, float[] Thresholds)> planes, float[][] all)
    {
        var first = new Dictionary<(int Feature, float First), int>();
        for (int i = 0; i < planes.Count; i++)
        {
            first.Add((planes[i].Feature, planes[i].Thresholds[0]), i);
        }
        for (int node = 0; node < forest.Feature.Length; node++)
        {
            Plane[node] = -1;
            if (forest.Feature[node] >= 0)
            {
                float[] sorted = all[forest.Feature[node]];
                int rank = Array.BinarySearch(sorted, forest.Value[node]);
                Cut[node] = (byte)(rank % MaxThresholds);
                Plane[node] = first[(forest.Feature[node], sorted[rank - Cut[node]])];
            }
        }
    }
}
