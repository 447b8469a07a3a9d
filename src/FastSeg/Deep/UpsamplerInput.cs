using FastSeg.Images;

namespace FastSeg.Deep;

/// <summary>
/// Part of a guidance image: samples mapped to 0..1, three planes. What lies outside the region repeats its edge, so a part that ends at
/// the image's border serves an image that was edge-replicated to multiples of the patch.
/// </summary>
/// <param name="first">Plane 0, the region's first pixel.</param>
/// <param name="planeStride">Floats from a plane to the next; 0 shows a grey image in all three.</param>
/// <param name="rowStride">Floats from a row to the next.</param>
/// <param name="region">The pixels that are there.</param>
internal readonly unsafe struct GuidanceImage(float* first, nint planeStride, nint rowStride, Region region)
{
    private readonly float* _first = first;

    /// <summary>The pixels that are there.</summary>
    public Region Region { get; } = region;

    /// <summary>A row of a plane, so that the image's column x is at the pointer plus x.</summary>
    public float* Row(int plane, int row) =>
        _first + (plane * planeStride) + ((nint)(Math.Clamp(row, Region.Y, Region.Bottom - 1) - Region.Y) * rowStride) - (nint)Region.X;
}

/// <summary>Low-resolution features of a whole image: <c>channels x height x width</c>, contiguous.</summary>
/// <param name="first">The first value.</param>
/// <param name="channels">Channels.</param>
/// <param name="height">Rows.</param>
/// <param name="width">Columns.</param>
internal readonly unsafe struct LowFeatures(float* first, int channels, int height, int width)
{
    /// <summary>The first value.</summary>
    public float* First { get; } = first;

    /// <summary>Channels.</summary>
    public int Channels { get; } = channels;

    /// <summary>Rows.</summary>
    public int Height { get; } = height;

    /// <summary>Columns.</summary>
    public int Width { get; } = width;
}

/// <summary>Where a region of the result goes.</summary>
/// <param name="first">Plane 0, the region's first pixel.</param>
/// <param name="planeStride">Floats from a plane to the next.</param>
/// <param name="rowStride">Floats from a row to the next.</param>
internal readonly unsafe struct OutputPlanes(float* first, nint planeStride, nint rowStride)
{
    /// <summary>Plane 0, the region's first pixel.</summary>
    public float* First { get; } = first;

    /// <summary>Floats from a plane to the next.</summary>
    public nint PlaneStride { get; } = planeStride;

    /// <summary>Floats from a row to the next.</summary>
    public nint RowStride { get; } = rowStride;
}
