namespace FastSeg.Simd;

/// <summary>
/// All feature planes of a few rows of pixels, as the filters leave them in the arena: float32, and small enough to be still in the L2
/// cache when the forest reads them. A band is valid only during the call that hands it out.
/// </summary>
internal readonly unsafe struct Band
{
    /// <summary>Columns of a panel, a strip of a tile, but for its last one.</summary>
    public const int PanelWidth = 256;

    /// <summary>
    /// Columns of the widest band: the last panel of a tile is wider than the others by up to a quarter. As a panel of its own so narrow a
    /// rest would have as much computed around it as a whole one: 2,080 columns, those of a tile with what smoothing needs around it, are
    /// eight panels and not nine.
    /// </summary>
    public const int MaxWidth = PanelWidth + (PanelWidth / 4);

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

    /// <summary>Into how many panels a number of columns is cut.</summary>
    public static long Panels(long columns, int panelWidth = PanelWidth) =>
        Math.Max((columns - (panelWidth / 4) + panelWidth - 1) / panelWidth, 1);

    /// <summary>Columns of the panel that begins so many columns before the end of a tile.</summary>
    public static long Panel(long columns, long panelWidth = PanelWidth) =>
        columns <= panelWidth + (panelWidth / 4) ? columns : panelWidth;

    /// <summary>Its first columns.</summary>
    public Band Until(int column) => new(X, Y, Math.Min(Width, column), Height, Planes, First, RowStride, PlaneStride);

    /// <summary>Its columns from one on.</summary>
    public Band From(int column) => new(X + column, Y, Width - column, Height, Planes, First + column, RowStride, PlaneStride);

    /// <summary>First float of a row of a plane.</summary>
    public float* Row(int plane, int row) => First + ((nint)plane * PlaneStride) + ((nint)row * RowStride);
}
