namespace FastSeg.Forest.Growing;

/// <summary>The rows that come through a node. Those that the tree was drawn for decide its splits; the others only follow them.</summary>
internal unsafe struct NodeRows
{
    /// <summary>The node's number in the tree.</summary>
    public int Node;

    /// <summary>Rows that were drawn.</summary>
    public int Count;

    /// <summary>Their numbers, ascending or descending.</summary>
    public int* Ids;

    /// <summary>First and second derivative of each of them, beside one another.</summary>
    public float* Derivatives;

    /// <summary>Rows that were not drawn.</summary>
    public int OtherCount;

    /// <summary>Their numbers.</summary>
    public int* Others;

    /// <summary>Sums of the derivatives of the drawn rows.</summary>
    public double Gradient, Hessian;

    /// <summary>What the node adds as a leaf, before the learning rate: -G / (H + lambda), where the loss's parabola is least.</summary>
    public readonly double Weight(double lambda) => Hessian + lambda > 0 ? -Gradient / (Hessian + lambda) : 0;

    /// <summary>G² / (H + lambda): twice what the node as a leaf takes off the loss.</summary>
    public readonly double Score(double lambda) => Hessian + lambda > 0 ? Gradient * Gradient / (Hessian + lambda) : 0;
}
