namespace FastSeg.Features;

/// <summary>
/// Every feature plane of a small rectangle of pixels, as the filters leave it in the arena: float32, small enough to still be in the L2
/// cache when the forest reads it. Valid only during the call that hands it out.
/// </summary>
internal readonly unsafe struct Band
{
    /// <summary>Creates the view.</summary>
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

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>Planes (features times channels).</summary>
    public int Planes { get; }

    /// <summary>Plane 0, row 0, column 0; 64-byte aligned.</summary>
    public float* First { get; }

    /// <summary>
    /// Floats from a row to the next: a multiple of 64. A whole stride may be read from every row; past <see cref="Width"/> the values
    /// are unspecified.
    /// </summary>
    public int RowStride { get; }

    /// <summary>Floats from a plane to the next: a multiple of 16.</summary>
    public int PlaneStride { get; }

    /// <summary>First float of a row of a plane.</summary>
    public float* Row(int plane, int row) => First + ((nint)plane * PlaneStride) + ((nint)row * RowStride);
}

/// <summary>What is done with a band while it is in cache. A struct, so that the call is direct.</summary>
internal interface IBandConsumer
{
    /// <summary>Takes one band; the bands of a tile come in no promised order and cover its core once.</summary>
    void Consume(in Band band);
}
