namespace FastSeg.Backends;

/// <summary>What a backend that smooths must know of a tile, besides its samples.</summary>
/// <param name="core">The pixels that are smoothed; the tile's core is these and the smoothing's reach.</param>
/// <param name="mask">One byte for each pixel of the tile's core, 0 where it is left out; null where there is no mask.</param>
internal readonly unsafe struct SmoothingRequest(Region core, byte* mask)
{
    /// <summary>The pixels that are smoothed.</summary>
    public Region Core { get; } = core;

    /// <summary>The mask, the caller's memory, or null.</summary>
    public byte* Mask { get; } = mask;
}
