using System.Numerics;

namespace FastSeg.Studio.Live;

/// <summary>
/// What one model made of one page, as far as it is computed. Results come as rectangles whose corners lie on multiples of
/// <see cref="Cell"/> pixels or at the page's edge, and are read at any level. Safe for several threads.
/// </summary>
/// <param name="width">Columns of the page.</param>
/// <param name="height">Rows of the page.</param>
/// <param name="pool">Where the tiles are counted.</param>
internal sealed class OverlayCanvas(long width, long height, OverlayPool pool)
{
    /// <summary>Pixels along each side of the squares of which the canvas knows whether they are computed.</summary>
    public const int Cell = 64;

    private const int CellsOfTile = OverlayTile.Side / Cell;

    /// <summary>Tiles by row x columns of tiles + column, each with a bit for every cell that is computed.</summary>
    private readonly Dictionary<long, (OverlayTile Tile, ushort Cells)> _tiles = [];
    private readonly long _across = (width + OverlayTile.Side - 1) / OverlayTile.Side;
    private readonly long _allCells = (width + Cell - 1) / Cell * ((height + Cell - 1) / Cell);

    /// <summary>Cells that are computed, and the pixels of each value once they were counted.</summary>
    private long _cells;
    private long[]? _counts;

    /// <summary>The whole page.</summary>
    public Region Bounds { get; } = new(0, 0, width, height);

    /// <summary>The smallest rectangle of whole cells around a region, cut off at the page's edge.</summary>
    public Region WholeCells(Region region)
    {
        Region inside = region.Intersect(Bounds);
        long left = inside.X / Cell * Cell, top = inside.Y / Cell * Cell;
        long right = (inside.Right + Cell - 1) / Cell * Cell, bottom = (inside.Bottom + Cell - 1) / Cell * Cell;
        return inside.IsEmpty ? inside : new Region(left, top, right - left, bottom - top).Intersect(Bounds);
    }

    /// <summary>Whether the cell that holds a pixel is computed.</summary>
    public bool Has(long x, long y)
    {
        lock (pool.Lock)
        {
            return _tiles.TryGetValue(Key(x, y), out (OverlayTile Tile, ushort Cells) entry) && (entry.Cells & Bit(x, y)) != 0;
        }
    }

    /// <summary>Keeps the values of a rectangle of whole cells.</summary>
    public void Put(Region region, ReadOnlySpan<byte> values)
    {
        lock (pool.Lock)
        {
            foreach (Region part in TilesOf(region))
            {
                OverlayTile tile = TileAt(part.X, part.Y, CellsIn(part));
                Region inside = part with { X = part.X % OverlayTile.Side, Y = part.Y % OverlayTile.Side };
                int first = (int)(((part.Y - region.Y) * region.Width) + part.X - region.X);
                tile.Put(inside, values[first..], (int)region.Width);
                tile.Reduce(inside);
            }
        }
    }

    /// <summary>Reads a rectangle of a level; 0 where nothing is computed.</summary>
    /// <param name="region">The rectangle, in pixels of the level; what lies outside the page is 0.</param>
    /// <param name="level">How often the page is halved.</param>
    /// <param name="to">Receives the values row by row.</param>
    public void Read(Region region, int level, Span<byte> to)
    {
        to[..(int)region.Pixels].Clear();
        // Above the last level of a tile, a pixel stands for several tiles: the first of them is taken.
        int skip = Math.Max(0, level - OverlayTile.LastLevel), of = level - skip;
        int side = OverlayTile.Size(of);
        lock (pool.Lock)
        {
            for (long y = Math.Max(0, region.Y); y < region.Bottom; y++)
            {
                for (long x = Math.Max(0, region.X); x < region.Right;)
                {
                    int count = skip > 0 ? 1 : (int)Math.Min(side - (x % side), region.Right - x);
                    Span<byte> row = to.Slice((int)(((y - region.Y) * region.Width) + x - region.X), count);
                    ReadRow(x << skip, y << skip, of, side, row);
                    x += count;
                }
            }
        }
    }

    /// <summary>Pixels of each value, where all of the page is computed; null otherwise.</summary>
    public IReadOnlyList<long>? Counts()
    {
        lock (pool.Lock)
        {
            return _cells < _allCells ? null : _counts ??= Count();
        }
    }

    /// <summary>Drops all tiles.</summary>
    public void Clear()
    {
        lock (pool.Lock)
        {
            pool.Forget(this);
            _tiles.Clear();
            _cells = 0;
        }
    }

    /// <summary>When a tile was used last.</summary>
    public long UsedAt(long key) => _tiles[key].Tile.Used;

    /// <summary>Drops a tile; the pool calls this under its lock.</summary>
    public void Remove(long key)
    {
        _tiles.Remove(key, out (OverlayTile Tile, ushort Cells) entry);
        _cells -= BitOperations.PopCount(entry.Cells);
    }

    private long[] Count()
    {
        long[] counts = new long[256];
        foreach ((OverlayTile tile, _) in _tiles.Values)
        {
            for (int y = 0; y < OverlayTile.Side; y++)
            {
                foreach (byte value in tile.Row(0, y))
                {
                    counts[value]++;
                }
            }
        }
        // What lies beyond the page's edge is 0 as well.
        counts[0] = 0;
        return counts;
    }

    private void ReadRow(long x, long y, int level, int side, Span<byte> row)
    {
        if (_tiles.TryGetValue((y / side * _across) + (x / side), out (OverlayTile Tile, ushort Cells) entry) && x / side < _across)
        {
            entry.Tile.Used = pool.Now();
            entry.Tile.Row(level, (int)(y % side)).Slice((int)(x % side), row.Length).CopyTo(row);
        }
    }

    private long Key(long x, long y) => (y / OverlayTile.Side * _across) + (x / OverlayTile.Side);

    private static ushort Bit(long x, long y) =>
        (ushort)(1 << (int)((y % OverlayTile.Side / Cell * CellsOfTile) + (x % OverlayTile.Side / Cell)));

    private static ushort CellsIn(Region part)
    {
        int cells = 0;
        for (long y = part.Y; y < part.Bottom; y += Cell)
        {
            for (long x = part.X; x < part.Right; x += Cell)
            {
                cells |= Bit(x, y);
            }
        }
        return (ushort)cells;
    }

    private OverlayTile TileAt(long x, long y, ushort cells)
    {
        long key = Key(x, y);
        bool known = _tiles.TryGetValue(key, out (OverlayTile Tile, ushort Cells) entry);
        OverlayTile tile = entry.Tile ?? new OverlayTile();
        tile.Used = pool.Now();
        _tiles[key] = (tile, (ushort)(entry.Cells | cells));
        _cells += BitOperations.PopCount((uint)(cells & ~entry.Cells));
        _counts = null;
        if (!known)
        {
            pool.Add(this, key);
        }
        return tile;
    }

    /// <summary>The parts of a region that lie in one tile each.</summary>
    private static IEnumerable<Region> TilesOf(Region region)
    {
        const int Side = OverlayTile.Side;
        for (long y = region.Y / Side * Side; y < region.Bottom; y += Side)
        {
            for (long x = region.X / Side * Side; x < region.Right; x += Side)
            {
                yield return new Region(x, y, Side, Side).Intersect(region);
            }
        }
    }
}
