using FastSeg.Common;

namespace FastSeg.Resuming;

/// <summary>The regions that a run must still compute where an earlier start of it, or another block, has the rest.</summary>
internal static class MissingCores
{
    /// <summary>The tiles of a grid, or parts of them, that a result lacks; null where that is all of them.</summary>
    /// <param name="writers">The results.</param>
    /// <param name="grid">The tiles.</param>
    /// <param name="area">The region of the image that the results cover.</param>
    /// <param name="inRows">Whether the image is read fastest in whole rows of tiles.</param>
    public static IReadOnlyList<Region>? Of(IReadOnlyList<ImageWriter> writers, TileGrid grid, Region area, bool inRows)
    {
        if (writers.Count == 0 || writers.Any(writer => writer.Units is null))
        {
            return null;
        }
        (long width, long height) = writers[0].Units!.Value;
        var cores = new List<Region>();
        for (long i = 0; i < grid.Count; i++)
        {
            Region tile = grid[i], at = tile with { X = tile.X - area.X, Y = tile.Y - area.Y };
            foreach (Region missing in Missing(writers, at, width, height))
            {
                cores.Add(missing with { X = missing.X + area.X, Y = missing.Y + area.Y });
            }
        }
        // Tiles that are smaller than a unit come unit by unit, so that a run which is killed has few units begun.
        bool small = grid.TileHeight < height || grid.TileWidth < width;
        return small && !inRows
            ? [.. cores.OrderBy(core => (core.Y - area.Y) / height).ThenBy(core => (core.X - area.X) / width)]
            : cores;
    }

    /// <summary>
    /// The rows of the image from the first to the last in which something is missing, as a half-open range; null where the results were
    /// not begun before, and are not shared in blocks.
    /// </summary>
    /// <param name="writers">The results.</param>
    /// <param name="area">The region of the image that they cover.</param>
    public static (long From, long To)? Rows(IReadOnlyList<ImageWriter> writers, Region area)
    {
        if (writers.Count == 0 || writers.Any(writer => writer.Units is null))
        {
            return null;
        }
        long height = writers[0].Units!.Value.Height, from = area.Height, to = 0;
        for (long y = 0; y < area.Height; y += height)
        {
            var row = new Region(0, y, area.Width, Math.Min(height, area.Height - y));
            if (writers.Any(writer => writer.Lacks(0, row)))
            {
                (from, to) = (Math.Min(from, y), row.Bottom);
            }
        }
        return from < to ? (area.Y + from, area.Y + to) : (area.Y, area.Y);
    }

    /// <summary>A tile as a whole where all of it is missing, or the missing stretches of its units, row by row.</summary>
    private static IEnumerable<Region> Missing(IReadOnlyList<ImageWriter> writers, Region tile, long width, long height)
    {
        var stretches = new List<Region>();
        for (long y = tile.Y / height; y * height < tile.Bottom; y++)
        {
            for (long x = tile.X / width; x * width < tile.Right; x++)
            {
                Region unit = new Region(x * width, y * height, width, height).Intersect(tile);
                if (!writers.Any(writer => writer.Lacks(0, unit)))
                {
                    continue;
                }
                if (stretches.Count > 0 && stretches[^1] is var last && last.Y == unit.Y && last.Right == unit.X)
                {
                    stretches[^1] = last with { Width = last.Width + unit.Width };
                }
                else
                {
                    stretches.Add(unit);
                }
            }
        }
        return stretches.Sum(stretch => stretch.Pixels) == tile.Pixels ? [tile] : stretches;
    }
}
