using FastSeg.Kernels;

namespace FastSeg.Forest;

/// <summary>
/// The search trees of every byte plane, as <see cref="BinSink"/> walks them on the device: four thresholds a node, five children.
/// Immutable.
/// </summary>
internal sealed class BinSearch
{
    /// <summary>Children of a node.</summary>
    private const int Children = 5;

    private readonly List<BinRange> _features = [];
    private readonly List<BinPlane> _planes = [];
    private readonly List<BinNode> _nodes = [];
    private readonly List<float[]> _thresholds = [];

    /// <summary>Cuts each feature's thresholds into byte planes and lays out their search trees.</summary>
    /// <param name="thresholds">For each feature, ascending, none twice.</param>
    public BinSearch(IEnumerable<float[]> thresholds)
    {
        foreach (float[] feature in thresholds)
        {
            int first = _planes.Count;
            foreach (float[] plane in feature.Chunk(ForestThresholds.MostOfPlane))
            {
                AppendPlane(plane);
            }
            _features.Add(new BinRange { First = first, End = _planes.Count });
        }
        (Features, Planes, Nodes) = ([.. _features], [.. _planes], [.. _nodes]);
    }

    /// <summary>For each feature its byte planes.</summary>
    public BinRange[] Features { get; }

    /// <summary>For each byte plane its search tree.</summary>
    public BinPlane[] Planes { get; }

    /// <summary>The nodes of all search trees.</summary>
    public BinNode[] Nodes { get; }

    /// <summary>For each byte plane its thresholds.</summary>
    public IReadOnlyList<float[]> Thresholds => _thresholds;

    /// <summary>
    /// Steps of a search among this many thresholds: levels of the tree whose lowest children are the thresholds + 1 bins.
    /// </summary>
    public static int Steps(int thresholds)
    {
        int steps = 0;
        for (int bins = 1; bins <= thresholds; bins *= Children)
        {
            steps++;
        }
        return steps;
    }

    private void AppendPlane(float[] thresholds)
    {
        int first = _nodes.Count, below = 1;
        for (int step = 1; step < Steps(thresholds.Length); step++)
        {
            below *= Children;
        }
        // Level by level. A child of this level stands for `below` bins, those of the root for the most.
        for (int nodes = 1; below > 0; nodes *= Children, below /= Children)
        {
            for (int node = 0; node < nodes; node++)
            {
                // A bin is the number of thresholds passed, so a child's first bin begins at the threshold of the rank before it. Where
                // there is none the node holds NaN, which no value reaches.
                float Threshold(int child)
                {
                    int rank = (((node * Children) + child) * below) - 1;
                    return rank < thresholds.Length ? thresholds[rank] : float.NaN;
                }
                _nodes.Add(new BinNode { A = Threshold(1), B = Threshold(2), C = Threshold(3), D = Threshold(4) });
            }
        }
        _planes.Add(new BinPlane { First = first, End = _nodes.Count, Step = 1 - (4 * first) });
        _thresholds.Add(thresholds);
    }
}
