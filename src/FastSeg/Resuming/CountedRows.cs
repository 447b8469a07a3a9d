using FastSeg.Common;
using FastSeg.Files.Runs;
using FastSeg.Probabilities;

namespace FastSeg.Resuming;

/// <summary>
/// The rows of tiles of a share of the areas. Each is kept in the run's folder as soon as its last tile is counted. Several threads may add
/// tiles.
/// </summary>
internal sealed class CountedRows
{
    private readonly RunFolder _folder;
    private readonly CountingGrid _grid;
    private readonly Dictionary<long, Row> _rows = [];

    /// <summary>Lays out what is still to be counted.</summary>
    /// <param name="folder">The folder of a run that does this share.</param>
    /// <param name="grid">The grid, in which tiles are counted before they are added; the caller's.</param>
    /// <param name="tiles">The page's tiles.</param>
    /// <param name="missing">The rows of pixels that are to be counted.</param>
    /// <param name="classes">Number of classes.</param>
    public CountedRows(
        RunFolder folder, CountingGrid grid, TileGrid tiles, IReadOnlyList<(long Top, long Bottom)> missing, int classes)
    {
        (_folder, _grid) = (folder, grid);
        var cores = new List<Region>();
        foreach ((long top, long bottom) in missing)
        {
            var rows = new Region(tiles.Area.X, top, tiles.Area.Width, bottom - top);
            for (long i = 0; i < tiles.Count; i++)
            {
                if (tiles[i].Intersect(rows) is { IsEmpty: false } core)
                {
                    cores.Add(core);
                }
            }
        }
        Cores = cores;
        foreach (IGrouping<long, Region> row in cores.GroupBy(core => core.Y))
        {
            _rows.Add(row.Key, new Row(row.First().Bottom, new long[classes]) { Missing = row.Count() });
        }
    }

    /// <summary>What is to be counted, tile by tile.</summary>
    public IReadOnlyList<Region> Cores { get; }

    /// <summary>Takes note of a tile that is in the grid; whoever adds the last one of its row keeps the row.</summary>
    /// <param name="core">One of <see cref="Cores"/>.</param>
    /// <param name="areas">Its pixels of each class before smoothing.</param>
    /// <exception cref="FastSegException">The disk is full or fails, or another process has taken the share over.</exception>
    public void Add(Region core, long[] areas)
    {
        Row row = _rows[core.Y];
        lock (row)
        {
            for (int c = 0; c < areas.Length; c++)
            {
                row.Areas[c] += areas[c];
            }
            if (--row.Missing > 0)
            {
                return;
            }
        }
        KeptAreas.Save(_folder, _grid, (core.Y, row.Bottom), row.Areas);
    }

    /// <summary>A row of tiles: where it ends, what was counted of it, and how many tiles are missing.</summary>
    private sealed record Row(long Bottom, long[] Areas)
    {
        public int Missing { get; set; }
    }
}
