namespace FastSeg.Common;

/// <summary>
/// A region cut into tiles, row by row. The grid starts at the region's upper left corner, which becomes the origin of the written image;
/// so writers of tiled files get whole tiles wherever the region lies.
/// </summary>
/// <param name="Area">The region; the tiles cover each of its pixels once.</param>
/// <param name="TileWidth">Columns of a tile.</param>
/// <param name="TileHeight">Rows of a tile.</param>
internal readonly record struct TileGrid(Region Area, long TileWidth, long TileHeight)
{
    /// <summary>Tiles side by side.</summary>
    public long Columns => (Area.Width + TileWidth - 1) / TileWidth;

    /// <summary>Tiles on top of each other.</summary>
    public long Rows => (Area.Height + TileHeight - 1) / TileHeight;

    /// <summary>Number of tiles.</summary>
    public long Count => Area.IsEmpty ? 0 : checked(Columns * Rows);

    /// <summary>The size of the largest tile, as a region at the origin. Tiles at the right and lower edges may be smaller.</summary>
    public Region MaxCore => new(0, 0, Math.Min(TileWidth, Area.Width), Math.Min(TileHeight, Area.Height));

    /// <summary>Tile number <paramref name="index"/> in image coordinates, cut off at the edges of the region.</summary>
    public Region this[long index]
    {
        get
        {
            (long row, long column) = Math.DivRem(index, Columns);
            return new Region(Area.X + (column * TileWidth), Area.Y + (row * TileHeight), TileWidth, TileHeight)
                .Intersect(Area);
        }
    }
}
