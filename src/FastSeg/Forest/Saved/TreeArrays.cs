namespace FastSeg.Forest.Saved;

/// <summary>The arrays of one saved tree; every access is checked, since the file may be hostile.</summary>
internal sealed class TreeArrays
{
    private readonly int _tree;
    private readonly int _features;
    private readonly double[] _left;
    private readonly double[] _right;
    private readonly double[] _feature;
    private readonly double[] _value;
    private readonly double[] _defaultLeft;

    /// <summary>Takes the arrays and checks their lengths and that no split is categorical.</summary>
    /// <exception cref="FastSegException">The tree is corrupt or of a kind that is not supported.</exception>
    public TreeArrays(ModelNode saved, int tree, int features)
    {
        _tree = tree;
        _features = features;
        // XGBoost puts trees in the order of their numbers. The reader takes them in the file's order, so the two must agree.
        if (saved.Has("id") && saved.Integer("id", 0, int.MaxValue) != tree)
        {
            throw Corrupt($"it has the number {saved.Integer("id", 0, int.MaxValue)}; trees must be in the order of their numbers");
        }
        _left = saved.NumberArray("left_children");
        _right = saved.NumberArray("right_children");
        _feature = saved.NumberArray("split_indices");
        _value = saved.NumberArray("split_conditions");
        _defaultLeft = saved.NumberArray("default_left");
        if (_left.Length == 0 || _right.Length != _left.Length || _feature.Length != _left.Length || _value.Length != _left.Length
            || _defaultLeft.Length != _left.Length)
        {
            throw Corrupt("its arrays are empty or differ in length");
        }
        if (saved.Has("split_type") && saved.NumberArray("split_type").Any(type => type != 0))
        {
            throw new FastSegException(
                $"Tree {tree} of the forest has categorical splits, which are not supported; train with numbers only.");
        }
        if (saved.Has("tree_param") && saved["tree_param"].Has("size_leaf_vector")
            && saved["tree_param"].Integer("size_leaf_vector", 0, int.MaxValue) > 1)
        {
            throw new FastSegException(
                $"Tree {tree} of the forest has vector leaves (multi_output_tree), which are not supported; "
                + "train with one_output_per_tree.");
        }
    }

    /// <summary>Nodes, also those that pruning left unreachable.</summary>
    public int Nodes => _left.Length;

    /// <summary>Whether the node has no children.</summary>
    public bool IsLeaf(int node) => _left[node] == -1;

    /// <summary>The left child.</summary>
    public int Left(int node) => Child(_left[node]);

    /// <summary>The right child.</summary>
    public int Right(int node) => Child(_right[node]);

    /// <summary>The feature of a split.</summary>
    public int Feature(int node) => _feature[node] >= 0 && _feature[node] < _features
        ? (int)_feature[node]
        : throw Corrupt(FormattableString.Invariant($"node {node} asks for feature {_feature[node]} of {_features}"));

    /// <summary>
    /// The threshold of a split or the value of a leaf. A threshold may be infinite: where training data has missing values, XGBoost's hist
    /// puts a threshold below every value.
    /// </summary>
    public float Value(int node)
    {
        float value = (float)_value[node];
        bool sound = IsLeaf(node) ? float.IsFinite(value) : !float.IsNaN(value);
        return sound ? value : throw Corrupt($"the value of node {node} is not {(IsLeaf(node) ? "finite" : "a number")}");
    }

    /// <summary>Whether a missing value goes left.</summary>
    public bool DefaultLeft(int node) => _defaultLeft[node] != 0;

    /// <summary>The sentence for a corrupt tree.</summary>
    public FastSegException Corrupt(string what) => new($"Tree {_tree} of the forest is corrupt: {what}.");

    private int Child(double child) => child > 0 && child < Nodes
        ? (int)child
        : throw Corrupt(FormattableString.Invariant($"a node names {child} as its child; it has nodes 0 to {Nodes - 1}"));
}
