namespace FastSeg.Images;

/// <summary>
/// A region cut into tiles, row by row. Inner corners lie on multiples of the tile's size counted from the image's origin, so that
/// writers of tiled files get whole tiles whatever the region is.
/// </summary>
/// <param name="Area">The region that is covered, once.</param>
/// <param name="TileWidth">Columns of a tile.</param>
/// <param name="TileHeight">Rows of a tile.</param>
internal readonly record struct TileGrid(Region Area, long TileWidth, long TileHeight)
{
    private long FirstColumn => Area.X / TileWidth;

    private long FirstRow => Area.Y / TileHeight;

    /// <summary>Tiles in a row.</summary>
    public long Columns => ((Area.Right + TileWidth - 1) / TileWidth) - FirstColumn;

    /// <summary>Rows of tiles.</summary>
    public long Rows => ((Area.Bottom + TileHeight - 1) / TileHeight) - FirstRow;

    /// <summary>Tiles.</summary>
    public long Count => Area.IsEmpty ? 0 : checked(Columns * Rows);

    /// <summary>Tile number <paramref name="index"/>, in image coordinates.</summary>
    public Region this[long index]
    {
        get
        {
            (long row, long column) = Math.DivRem(index, Columns);
            return new Region((FirstColumn + column) * TileWidth, (FirstRow + row) * TileHeight, TileWidth, TileHeight).Intersect(Area);
        }
    }
}
