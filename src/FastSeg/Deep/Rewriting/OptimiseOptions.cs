namespace FastSeg;

/// <summary>How <see cref="BackboneOptimiser"/> rewrites a network.</summary>
public sealed record OptimiseOptions
{
    /// <summary>Cells of a window's side in the new folder; null keeps the old folder's.</summary>
    public int? WindowTokens { get; init; }

    /// <summary>Cells that neighbouring windows share in the new folder; null keeps the old folder's.</summary>
    public int? OverlapTokens { get; init; }

    /// <summary>
    /// Largest relative error of a linear layer that is brought to 8 bits. Those of a well-behaved network have 0.01 to 0.03.
    /// </summary>
    public double MostLayerError { get; init; } = 0.06;

    /// <summary>Sample windows, dealt out over the images in turn.</summary>
    public int Windows { get; init; } = 16;
}
