namespace FastSeg.Probabilities;

/// <summary>What the guided filter reads of one tile. The memory is the caller's.</summary>
internal readonly unsafe struct GuidedTileCpu
{
    /// <summary>The pixels that are smoothed, in image coordinates.</summary>
    public required Region Core { get; init; }

    /// <summary>The pixels that are read: the core with <see cref="GuidedFilter.Halo"/> pixels around, as far as the image goes.</summary>
    public required Region Outer { get; init; }

    /// <summary>Probabilities: classes x pixels of <see cref="Outer"/>, row-major without padding.</summary>
    public required float* Probabilities { get; init; }

    /// <summary>The guide of <see cref="Outer"/>, row-major without padding.</summary>
    public required float* Guide { get; init; }

    /// <summary>One byte a pixel of <see cref="Outer"/>, 0 where the mask leaves the pixel out; null where there is no mask.</summary>
    public byte* Mask { get; init; }
}
