namespace FastSeg.Images;

/// <summary>
/// A region cut into tiles, row by row, from its own upper left corner: that is the origin of what is written, so writers of tiled files
/// get whole tiles wherever the region lies.
/// </summary>
/// <param name="Area">The region that is covered, once.</param>
/// <param name="TileWidth">Columns of a tile.</param>
/// <param name="TileHeight">Rows of a tile.</param>
internal readonly record struct TileGrid(Region Area, long TileWidth, long TileHeight)
{
    /// <summary>Tiles in a row.</summary>
    public long Columns => (Area.Width + TileWidth - 1) / TileWidth;

    /// <summary>Rows of tiles.</summary>
    public long Rows => (Area.Height + TileHeight - 1) / TileHeight;

    /// <summary>Tiles.</summary>
    public long Count => Area.IsEmpty ? 0 : checked(Columns * Rows);

    /// <summary>Tile number <paramref name="index"/>, in image coordinates.</summary>
    public Region this[long index]
    {
        get
        {
            (long row, long column) = Math.DivRem(index, Columns);
            return new Region(Area.X + (column * TileWidth), Area.Y + (row * TileHeight), TileWidth, TileHeight).Intersect(Area);
        }
    }
}
