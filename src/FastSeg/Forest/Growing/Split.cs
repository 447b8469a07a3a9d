namespace FastSeg.Forest.Growing;

/// <summary>Where a node may be split, and what that is worth.</summary>
internal readonly record struct Split
{
    /// <summary>The feature; -1 where nothing was found.</summary>
    public int Feature { get; init; }

    /// <summary>The last bin that goes left.</summary>
    public int Bin { get; init; }

    /// <summary>Sum of G² / (H + lambda) of both sides.</summary>
    public double Score { get; init; }

    /// <summary>Sums of first and second derivatives of the left rows.</summary>
    public double LeftGradient { get; init; }

    /// <inheritdoc cref="LeftGradient"/>
    public double LeftHessian { get; init; }

    /// <summary>No split.</summary>
    public static Split None => new() { Feature = -1, Score = double.NegativeInfinity };
}
