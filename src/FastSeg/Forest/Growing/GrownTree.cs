namespace FastSeg.Forest.Growing;

/// <summary>One tree as XGBoost's model file keeps it: nodes in the order in which they were made, level after level.</summary>
internal sealed class GrownTree
{
    /// <summary>A node's children; -1 for a leaf.</summary>
    public List<int> Left { get; } = [];

    /// <inheritdoc cref="Left"/>
    public List<int> Right { get; } = [];

    /// <summary>The node above; -1 for the root.</summary>
    public List<int> Parent { get; } = [];

    /// <summary>The feature that a node asks for; 0 for a leaf.</summary>
    public List<int> Feature { get; } = [];

    /// <summary>Rows below this go left; a leaf's value, which is added to the margin.</summary>
    public List<float> Value { get; } = [];

    /// <summary>What the node would add as a leaf, before the learning rate.</summary>
    public List<float> Weight { get; } = [];

    /// <summary>By how much the split lowers the loss; 0 for a leaf.</summary>
    public List<float> Gain { get; } = [];

    /// <summary>Sum of the second derivatives of the node's rows.</summary>
    public List<float> Hessian { get; } = [];

    /// <summary>Nodes.</summary>
    public int Count => Left.Count;

    /// <summary>Adds a leaf.</summary>
    /// <param name="parent">The node above; -1 for the root.</param>
    /// <param name="weight">What it adds, before the learning rate.</param>
    /// <param name="value">What it adds.</param>
    /// <param name="hessian">Sum of the second derivatives.</param>
    /// <returns>The leaf's number.</returns>
    public int Add(int parent, double weight, float value, double hessian)
    {
        Left.Add(-1);
        Right.Add(-1);
        Parent.Add(parent);
        Feature.Add(0);
        Value.Add(value);
        Weight.Add((float)weight);
        Gain.Add(0);
        Hessian.Add((float)hessian);
        return Count - 1;
    }

    /// <summary>Makes a leaf a split; its children are added next, the left one first.</summary>
    public void Split(int node, int feature, float cut, double gain)
    {
        (Left[node], Right[node]) = (Count, Count + 1);
        (Feature[node], Value[node], Gain[node]) = (feature, cut, (float)gain);
    }
}
