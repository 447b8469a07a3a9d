namespace FastSeg;

/// <summary>
/// When a buffer exists. The transformer runs over the whole image before the first tile; its buffers are freed before those of the tiles
/// are allocated.
/// </summary>
public enum PlanPhase
{
    /// <summary>During the whole run.</summary>
    Run,

    /// <summary>While the transformer runs.</summary>
    Transformer,

    /// <summary>While tiles are computed.</summary>
    Tiles,

    /// <summary>
    /// While labels are made of the probabilities that a first pass over all tiles has left; the tiles' buffers are freed before.
    /// </summary>
    Weighing,
}
