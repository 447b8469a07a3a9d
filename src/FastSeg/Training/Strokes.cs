using FastSeg.Backends;

namespace FastSeg.Training;

/// <summary>
/// The strokes of a label image: the components of pixels that have one value and touch, at an edge or a corner. They are found over runs
/// of pixels in a row, so the time and the memory depend on the labelled pixels only.
/// </summary>
internal sealed class Strokes
{
    private readonly LabelledPixels _pixels;

    /// <summary>Rank of the first pixel of each run, in reading order.</summary>
    private readonly List<int> _first = [];

    /// <summary>An earlier run of the same stroke; the run itself where it is the stroke's first. After numbering: the stroke.</summary>
    private readonly List<int> _stroke = [];

    /// <summary>Finds the strokes.</summary>
    public Strokes(LabelledPixels pixels)
    {
        _pixels = pixels;
        long row = -1;
        int previous = 0, current = 0;
        for (int rank = 0; rank < pixels.Count; rank = End(_first.Count - 1))
        {
            long y = pixels.Position(rank) / pixels.Width;
            if (y != row)
            {
                // Runs touch those of the row above only; where that row has none, there is nothing to join.
                previous = y == row + 1 ? current : _first.Count;
                (row, current) = (y, _first.Count);
            }
            _first.Add(rank);
            _stroke.Add(_stroke.Count);
            previous = Join(y, previous, current);
        }
    }

    /// <summary>Numbers the strokes of each class in the order of their first pixels.</summary>
    /// <param name="counts">
    /// How many strokes each class, by its label value, has in the images before this one; this image's are added.
    /// </param>
    public void Number(IDictionary<int, int> counts)
    {
        for (int run = 0; run < _first.Count; run++)
        {
            int earlier = _stroke[run];
            if (earlier != run)
            {
                // A stroke's runs lead to earlier ones, which have their number by now.
                _stroke[run] = _stroke[earlier];
                continue;
            }
            int value = _pixels.Values[_first[run]];
            counts.TryGetValue(value, out int number);
            counts[value] = number + 1;
            _stroke[run] = number;
        }
    }

    /// <summary>The fold of each labelled pixel by rank, when the numbered strokes are dealt out in turn.</summary>
    public byte[] Deal(int folds)
    {
        byte[] dealt = new byte[_pixels.Count];
        for (int run = 0; run < _first.Count; run++)
        {
            dealt.AsSpan(_first[run]..RankAfter(run)).Fill((byte)(_stroke[run] % folds));
        }
        return dealt;
    }

    /// <summary>The rank behind the last pixel of a run that is not the last one.</summary>
    private int RankAfter(int run) => run + 1 < _first.Count ? _first[run + 1] : _pixels.Count;

    /// <summary>The rank behind the last pixel of the newest run: what follows lies elsewhere or has another value.</summary>
    private int End(int run)
    {
        int rank = _first[run];
        long last = _pixels.Position(rank), rowEnd = ((last / _pixels.Width) + 1) * _pixels.Width;
        ushort value = _pixels.Values[rank];
        for (rank++; rank < _pixels.Count; rank++, last++)
        {
            if (_pixels.Position(rank) != last + 1 || last + 1 == rowEnd || _pixels.Values[rank] != value)
            {
                return rank;
            }
        }
        return rank;
    }

    /// <summary>Joins the newest run with those of the row above that it touches.</summary>
    /// <param name="y">The run's row.</param>
    /// <param name="above">The first run of the row above that may touch it.</param>
    /// <param name="aboveEnd">Behind the last run of the row above.</param>
    /// <returns>The first run of the row above that may touch what comes next.</returns>
    private int Join(long y, int above, int aboveEnd)
    {
        int run = _first.Count - 1, rank = _first[run];
        // A column to the left and one to the right touch at their corners. The row above begins one image's width earlier.
        long left = _pixels.Position(rank) - _pixels.Width - 1;
        long right = left + End(run) - rank + 1;
        while (above < aboveEnd && Last(above) < left)
        {
            above++;
        }
        for (int other = above; other < aboveEnd && _pixels.Position(_first[other]) <= right; other++)
        {
            if (_pixels.Values[_first[other]] == _pixels.Values[rank])
            {
                Unite(run, other);
            }
        }
        return above;
    }

    /// <summary>Position of the last pixel of a run that has a later one.</summary>
    private long Last(int run) => _pixels.Position(_first[run]) + _first[run + 1] - _first[run] - 1;

    private void Unite(int one, int other)
    {
        int a = First(one), b = First(other);
        _stroke[Math.Max(a, b)] = Math.Min(a, b);
    }

    /// <summary>The first run of a run's stroke, as far as joined; shortens the way there.</summary>
    private int First(int run)
    {
        while (_stroke[run] != run)
        {
            _stroke[run] = _stroke[_stroke[run]];
            run = _stroke[run];
        }
        return run;
    }
}
