namespace FastSeg.Deep.Tokens;

/// <summary>The pixels of a page whose cells a run looks at, because there are tiles that need them: those of some rectangles.</summary>
/// <param name="regions">The rectangles, in any order; they may overlap, and reach beyond the page.</param>
internal sealed class NeededPixels(IEnumerable<Region> regions)
{
    private readonly Region[] _regions = [.. regions.Where(region => !region.IsEmpty).Distinct()];

    /// <summary>Those of these pixels that lie in some rows, in whatever column.</summary>
    /// <param name="from">The first row.</param>
    /// <param name="to">The row behind the last one.</param>
    public NeededPixels InRows(long from, long to) => new(_regions.Where(region => region.Y < to && from < region.Bottom));

    /// <summary>Whether any of them lies in some columns.</summary>
    /// <param name="from">The first column.</param>
    /// <param name="to">The column behind the last one.</param>
    public bool AnyInColumns(long from, long to) => Array.Exists(_regions, region => region.X < to && from < region.Right);

    /// <summary>The rows of cells from the first to the last that is needed, as a half-open range.</summary>
    /// <param name="patch">Pixels from a row of cells to the next.</param>
    /// <param name="cells">Rows of cells of the page.</param>
    public (long From, long To) Cells(int patch, long cells)
    {
        if (_regions.Length == 0)
        {
            return (0, 0);
        }
        long from = Math.Max(0, _regions.Min(region => region.Y)), to = Math.Max(0, _regions.Max(region => region.Bottom));
        return (Math.Min(from / patch, cells), Math.Min((to + patch - 1) / patch, cells));
    }

    /// <summary>The same pixels of a page without its first columns and rows.</summary>
    /// <param name="columns">So many columns.</param>
    /// <param name="rows">So many rows.</param>
    public NeededPixels Without(long columns, long rows) =>
        new(_regions.Select(region => region with { X = region.X - columns, Y = region.Y - rows }));
}
