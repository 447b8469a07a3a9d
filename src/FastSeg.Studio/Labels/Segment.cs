using System.Numerics;
using System.Runtime.CompilerServices;

namespace FastSeg.Studio.Labels;

/// <summary>The rectangle along a segment: centres that project onto it and lie within the radius of its line.</summary>
internal static class Segment
{
    /// <summary>Bounds below which everything fits into 64 bits, and radius times length into float64's whole numbers.</summary>
    private const long SmallCoordinate = 1L << 34, SmallLength = 1L << 26;

    /// <summary>Adds the runs of the rows from top to bottom - 1.</summary>
    /// <param name="runs">Where to.</param>
    /// <param name="ends">x and y of two different points, in 1/16 pixel.</param>
    /// <param name="radius">In 1/16 pixel.</param>
    /// <param name="top">First row.</param>
    /// <param name="bottom">One past the last row.</param>
    public static void Add(RowRuns runs, ReadOnlySpan<long> ends, long radius, long top, long bottom)
    {
        long x = ends[0], y = ends[1], dx = ends[2] - x, dy = ends[3] - y;
        long first = Math.Max(top, Grid.FirstAtOrAfter(Math.Min(y, ends[3]) - radius));
        long last = Math.Min(bottom - 1, Grid.LastAtOrBefore(Math.Max(y, ends[3]) + radius));
        if (first > last)
        {
            return;
        }
        long length = Math.Max(Math.Abs(dx), Math.Abs(dy)) * 2;
        bool small = Math.Abs(x) < SmallCoordinate && Math.Abs(y) < SmallCoordinate && length * Math.Max(radius, 1) < SmallLength;
        if (small)
        {
            long reach = (long)Math.Sqrt(radius * radius * ((dx * dx) + (dy * dy)));
            Add(runs, x, y, dx, dy, reach, first, last);
        }
        else
        {
            Int128 squared = ((Int128)dx * dx) + ((Int128)dy * dy);
            Add<Int128>(runs, x, y, dx, dy, (Int128)Root((UInt128)squared * (UInt128)(radius * radius)), first, last);
        }
    }

    /// <summary>The largest whole number whose square is at most this one, which is below 2^124.</summary>
    internal static UInt128 Root(UInt128 square)
    {
        UInt128 root = (UInt128)Math.Sqrt((double)square);
        // Float64 gives 52 bits of the root; one step of Newton's gives all, but for the last ones.
        root = root == 0 ? 0 : (root + (square / root)) >> 1;
        while (root * root > square)
        {
            root--;
        }
        while ((root + 1) * (root + 1) <= square)
        {
            root++;
        }
        return root;
    }

    /// <summary>
    /// With q from the first end to a centre: <c>0 &lt;= q . d &lt;= d . d</c> and <c>-reach &lt;= q x d &lt;= reach</c>, where reach is
    /// radius times length, rounded down since the cross product is a whole number. In a row each of the four is a bound of the column.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add<T>(RowRuns runs, T x, T y, T dx, T dy, T reach, long first, long last) where T : IBinaryInteger<T>
    {
        T row = T.CreateChecked(Grid.Centre(first)) - y;
        var offset = T.CreateChecked(Grid.Half) - x;
        var along = new Band<T>(dx, dy, T.Zero, (dx * dx) + (dy * dy), offset, row);
        var across = new Band<T>(dy, -dx, -reach, reach, offset, row);
        for (long y0 = first; y0 <= last; y0++)
        {
            (T left, T right) = (T.Max(along.First, across.First), T.Min(along.Last, across.Last));
            if (left <= right && along.Open && across.Open)
            {
                runs.Add(y0, long.CreateSaturating(left), long.CreateSaturating(right));
            }
            along.Next();
            across.Next();
        }
    }

    /// <summary>The columns i with <c>low &lt;= a * (16 i + offset) + b * row &lt;= high</c>, from row to row.</summary>
    private struct Band<T> where T : IBinaryInteger<T>
    {
        private readonly bool _flat;
        private readonly T _step, _low, _high;
        private Stair<T> _first, _last;
        private T _level;

        public Band(T a, T b, T low, T high, T offset, T row)
        {
            T unit = T.CreateChecked(Grid.Unit);
            _level = (a * offset) + (b * row);
            (_step, _low, _high, _flat) = (b * unit, low, high, T.IsZero(a));
            T divisor = T.Abs(a) * unit;
            if (_flat)
            {
                return;
            }
            // 16 |a| i lies between these; where a is negative they change places and signs.
            (T from, T to) = T.IsNegative(a) ? (_level - high, _level - low) : (low - _level, high - _level);
            T step = T.IsNegative(a) ? _step : -_step;
            _first = new Stair<T>(from + divisor - T.One, step, divisor);
            _last = new Stair<T>(to, step, divisor);
        }

        /// <summary>First column; without a bound where the band runs along the row.</summary>
        public readonly T First => _flat ? T.CreateSaturating(long.MinValue >> 2) : _first.Value;

        /// <summary>Last column.</summary>
        public readonly T Last => _flat ? T.CreateSaturating(long.MaxValue >> 2) : _last.Value;

        /// <summary>Whether the row lies in a band that runs along it.</summary>
        public readonly bool Open => !_flat || (_level >= _low && _level <= _high);

        public void Next()
        {
            _level += _step;
            if (!_flat)
            {
                _first.Next();
                _last.Next();
            }
        }
    }
}
