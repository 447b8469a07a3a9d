namespace FastSeg.Deep.Tokens;

/// <summary>Rows of a page's pixels whose cells a run looks at, because tiles are left that need them.</summary>
/// <param name="ranges">Half-open ranges of rows, in any order; they may overlap.</param>
internal sealed class NeededRows(IEnumerable<(long From, long To)> ranges)
{
    private readonly (long From, long To)[] _ranges = [.. ranges.Distinct()];

    /// <summary>Whether any of these rows is needed.</summary>
    /// <param name="from">The first row.</param>
    /// <param name="to">The row behind the last one.</param>
    public bool Any(long from, long to) => Array.Exists(_ranges, range => range.From < to && from < range.To);

    /// <summary>The rows of cells from the first to the last that is needed, as a half-open range.</summary>
    /// <param name="patch">Pixels from a row of cells to the next.</param>
    /// <param name="cells">Rows of cells of the page.</param>
    public (long From, long To) Cells(int patch, long cells)
    {
        if (_ranges.Length == 0)
        {
            return (0, 0);
        }
        long from = Math.Max(0, _ranges.Min(range => range.From)), to = Math.Max(0, _ranges.Max(range => range.To));
        return (Math.Min(from / patch, cells), Math.Min((to + patch - 1) / patch, cells));
    }

    /// <summary>The same rows of a page that begins further down.</summary>
    /// <param name="rows">So many rows further.</param>
    public NeededRows Below(long rows) => new(_ranges.Select(range => (range.From - rows, range.To - rows)));
}
