using System.Runtime.CompilerServices;
using FastSeg.Native;

namespace FastSeg.Forest;

/// <summary>
/// A forest as the CPU bins by it: its byte planes (see <see cref="ForestThresholds"/>), each plane's thresholds laid out for the vector
/// searches, and every split's plane and cut. Immutable; shared by all workers.
/// </summary>
internal sealed unsafe class ForestTablesCpu
{
    /// <summary>Floats that a plane's thresholds take in one layout; <see cref="StepAt"/> says which floats belong to which step.</summary>
    private const int SearchStride = 304;

    private static readonly ConditionalWeakTable<DecisionForest, ForestTablesCpu> Made = new();

    private readonly HostBuffer _searches;

    private ForestTablesCpu(DecisionForest forest)
    {
        Forest = forest;
        var thresholds = new ForestThresholds(forest);
        List<PlaneThresholds> planes = Split(thresholds);
        Feature = [.. planes.Select(plane => plane.Feature)];
        Thresholds = [.. planes.Select(plane => plane.Values.Length)];
        Levels = [.. Thresholds.Select(LevelsFor)];
        _searches = new HostBuffer(Math.Max(planes.Count, 1) * 2L * SearchStride * sizeof(float));
        for (int i = 0; i < planes.Count; i++)
        {
            FillSearch(Search(i), Levels[i], planes[i].Values);
            FillBytes(SearchBytes(i), Levels[i], planes[i].Values);
        }
        Cut = new byte[forest.Feature.Length];
        Plane = new int[forest.Feature.Length];
        NumberSplits(thresholds, planes);
    }

    /// <summary>The trees.</summary>
    public DecisionForest Forest { get; }

    /// <summary>Byte planes.</summary>
    public int Planes => Feature.Length;

    /// <summary>The feature of each byte plane; planes are ordered by <see cref="Levels"/>.</summary>
    public int[] Feature { get; }

    /// <summary>Thresholds of each plane.</summary>
    public int[] Thresholds { get; }

    /// <summary>Steps of the search in each plane: 2^levels - 1 is at least its number of thresholds.</summary>
    public int[] Levels { get; }

    /// <summary>The byte plane of each node, -1 for a leaf.</summary>
    public int[] Plane { get; }

    /// <summary>For each split: it goes left where the bin is at most this.</summary>
    public byte[] Cut { get; }

    /// <summary>
    /// The tables of a forest: made at the first call, given to every later one, and kept for as long as the forest lives.
    /// </summary>
    public static ForestTablesCpu Of(DecisionForest forest) => Made.GetValue(forest, made => new ForestTablesCpu(made));

    /// <summary>
    /// A plane's thresholds as <see cref="PathSearch"/> takes them, in bit-reversed path order: the path so far, first step in the lowest
    /// bit, indexes a step's thresholds, and so the vector permutes directly. Unused entries are +infinity, which no finite value reaches.
    /// </summary>
    public float* Search(int plane) => (float*)_searches.Pointer + ((nint)plane * 2 * SearchStride);

    /// <summary>
    /// The same thresholds as <see cref="ByteSearch"/> takes them: four steps for permutations of floats, the later steps as
    /// <see cref="ByteTables"/>, indexed by the path with its first step in the highest bit.
    /// </summary>
    public float* SearchBytes(int plane) => Search(plane) + SearchStride;

    /// <summary>
    /// Where a step's thresholds begin in <see cref="Search"/>, in floats: the first five steps take a vector of 16 each, step 5 takes 32,
    /// step 6 takes 64 and step 7 takes 128.
    /// </summary>
    private static int StepAt(int step) => step < 5 ? 16 * step : 16 * (step switch { 5 => 5, 6 => 7, _ => 11 });

    private static int LevelsFor(int thresholds)
    {
        int levels = 1;
        while ((1 << levels) - 1 < thresholds)
        {
            levels++;
        }
        return levels;
    }

    /// <summary>Cuts each feature's thresholds into byte planes; planes with equally long searches follow one another.</summary>
    private static List<PlaneThresholds> Split(ForestThresholds thresholds)
    {
        var planes = new List<PlaneThresholds>();
        foreach (int feature in thresholds.Features)
        {
            planes.AddRange(thresholds.Of(feature).Chunk(ForestThresholds.MostOfPlane)
                .Select((values, stretch) => new PlaneThresholds(feature, stretch, values)));
        }
        return [.. planes.OrderBy(plane => LevelsFor(plane.Values.Length)).ThenBy(plane => plane.Feature).ThenBy(plane => plane.Stretch)];
    }

    private static void FillSearch(float* search, int levels, float[] thresholds)
    {
        new Span<float>(search, SearchStride).Fill(float.PositiveInfinity);
        for (int step = 0; step < levels; step++)
        {
            for (int path = 0; path < 1 << step; path++)
            {
                // Turns the path's bits round: from the first step in the lowest bit to the first step in the highest.
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

    /// <summary>
    /// The threshold that a value is compared with in a step of the search: the middle one of those that the path so far (first step in the
    /// highest bit) leaves, +infinity where the plane has no such threshold.
    /// </summary>
    private static float ThresholdOf(float[] thresholds, int levels, int step, int path)
    {
        int rank = step < levels ? (((2 * path) + 1) << (levels - 1 - step)) - 1 : int.MaxValue;
        return rank < thresholds.Length ? thresholds[rank] : float.PositiveInfinity;
    }

    private void NumberSplits(ForestThresholds thresholds, List<PlaneThresholds> planes)
    {
        var numbers = new Dictionary<(int Feature, int Stretch), int>();
        for (int i = 0; i < planes.Count; i++)
        {
            numbers.Add((planes[i].Feature, planes[i].Stretch), i);
        }
        for (int node = 0; node < Plane.Length; node++)
        {
            Plane[node] = -1;
            int feature = Forest.Feature[node];
            if (feature >= 0)
            {
                thresholds.Find(feature, Forest.Value[node], out int stretch, out Cut[node]);
                Plane[node] = numbers[(feature, stretch)];
            }
        }
    }

    /// <summary>The thresholds of one byte plane: which stretch of which feature's, and their values.</summary>
    private readonly record struct PlaneThresholds(int Feature, int Stretch, float[] Values);
}
