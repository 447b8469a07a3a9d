using System.Runtime.CompilerServices;

namespace FastSeg.Studio.Labels;

/// <summary>
/// The union of runs of pixels that come in any order, row by row. Neighbours of a stroke's parts overlap nearly always, so the last run
/// of each row grows as long as they do, and only what is left is sorted.
/// </summary>
internal sealed class RowRuns
{
    private readonly long _top;
    private readonly (long First, long Last)[] _open;
    private readonly List<(long Row, long First, long Last)> _closed = [];

    /// <summary>Takes runs of the rows from the first to the last one.</summary>
    public RowRuns(long top, long rows)
    {
        _top = top;
        _open = new (long, long)[rows];
        Array.Fill(_open, (0, -1));
    }

    /// <summary>Adds the columns from first to last, both included.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(long row, long first, long last)
    {
        ref (long First, long Last) open = ref _open[row - _top];
        if (open.Last < open.First)
        {
            open = (first, last);
        }
        else if (first <= open.Last + 1 && last >= open.First - 1)
        {
            open = (Math.Min(open.First, first), Math.Max(open.Last, last));
        }
        else
        {
            _closed.Add((row, open.First, open.Last));
            open = (first, last);
        }
    }

    /// <summary>All runs by row and column, none of which overlaps or touches another.</summary>
    public IEnumerable<PixelRun> Merged()
    {
        _closed.Sort();
        int next = 0;
        List<(long First, long Last)> row = [];
        for (int i = 0; i < _open.Length; i++)
        {
            if (_open[i].Last < _open[i].First)
            {
                continue;
            }
            row.Clear();
            for (; next < _closed.Count && _closed[next].Row == _top + i; next++)
            {
                row.Add((_closed[next].First, _closed[next].Last));
            }
            row.Add(_open[i]);
            if (row.Count > 1)
            {
                row.Sort();
            }
            for (int at = 0; at < row.Count;)
            {
                (long first, long last) = row[at++];
                for (; at < row.Count && row[at].First <= last + 1; at++)
                {
                    last = Math.Max(last, row[at].Last);
                }
                yield return new PixelRun(_top + i, first, last + 1);
            }
        }
    }
}
