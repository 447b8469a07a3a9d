namespace FastSeg.Forest;

/// <summary>
/// Boosted trees as XGBoost saved them: immutable, shared by all workers. A pixel's margin of a group is its base margin plus one leaf
/// of every tree of the group, added in float32 in the order of the trees, which is XGBoost's own order.
/// </summary>
/// <param name="features">Features of a row.</param>
/// <param name="classes">Classes.</param>
/// <param name="baseMargins">The margin of each group before the first tree.</param>
internal sealed class DecisionForest(int features, int classes, float[] baseMargins)
{
    private int[][]? _treesOf;
    private int[]? _depth;

    /// <summary>Features of a row.</summary>
    public int Features { get; } = features;

    /// <summary>Classes.</summary>
    public int Classes { get; } = classes;

    /// <summary>Margins of a pixel: one a class, or a single one for two classes (binary:logistic).</summary>
    public int Groups => BaseMargins.Length;

    /// <summary>The margin of each group before the first tree.</summary>
    public float[] BaseMargins { get; } = baseMargins;

    /// <summary>Trees in XGBoost's order.</summary>
    public required Tree[] Trees { get; init; }

    /// <summary>A node's feature, -1 for a leaf.</summary>
    public required int[] Feature { get; init; }

    /// <summary>A split's threshold (smaller values go left), or a leaf's value.</summary>
    public required float[] Value { get; init; }

    /// <summary>A split's right child; the left one is the node after it.</summary>
    public required int[] Right { get; init; }

    /// <summary>Whether a missing value (NaN) goes left.</summary>
    public required bool[] DefaultLeft { get; init; }

    /// <summary>Splits of all trees.</summary>
    public int Splits => Feature.Count(feature => feature >= 0);

    /// <summary>The numbers of each group's trees, in XGBoost's order.</summary>
    public int[][] TreesOf => _treesOf ??= [.. Enumerable.Range(0, Groups).Select(group =>
        Enumerable.Range(0, Trees.Length).Where(tree => Trees[tree].Group == group).ToArray())];

    /// <summary>For each tree the number of splits on its longest way down.</summary>
    public int[] Depth => _depth ??= [.. Trees.Select(DepthOf)];

    /// <summary>The margins of one row, walked node by node: what every faster path must equal, bit for bit.</summary>
    /// <param name="row"><see cref="Features"/> values.</param>
    /// <param name="margins">Receives <see cref="Groups"/> values.</param>
    public void Margins(ReadOnlySpan<float> row, Span<float> margins)
    {
        BaseMargins.CopyTo(margins);
        foreach (Tree tree in Trees)
        {
            int node = tree.First;
            while (Feature[node] >= 0)
            {
                float value = row[Feature[node]];
                bool left = float.IsNaN(value) ? DefaultLeft[node] : value < Value[node];
                node = left ? node + 1 : Right[node];
            }
            margins[tree.Group] += Value[node];
        }
    }

    private int DepthOf(Tree tree)
    {
        int[] depth = new int[tree.Nodes];
        for (int i = 0; i < tree.Nodes; i++)
        {
            int node = tree.First + i;
            if (Feature[node] >= 0)
            {
                depth[i + 1] = depth[i] + 1;
                depth[Right[node] - tree.First] = depth[i] + 1;
            }
        }
        return depth.Max();
    }
}

/// <summary>One tree: its nodes in the forest's arrays, root first, each node before its children, left before right.</summary>
/// <param name="First">The root.</param>
/// <param name="Nodes">Nodes, leaves included.</param>
/// <param name="Group">Which margin its leaves are added to.</param>
internal readonly record struct Tree(int First, int Nodes, int Group);
