namespace FastSeg.Simd;

/// <summary>
/// All feature planes of a few rows of pixels, as the filters leave them in the arena: float32, and small enough to be still in the L2
/// cache when the forest reads them. A band is valid only during the call that hands it out.
/// </summary>
internal readonly unsafe struct Band
{
    /// <summary>Columns of the widest band.</summary>
    public const int MaxWidth = 256;

    /// <summary>Rows of the tallest band.</summary>
    public const int MaxHeight = 16;

    /// <summary>Describes planes that lie in an <see cref="Arena"/>; nothing is copied.</summary>
    public Band(long x, long y, int width, int height, int planes, float* first, int rowStride, int planeStride)
    {
        X = x;
        Y = y;
        Width = width;
        Height = height;
        Planes = planes;
        First = first;
        RowStride = rowStride;
        PlaneStride = planeStride;
    }

    /// <summary>First column, in image coordinates.</summary>
    public long X { get; }

    /// <summary>First row, in image coordinates.</summary>
    public long Y { get; }

    /// <summary>Columns that hold features.</summary>
    public int Width { get; }

    /// <summary>Rows that hold features.</summary>
    public int Height { get; }

    /// <summary>
    /// Number of planes: the features of a channel times the channels, then the planes that are reserved for deep features.
    /// </summary>
    public int Planes { get; }

    /// <summary>Plane 0, row 0, column 0; 64-byte aligned.</summary>
    public float* First { get; }

    /// <summary>
    /// Floats from a row to the next, a multiple of 64. Every row may be read up to its whole stride; the values past
    /// <see cref="Width"/> are unspecified.
    /// </summary>
    public int RowStride { get; }

    /// <summary>Floats from a plane to the next, a multiple of 16.</summary>
    public int PlaneStride { get; }

    /// <summary>First float of a row of a plane.</summary>
    public float* Row(int plane, int row) => First + ((nint)plane * PlaneStride) + ((nint)row * RowStride);
}
