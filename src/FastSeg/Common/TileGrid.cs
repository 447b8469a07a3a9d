namespace FastSeg.Common;

/// <summary>
/// A region cut into tiles, row by row. Unless an origin is given, the grid starts at the region's upper left corner, which becomes the
/// origin of the written image; so writers of tiled files get whole tiles wherever the region lies.
/// </summary>
/// <param name="Area">The region; the tiles cover each of its pixels once.</param>
/// <param name="TileWidth">Columns of a tile.</param>
/// <param name="TileHeight">Rows of a tile.</param>
internal readonly record struct TileGrid(Region Area, long TileWidth, long TileHeight)
{
    /// <summary>
    /// A pixel at which four tiles meet or would meet; null stands for the area's upper left corner. With the origin in the corner of
    /// another region, each tile holds all or nothing of one of that region's tiles.
    /// </summary>
    public (long X, long Y)? Origin { get; init; }

    /// <summary>Pixels that each tile is larger on every side than its part of the area; so tiles overlap. 0 unless set.</summary>
    public int Reach { get; init; }

    /// <summary>What no tile leaves where it is larger than its part of the area.</summary>
    public Region Page { get; init; }

    /// <summary>Tiles side by side.</summary>
    public long Columns => (Area.Right - Left + TileWidth - 1) / TileWidth;

    /// <summary>Tiles on top of each other.</summary>
    public long Rows => (Area.Bottom - Top + TileHeight - 1) / TileHeight;

    /// <summary>Number of tiles.</summary>
    public long Count => Area.IsEmpty ? 0 : checked(Columns * Rows);

    /// <summary>At least the size of the largest tile, as a region at the origin. Tiles at the edges may be smaller.</summary>
    public Region MaxCore
    {
        get
        {
            long width = Math.Min(TileWidth, Area.Width), height = Math.Min(TileHeight, Area.Height), around = 2L * Reach;
            return Reach == 0
                ? new Region(0, 0, width, height)
                : new Region(0, 0, Math.Min(width + around, Page.Width), Math.Min(height + around, Page.Height));
        }
    }

    /// <summary>Tile number <paramref name="index"/> in image coordinates, cut off at the edges of the region.</summary>
    public Region this[long index]
    {
        get
        {
            (long row, long column) = Math.DivRem(index, Columns);
            Region tile = new Region(Left + (column * TileWidth), Top + (row * TileHeight), TileWidth, TileHeight).Intersect(Area);
            return Reach == 0 ? tile : tile.Inflate(Reach).Intersect(Page);
        }
    }

    /// <summary>Column at which the first tile would begin if it were not cut off.</summary>
    private long Left => Origin is { } origin ? Area.X - Remainder(Area.X - origin.X, TileWidth) : Area.X;

    /// <summary>Row at which the first tile would begin if it were not cut off.</summary>
    private long Top => Origin is { } origin ? Area.Y - Remainder(Area.Y - origin.Y, TileHeight) : Area.Y;

    /// <summary>The remainder of a division that rounds down, so that it is never negative.</summary>
    private static long Remainder(long value, long divisor) => ((value % divisor) + divisor) % divisor;
}
