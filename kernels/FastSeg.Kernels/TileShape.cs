namespace FastSeg.Kernels;

/// <summary>
/// Where a tile's pixels lie: the rectangle that was read (<see cref="Width"/> x <see cref="Height"/>, the core and its halo as far as the
/// image goes), and the core in it. Clamping coordinates to what was read repeats the image's edge pixels: a halo ends early only there.
/// </summary>
public struct TileShape
{
    /// <summary>Columns that were read.</summary>
    public int Width;

    /// <summary>Rows that were read.</summary>
    public int Height;

    /// <summary>Column of the core's first pixel among those that were read.</summary>
    public int CoreX;

    /// <summary>Row of the core's first pixel among those that were read.</summary>
    public int CoreY;

    /// <summary>Columns of the core.</summary>
    public int CoreWidth;

    /// <summary>Rows of the core.</summary>
    public int CoreHeight;

    /// <summary>Pixels of the core: the length of a feature plane.</summary>
    public readonly int CorePixels => CoreWidth * CoreHeight;
}
