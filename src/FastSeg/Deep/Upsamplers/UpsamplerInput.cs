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

/// <summary>Low-resolution features of a whole image, or the part of them that a region of the result needs.</summary>
/// <param name="first">The part's first value; its <c>channels x rows x columns</c> lie back to back.</param>
/// <param name="channels">Channels.</param>
/// <param name="height">Rows of the whole image.</param>
/// <param name="width">Columns of the whole image.</param>
/// <param name="part">The cells that are there.</param>
internal readonly unsafe struct LowFeatures(float* first, int channels, int height, int width, Region part)
{
    private readonly float* _first = first;

    /// <summary>Features of a whole image.</summary>
    public LowFeatures(float* first, int channels, int height, int width) : this(first, channels, height, width, new Region(0, 0, width, height))
    {
    }

    /// <summary>Channels.</summary>
    public int Channels { get; } = channels;

    /// <summary>Rows of the whole image.</summary>
    public int Height { get; } = height;

    /// <summary>Columns of the whole image.</summary>
    public int Width { get; } = width;

    /// <summary>The cells that are there.</summary>
    public Region Part { get; } = part;

    /// <summary>Floats from a channel to the next.</summary>
    public nint PlaneStride => (nint)Part.Pixels;

    /// <summary>A row of channel 0, so that the image's column x is at the pointer plus x.</summary>
    public float* Row(int row) => _first + ((nint)(row - Part.Y) * (nint)Part.Width) - (nint)Part.X;
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

    /// <summary>The same planes from another row on.</summary>
    public OutputPlanes From(int row) => new(First + ((nint)row * RowStride), PlaneStride, RowStride);
}
