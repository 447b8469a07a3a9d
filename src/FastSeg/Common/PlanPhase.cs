namespace FastSeg;

/// <summary>
/// When a buffer exists. The transformer runs over the whole image before the first tile, and its buffers are gone by then.
/// </summary>
public enum PlanPhase
{
    /// <summary>During the whole run.</summary>
    Run,

    /// <summary>While the transformer runs.</summary>
    Transformer,

    /// <summary>While tiles are computed.</summary>
    Tiles,
}
