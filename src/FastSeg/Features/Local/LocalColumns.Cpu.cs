using FastSeg.Simd;

namespace FastSeg.Features.Local;

/// <summary>
/// The pass along y of <see cref="LocalStandardisation"/>, on a panel of one cell: for the pixels of a cell, what is to be subtracted from
/// a sample that was shifted already, and the factor.
/// </summary>
internal sealed unsafe class LocalColumns<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    // No column is as long, so indices never wrap.
    private const int NoRing = 1 << 24;

    private readonly int _radius;
    private readonly int _cell;
    private readonly int _stride;
    private readonly float* _taps;
    private readonly float* _deviations;
    private readonly float* _squares;
    private readonly float* _weights;
    private readonly float* _sums;
    private readonly float* _weightSums;
    private readonly float* _whole;
    private bool _wholeKnown;

    /// <summary>Carves the buffers.</summary>
    public LocalColumns(Arena arena, double sigma)
    {
        int lanes = TLanes.Count;
        _radius = LocalStandardisation.Radius(sigma);
        _cell = LocalStandardisation.Cell(sigma);
        _stride = Math.Max(_cell, lanes);
        _taps = arena.Floats(_radius + 1);
        if (_taps != null)
        {
            LocalStandardisation.Taps(sigma).CopyTo(new Span<float>(_taps, _radius + 1));
        }
        long rows = (long)(_stride + (2 * _radius) + lanes) * lanes;
        _deviations = arena.Floats(rows);
        _squares = arena.Floats(rows);
        _weights = arena.Floats(rows);
        _sums = arena.Floats(2L * lanes * lanes);
        _weightSums = arena.Floats(lanes * lanes);
        _whole = arena.Floats(_stride);
        Means = arena.Floats((long)_stride * (_stride + lanes));
        Factors = arena.Floats((long)_stride * (_stride + lanes));
    }

    /// <summary>Floats from a row of <see cref="Means"/> and <see cref="Factors"/> to the next.</summary>
    public int Stride => _stride;

    /// <summary>The mean less the shift that <see cref="Run"/> returns, for each pixel of the cell.</summary>
    public float* Means { get; }

    /// <summary>1 / s, or 0 where nothing counts.</summary>
    public float* Factors { get; }

    /// <summary>Begins a panel.</summary>
    public void Start() => _wholeKnown = false;

    /// <summary>Computes rows of a cell.</summary>
    /// <param name="sums">The sums of the pass along x.</param>
    /// <param name="above">The row of the sums that belongs to the cell's first row.</param>
    /// <param name="first">The first wanted row, counted from the cell's first one.</param>
    /// <param name="count">Wanted rows.</param>
    /// <param name="from">The first row of the sums that lies in the image.</param>
    /// <param name="to">The one behind the last.</param>
    /// <returns>The shift of the cell.</returns>
    public float Run(in LocalSums sums, int above, int first, int count, int from, int to)
    {
        int lanes = TLanes.Count;
        float shift = LocalStandardisation.Shift(sums.Shifts + above, sums.Counts + above, 1, _cell, _radius, out _);
        int top = above + first - _radius, rows = count + (2 * _radius);
        bool whole = sums.WeightStep == 0 && top >= from && top + rows <= to;
        for (int v = 0; v < _stride / lanes; v++)
        {
            Gather(sums, v, shift, top, rows, from, to, whole);
            for (int row = 0; row < count; row += lanes)
            {
                Sum(_deviations, row, _sums);
                Sum(_squares, row, _sums + (lanes * lanes));
                Weigh(v, row, whole);
                Finish(shift, whole ? _whole + (v * lanes) : _weightSums, whole ? 0 : lanes, ((nint)row * _stride) + (v * lanes));
            }
        }
        _wholeKnown |= whole;
        return shift;
    }

    /// <summary>
    /// Sums the weights. Without a mask they are the same for all windows of a panel that lie in the image from top to bottom.
    /// </summary>
    private void Weigh(int v, int row, bool whole)
    {
        if (whole && _wholeKnown)
        {
            return;
        }
        Sum(_weights, row, _weightSums);
        if (whole)
        {
            TLanes.Store(TLanes.Load(_weightSums), _whole + (v * TLanes.Count));
        }
    }

    /// <summary>Brings the sums of a column of vectors to the cell's shift; rows beyond the image count as 0.</summary>
    private void Gather(in LocalSums sums, int v, float shift, int top, int rows, int from, int to, bool whole)
    {
        int lanes = TLanes.Count;
        TVector zero = TLanes.Broadcast(0);
        for (int i = 0; i < rows; i++)
        {
            int row = top + i;
            nint at = (nint)i * lanes, sum = (v * sums.Stride) + ((nint)row * lanes);
            bool inside = row >= from && row < to;
            TVector weight = inside ? TLanes.Load(sums.Weights + (v * sums.WeightStride) + ((nint)row * sums.WeightStep)) : zero;
            TVector first = zero, second = zero;
            if (inside)
            {
                TVector gap = TLanes.Broadcast(sums.Shifts[row] - shift);
                first = TLanes.Load(sums.Deviations + sum);
                second = TLanes.Fma(gap, TLanes.Fma(gap, weight, TLanes.Add(first, first)), TLanes.Load(sums.Squares + sum));
                first = TLanes.Fma(gap, weight, first);
            }
            TLanes.Store(first, _deviations + at);
            TLanes.Store(second, _squares + at);
            if (!whole || !_wholeKnown)
            {
                TLanes.Store(weight, _weights + at);
            }
        }
    }

    private void Sum(float* values, int first, float* to) =>
        Fir<TLanes, TVector>.Run(values, NoRing, first + _radius, _taps, _radius, to, TLanes.Count);

    /// <summary>Means and factors of as many rows as a vector has lanes.</summary>
    private void Finish(float shift, float* weights, int step, nint at)
    {
        int lanes = TLanes.Count;
        TVector zero = TLanes.Broadcast(0), one = TLanes.Broadcast(1), origin = TLanes.Broadcast(shift);
        TVector share = TLanes.Broadcast(LocalStandardisation.LeastShare);
        for (int row = 0; row < lanes; row++, at += _stride)
        {
            TVector total = TLanes.Load(weights + (row * step));
            TVector divisor = TLanes.WhereAbove(total, zero, total, one);
            TVector mean = TLanes.Divide(TLanes.Load(_sums + (row * lanes)), divisor);
            TVector square = TLanes.Divide(TLanes.Load(_sums + ((lanes + row) * lanes)), divisor);
            TVector deviation = TLanes.Sqrt(TLanes.Max(TLanes.Fma(TLanes.Subtract(zero, mean), mean, square), zero));
            TVector centre = TLanes.Add(origin, mean);
            TVector least = TLanes.Multiply(share, TLanes.Max(centre, TLanes.Subtract(zero, centre)));
            deviation = TLanes.WhereAbove(least, deviation, one, deviation);
            deviation = TLanes.WhereAbove(deviation, zero, deviation, one);
            TLanes.Store(mean, Means + at);
            TLanes.Store(TLanes.WhereAbove(total, zero, TLanes.Divide(one, deviation), zero), Factors + at);
        }
    }
}
