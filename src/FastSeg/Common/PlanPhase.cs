namespace FastSeg;

/// <summary>
/// When a buffer exists. Statistics are taken and the transformer runs over the whole image before the first tile; their buffers are freed
/// before the next phase's are allocated.
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

    /// <summary>While mean and deviation of the samples are taken, before all others.</summary>
    Statistics,

    /// <summary>While results are put together after the last tile, such as the smaller sizes of an OME-Zarr.</summary>
    Finish,
}
