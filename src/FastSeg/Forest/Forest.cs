namespace FastSeg.Forest;

/// <summary>One tree: its nodes in the forest's arrays, root first, each node before its children, left before right.</summary>
/// <param name="First">The root.</param>
/// <param name="Nodes">Nodes, leaves included.</param>
/// <param name="Group">Which margin its leaves are added to.</param>
internal readonly record struct Tree(int First, int Nodes, int Group);

/// <summary>
/// Boosted trees as XGBoost saved them: immutable, shared by all workers. A pixel's margin of a group is its base margin plus one leaf
/// of every tree of the group, added in float32 in the order of the trees, which is XGBoost's own order.
/// </summary>
internal sealed class DecisionForest
{
    private ForestTables? _tables;

    private DecisionForest(int features, int classes, float[] baseMargins)
    {
        Features = features;
        Classes = classes;
        BaseMargins = baseMargins;
    }

    /// <summary>Features of a row.</summary>
    public int Features { get; }

    /// <summary>Classes.</summary>
    public int Classes { get; }

    /// <summary>Margins of a pixel: one a class, or a single one for two classes (binary:logistic).</summary>
    public int Groups => BaseMargins.Length;

    /// <summary>The margin of each group before the first tree.</summary>
    public float[] BaseMargins { get; }

    /// <summary>Trees in XGBoost's order.</summary>
    public required Tree[] Trees { get; init; }

    /// <summary>A node's feature, -1 for a leaf.</summary>
    public required int[] Feature { get; init; }

    /// <summary>A split's threshold: left where the feature is smaller. A leaf's value.</summary>
    public required float[] Value { get; init; }

    /// <summary>A split's right child; the left one is the node after it.</summary>
    public required int[] Right { get; init; }

    /// <summary>Whether a missing value (NaN) goes left.</summary>
    public required bool[] DefaultLeft { get; init; }

    /// <summary>Splits of all trees.</summary>
    public int Splits => Feature.Count(feature => feature >= 0);

    /// <summary>The thresholds as the CPU bins by, made at the first call.</summary>
    public ForestTables Tables => LazyInitializer.EnsureInitialized(ref _tables, () => new ForestTables(this));

    /// <summary>Reads a model as XGBoost saves it, UBJSON or JSON.</summary>
    /// <exception cref="FastSegException">It is corrupt, or of a kind that is not supported; the sentence names which.</exception>
    public static DecisionForest Parse(ReadOnlySpan<byte> model) => ForestReader.Read(Root(model));

    /// <summary>Whether a model is JSON; otherwise it is UBJSON.</summary>
    /// <exception cref="FastSegException">It is neither.</exception>
    public static bool IsJson(ReadOnlySpan<byte> model)
    {
        // Both start with a brace; in JSON a quote or white space follows it, in UBJSON the marker of a text's length.
        ReadOnlySpan<byte> rest = model.TrimStart(" \t\r\n"u8);
        if (rest.Length < 2 || rest[0] != '{')
        {
            throw new FastSegException(
                "The forest is no XGBoost model in UBJSON or JSON: it does not start with an object. (XGBoost's old binary format is not read; load it in XGBoost and save it as .ubj or .json.)");
        }
        return rest[1] is (byte)'"' or (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n' or (byte)'}';
    }

    /// <summary>The values of a saved model.</summary>
    /// <exception cref="FastSegException">It is corrupt.</exception>
    public static ModelNode Root(ReadOnlySpan<byte> model) =>
        IsJson(model) ? JsonModel.Read(model) : UbJsonReader.Read(model.TrimStart(" \t\r\n"u8));

    internal static DecisionForest Create(int features, int classes, float[] baseMargins, TreeList nodes) => new(features, classes, baseMargins)
    {
        Trees = [.. nodes.Trees],
        Feature = [.. nodes.Feature],
        Value = [.. nodes.Value],
        Right = [.. nodes.Right],
        DefaultLeft = [.. nodes.DefaultLeft],
    };

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
}
