namespace FastSeg.Forest.Saved;

/// <summary>The nodes of all trees while they are collected, in the order in which <see cref="DecisionForest"/> keeps them.</summary>
internal sealed class TreeList
{
    /// <summary>The trees so far.</summary>
    public List<Tree> Trees { get; } = [];

    /// <summary>See <see cref="DecisionForest.Feature"/>.</summary>
    public List<int> Feature { get; } = [];

    /// <summary>See <see cref="DecisionForest.Value"/>.</summary>
    public List<float> Value { get; } = [];

    /// <summary>See <see cref="DecisionForest.Right"/>.</summary>
    public List<int> Right { get; } = [];

    /// <summary>See <see cref="DecisionForest.DefaultLeft"/>.</summary>
    public List<bool> DefaultLeft { get; } = [];

    /// <summary>
    /// Appends a saved tree: copies the nodes that its root reaches (XGBoost's pruning leaves dead nodes behind), each node before its
    /// children. The stack is explicit, because a hostile tree may be as deep as it has nodes. More reached nodes than the file holds mean
    /// that a child is shared or its own ancestor.
    /// </summary>
    /// <param name="tree">The saved tree.</param>
    /// <param name="group">Which margin its leaves are added to.</param>
    /// <exception cref="FastSegException">The tree is corrupt.</exception>
    public void Append(TreeArrays tree, int group)
    {
        int first = Feature.Count;
        var stack = new Stack<(int Node, int Parent)>();
        stack.Push((0, -1));
        while (stack.TryPop(out (int Node, int Parent) next))
        {
            int at = Feature.Count;
            if (at - first >= tree.Nodes)
            {
                throw tree.Corrupt("its nodes do not form a tree");
            }
            if (next.Parent >= 0)
            {
                Right[next.Parent] = at;
            }
            bool leaf = tree.IsLeaf(next.Node);
            Feature.Add(leaf ? -1 : tree.Feature(next.Node));
            Value.Add(tree.Value(next.Node));
            DefaultLeft.Add(!leaf && tree.DefaultLeft(next.Node));
            Right.Add(-1);
            if (!leaf)
            {
                // The left child comes off the stack first and so follows its parent; the right one tells the parent where it went.
                stack.Push((tree.Right(next.Node), at));
                stack.Push((tree.Left(next.Node), -1));
            }
        }
        Trees.Add(new Tree(first, Feature.Count - first, group));
    }

    /// <summary>The forest of all trees so far.</summary>
    /// <param name="features">Features of a row.</param>
    /// <param name="classes">Classes.</param>
    /// <param name="baseMargins">The margin of each group before the first tree.</param>
    public DecisionForest ToForest(int features, int classes, float[] baseMargins) => new(features, classes, baseMargins)
    {
        Trees = [.. Trees],
        Feature = [.. Feature],
        Value = [.. Value],
        Right = [.. Right],
        DefaultLeft = [.. DefaultLeft],
    };
}
