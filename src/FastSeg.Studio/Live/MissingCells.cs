namespace FastSeg.Studio.Live;

/// <summary>What is still to be computed of a page, and in which order.</summary>
internal static class MissingCells
{
    /// <summary>Most pixels that are computed in one run: more would keep a moved view waiting.</summary>
    public const long MostPixels = 5L << 19;

    private const int BlockSide = 1024;

    /// <summary>
    /// The next rectangle of whole cells to compute of a region: of its blocks the one nearest to the region's centre that misses
    /// anything. A region of up to <see cref="MostPixels"/> is one block.
    /// </summary>
    /// <param name="canvas">What is computed.</param>
    /// <param name="region">What is wanted.</param>
    /// <returns>Null where nothing is missing.</returns>
    public static Region? Next(OverlayCanvas canvas, Region region)
    {
        Region wanted = canvas.WholeCells(region);
        if (wanted.IsEmpty)
        {
            return null;
        }
        IEnumerable<Region> blocks = wanted.Pixels <= MostPixels ? [wanted] : FromTheCentre(wanted);
        return blocks.Select(block => First(canvas, block)).FirstOrDefault(part => part is not null);
    }

    /// <summary>The blocks of a region, the nearest to its centre first.</summary>
    private static IEnumerable<Region> FromTheCentre(Region region)
    {
        (double x, double y) = (region.X + (region.Width / 2.0), region.Y + (region.Height / 2.0));
        double Distance(Region block) =>
            Math.Pow(block.X + (BlockSide / 2.0) - x, 2) + Math.Pow(block.Y + (BlockSide / 2.0) - y, 2);
        var blocks = from top in Range(region.Y, region.Bottom)
                     from left in Range(region.X, region.Right)
                     select new Region(left, top, BlockSide, BlockSide);
        return blocks.OrderBy(Distance).Select(block => block.Intersect(region));
    }

    private static IEnumerable<long> Range(long from, long to)
    {
        for (long at = from / BlockSide * BlockSide; at < to; at += BlockSide)
        {
            yield return at;
        }
    }

    /// <summary>The first rectangle of missing cells in a block: the first run of them, as far down as all of it is missing.</summary>
    private static Region? First(OverlayCanvas canvas, Region block)
    {
        const int Cell = OverlayCanvas.Cell;
        for (long y = block.Y; y < block.Bottom; y += Cell)
        {
            for (long x = block.X; x < block.Right; x += Cell)
            {
                if (!canvas.Has(x, y))
                {
                    long right = x + Cell, bottom = y + Cell;
                    while (right < block.Right && !canvas.Has(right, y))
                    {
                        right += Cell;
                    }
                    while (bottom < block.Bottom && NoneHas(canvas, x, right, bottom))
                    {
                        bottom += Cell;
                    }
                    return new Region(x, y, right - x, bottom - y).Intersect(block);
                }
            }
        }
        return null;
    }

    private static bool NoneHas(OverlayCanvas canvas, long left, long right, long y)
    {
        for (long x = left; x < right; x += OverlayCanvas.Cell)
        {
            if (canvas.Has(x, y))
            {
                return false;
            }
        }
        return true;
    }
}
