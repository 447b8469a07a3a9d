namespace FastSeg.Kernels;

/// <summary>A rectangle of pixels that were read, the wanted rectangle in it, and the grid of cells, which is the image's own.</summary>
public struct LocalShape
{
    /// <summary>Columns that were read.</summary>
    public int Width;

    /// <summary>Rows that were read.</summary>
    public int Height;

    /// <summary>Column within its cell of the first pixel that was read.</summary>
    public int CellX;

    /// <summary>Row within its cell of the first pixel that was read.</summary>
    public int CellY;

    /// <summary>First wanted column, counted from the first that was read.</summary>
    public int X;

    /// <summary>First wanted row, counted from the first that was read.</summary>
    public int Y;

    /// <summary>Wanted columns.</summary>
    public int WantedWidth;

    /// <summary>Wanted rows.</summary>
    public int WantedHeight;

    /// <summary>Channels of a pixel, a plane each.</summary>
    public int Channels;

    /// <summary>Columns and rows of a cell.</summary>
    public int Cell;

    /// <summary>Index of the window's last tap.</summary>
    public int Radius;

    /// <summary>1 where a mask says which pixels count, 0 where all do.</summary>
    public int Masked;

    /// <summary>Cells side by side that hold wanted columns.</summary>
    public readonly int CellsAcross => ((CellX + X + WantedWidth - 1) / Cell) - FirstCellX + 1;

    /// <summary>Cells one above the other that hold wanted rows.</summary>
    public readonly int CellsDown => ((CellY + Y + WantedHeight - 1) / Cell) - FirstCellY + 1;

    /// <summary>Number of the first cell that holds wanted columns, counted from the first that was read.</summary>
    public readonly int FirstCellX => (CellX + X) / Cell;

    /// <summary>Number of the first cell that holds wanted rows.</summary>
    public readonly int FirstCellY => (CellY + Y) / Cell;
}
