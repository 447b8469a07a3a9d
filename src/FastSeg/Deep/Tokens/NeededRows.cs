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

    /// <summary>The same rows of a page that begins further down.</summary>
    /// <param name="rows">So many rows further.</param>
    public NeededRows Below(long rows) => new(_ranges.Select(range => (range.From - rows, range.To - rows)));
}
