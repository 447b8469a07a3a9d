using System.Runtime.CompilerServices;
using FastSeg.Simd;

namespace FastSeg.Probabilities;

/// <summary>The guided filter on a strip of a tile's columns, from the top to the bottom.</summary>
internal abstract unsafe class GuidedStrip
{
    /// <summary>Floats from a class to the next in the rows that <see cref="Next"/> gives.</summary>
    public nint Stride { get; protected init; }

    /// <summary>Columns of the widest strip.</summary>
    public int Width { get; protected init; }

    /// <summary>Begins a strip.</summary>
    /// <param name="tile">What is read.</param>
    /// <param name="core">The part of the tile's core that is smoothed; at most <see cref="Width"/> columns.</param>
    public abstract void Start(in GuidedTileCpu tile, Region core);

    /// <summary>The next row of the core.</summary>
    /// <param name="y">Its number in the image.</param>
    /// <returns>g of class 0, first column, until the next call; null behind the last row.</returns>
    public abstract float* Next(out long y);
}

/// <summary>
/// A step takes a block of as many rows as a box has: it loads them with zeros beyond the image, sums products down the columns, then row
/// by row along x, makes the coefficients a and b from these, and sums them in the same way. Boxes of the input that end in a block
/// belong to coefficients radius rows higher, boxes of these to results another radius higher. All that a step works on stays in the L2
/// cache. </summary>
/// <remarks>
/// Planes of the first sums: I, I², then of each class p and I p, then the mask. Planes of the second sums: a and b of each class, then
/// the mask. The mask's planes are used where there is one; without one, counts follow from the distance to the image's border.
/// </remarks>
internal sealed unsafe class GuidedStrip<TLanes, TVector> : GuidedStrip
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private readonly int _classes, _radius, _length;
    private readonly float _epsilon;

    /// <summary>Rows of a block by planes: I, each p, the mask; then a and b of each class, the mask.</summary>
    private readonly float* _block;

    /// <summary>Sums down the columns, plane by plane, as many rows as a block.</summary>
    private readonly float* _sums;

    /// <summary>Sums at the end of the last block, plane by plane, one row more than a block.</summary>
    private readonly float* _ends, _coefficientEnds;

    /// <summary>One row of box sums, plane by plane.</summary>
    private readonly float* _boxes;
    private readonly float* _result;
    private readonly float* _guide;

    /// <summary>Pixels of the boxes' rows around each column, and the reciprocals of the boxes' counts in both stages.</summary>
    private readonly float* _columns, _parts, _resultParts;
    private GuidedTileCpu _tile;
    private Region _core;
    private long _blockNumber;
    private int _row;
    private long _rowsOfParts, _rowsOfResultParts;

    /// <summary>Carves the buffers.</summary>
    public GuidedStrip(Arena arena, int classes, int radius, float epsilon, int width)
    {
        (_classes, _radius, _epsilon, _length, Width) = (classes, radius, epsilon, BoxSums.Length(radius), width);
        // Whole steps, and an odd number of cache lines: the rows of a column then lie in different sets of the L1 cache.
        int widest = width + (4 * radius), step = BoxSumsCpu<TLanes, TVector>.Step;
        Stride = (((widest + step - 1) / step * step / Arena.Line) | 1) * Arena.Line;
        int first = (2 * classes) + 3, second = (2 * classes) + 1;
        long rows = _length * Stride, more = rows + Stride;
        _block = arena.Floats(second * rows + Arena.Line);
        _sums = arena.Floats((first * rows) + BoxSumsCpu<TLanes, TVector>.Overrun);
        _ends = arena.Floats(first * more);
        _coefficientEnds = arena.Floats(second * more);
        _boxes = arena.Floats(first * Stride);
        _result = arena.Floats(classes * Stride);
        _guide = arena.Floats(Stride);
        _columns = arena.Floats(Stride);
        _parts = arena.Floats(Stride);
        _resultParts = arena.Floats(Stride);
    }

    private Region Outer => _tile.Outer;

    /// <summary>Columns of the strip with those around it that the first sums read.</summary>
    private int Widest => (int)_core.Width + (4 * _radius);

    /// <summary>Column of the first coefficient.</summary>
    private long CoefficientsX => _core.X - _radius;

    /// <summary>Columns of coefficients.</summary>
    private int CoefficientsWidth => (int)_core.Width + (2 * _radius);

    private float* MaskSums => _sums + ((nint)((2 * _classes) + 2) * _length * Stride);

    /// <inheritdoc/>
    public override void Start(in GuidedTileCpu tile, Region core)
    {
        (_tile, _core) = (tile, core);
        (_rowsOfParts, _rowsOfResultParts) = (-1, -1);
        long rows = (_length + 1) * Stride;
        new Span<float>(_ends, checked((int)(((2 * _classes) + 3) * rows))).Clear();
        new Span<float>(_coefficientEnds, checked((int)(((2 * _classes) + 1) * rows))).Clear();
        for (int i = 0; i < CoefficientsWidth; i++)
        {
            _columns[i] = Within(CoefficientsX + i, Outer.X, Outer.Right);
        }
        _blockNumber = BoxSums.Block(core.Y - (2 * _radius), _length) - 1;
        _row = _length;
    }

    /// <inheritdoc/>
    public override float* Next(out long y)
    {
        do
        {
            if (_row == _length)
            {
                _row = 0;
                _blockNumber++;
                y = _core.Bottom;
                if ((_blockNumber * _length) - (2 * _radius) >= _core.Bottom)
                {
                    return null;
                }
                Step();
            }
            y = (_blockNumber * _length) - (2 * _radius) + _row;
            _row++;
        }
        while (y < _core.Y);
        if (y >= _core.Bottom)
        {
            return null;
        }
        Result(_row - 1, y);
        return _result;
    }

    /// <summary>How many pixels from <paramref name="first"/> to <paramref name="end"/> a box around <paramref name="at"/> has.</summary>
    private long Within(long at, long first, long end) => Math.Min(at + _radius, end - 1) - Math.Max(at - _radius, first) + 1;

    /// <summary>Takes one block of the input, and makes as many rows of coefficients and of sums of these.</summary>
    private void Step()
    {
        Load();
        nint rows = _length * Stride, more = rows + Stride;
        float* ends = _ends, sums = _sums;
        for (int plane = 0; plane <= _classes; plane++)
        {
            BoxSumsCpu<TLanes, TVector>.ProductsDownColumns(
                _block + (plane * rows), _block, ends, more, sums, rows, Stride, _length, Widest);
            ends += 2 * more;
            sums += 2 * rows;
        }
        if (_tile.Mask != null)
        {
            BoxSumsCpu<TLanes, TVector>.DownColumns(_block + ((_classes + 1) * rows), ends, sums, Stride, _length, Widest);
        }
        for (int row = 0; row < _length; row++)
        {
            Coefficients(row, (_blockNumber * _length) - _radius + row);
        }
        int planes = (2 * _classes) + (_tile.Mask != null ? 1 : 0);
        for (int plane = 0; plane < planes; plane++)
        {
            // The mask's sums have the same place in both stages.
            sums = plane == 2 * _classes ? MaskSums : _sums + (plane * rows);
            BoxSumsCpu<TLanes, TVector>.DownColumns(
                _block + (plane * rows), _coefficientEnds + (plane * more), sums, Stride, _length, CoefficientsWidth);
        }
    }

    /// <summary>Copies the block's rows, with zeros beyond the image and where the mask leaves pixels out.</summary>
    private void Load()
    {
        for (int row = 0; row < _length; row++)
        {
            long y = (_blockNumber * _length) + row;
            float* to = _block + (row * Stride);
            LoadRow(_tile.Guide, y, to);
            for (int c = 0; c < _classes; c++)
            {
                to += _length * Stride;
                LoadRow(_tile.Probabilities + (c * Outer.Pixels), y, to);
            }
            if (_tile.Mask != null)
            {
                LoadMask(_core.X - (2 * _radius), y, Widest, to + (_length * Stride));
            }
        }
    }

    private void LoadRow(float* plane, long y, float* to)
    {
        if (y < Outer.Y || y >= Outer.Bottom)
        {
            new Span<float>(to, Widest).Clear();
            return;
        }
        (int before, int inside) = Inside(_core.X - (2 * _radius), Widest);
        long at = ((y - Outer.Y) * Outer.Width) + _core.X - (2 * _radius) + before - Outer.X;
        new Span<float>(to, before).Clear();
        new Span<float>(to + before + inside, Widest - before - inside).Clear();
        if (_tile.Mask == null)
        {
            new ReadOnlySpan<float>(plane + at, inside).CopyTo(new Span<float>(to + before, inside));
            return;
        }
        for (int i = 0; i < inside; i++)
        {
            to[before + i] = _tile.Mask[at + i] == 0 ? 0 : plane[at + i];
        }
    }

    /// <summary>A row of the mask as 1 and 0; 0 beyond the image.</summary>
    private void LoadMask(long x, long y, int count, float* to)
    {
        new Span<float>(to, count).Clear();
        if (y < Outer.Y || y >= Outer.Bottom)
        {
            return;
        }
        (int before, int inside) = Inside(x, count);
        byte* mask = _tile.Mask + ((y - Outer.Y) * Outer.Width) + x - Outer.X;
        for (int i = before; i < before + inside; i++)
        {
            to[i] = mask[i] == 0 ? 0 : 1;
        }
    }

    /// <summary>How many of <paramref name="count"/> columns from x on lie left of what is held, and how many inside.</summary>
    private (int Before, int Inside) Inside(long x, int count)
    {
        int before = (int)Math.Clamp(Outer.X - x, 0, count);
        return (before, (int)Math.Clamp(Outer.Right - x, before, count) - before);
    }

    /// <summary>
    /// Makes a row of a and b, which replace the block's input; zeros beyond the image and where the mask leaves pixels out.
    /// </summary>
    private void Coefficients(int row, long y)
    {
        nint rows = _length * Stride;
        float* to = _block + (row * Stride);
        (int before, int inside) = Inside(CoefficientsX, CoefficientsWidth);
        bool needed = y >= Math.Max(_core.Y - _radius, Outer.Y) && y < Math.Min(_core.Bottom + _radius, Outer.Bottom);
        if (needed)
        {
            int planes = (2 * _classes) + (_tile.Mask != null ? 3 : 2);
            for (int plane = 0; plane < planes; plane++)
            {
                BoxSumsCpu<TLanes, TVector>.AlongRow(
                    _sums + (plane * rows) + (row * Stride), _boxes + (plane * Stride), CoefficientsWidth, _length);
            }
            float* parts = Parts(_parts, ref _rowsOfParts, 0, y, CoefficientsWidth, _boxes + (((2 * _classes) + 2) * Stride));
            Solve(parts, to, rows);
        }
        for (int plane = 0; plane < 2 * _classes; plane++)
        {
            float* values = to + (plane * rows);
            new Span<float>(values, needed ? before : CoefficientsWidth).Clear();
            new Span<float>(values + before + inside, CoefficientsWidth - before - inside).Clear();
        }
        if (_tile.Mask != null)
        {
            LoadMask(CoefficientsX, y, CoefficientsWidth, to + (2 * _classes * rows));
            ClearMasked(to, rows);
        }
    }

    /// <summary>a and b of each class from the sums of a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Solve(float* parts, float* to, nint plane)
    {
        TVector zero = TLanes.Broadcast(0), one = TLanes.Broadcast(1), minus = TLanes.Broadcast(-1), epsilon = TLanes.Broadcast(_epsilon);
        nint stride = Stride;
        int width = CoefficientsWidth, classes = _classes;
        for (int i = 0; i < width; i += TLanes.Count)
        {
            float* boxes = _boxes + i;
            TVector part = TLanes.Load(parts + i), mean = TLanes.Multiply(TLanes.Load(boxes), part);
            TVector minusMean = TLanes.Multiply(mean, minus);
            TVector variance = TLanes.Fma(minusMean, mean, TLanes.Multiply(TLanes.Load(boxes + stride), part));
            TVector inverse = TLanes.Divide(one, TLanes.Add(TLanes.WhereAbove(variance, zero, variance, zero), epsilon));
            float* a = to + i;
            for (int c = 0; c < classes; c++)
            {
                boxes += 2 * stride;
                TVector p = TLanes.Multiply(TLanes.Load(boxes), part);
                TVector covariance = TLanes.Fma(minusMean, p, TLanes.Multiply(TLanes.Load(boxes + stride), part));
                TVector slope = TLanes.Multiply(covariance, inverse);
                TLanes.Store(slope, a);
                TLanes.Store(TLanes.Fma(slope, minusMean, p), a + plane);
                a += 2 * plane;
            }
        }
    }

    private void ClearMasked(float* to, nint rows)
    {
        float* mask = to + (2 * _classes * rows);
        for (int plane = 0; plane < 2 * _classes; plane++)
        {
            for (int i = 0; i < CoefficientsWidth; i++)
            {
                to[(plane * rows) + i] = mask[i] == 0 ? 0 : to[(plane * rows) + i];
            }
        }
    }

    /// <summary>The reciprocals of the counts of the boxes around a row's pixels; a count of 0 counts as 1.</summary>
    /// <param name="parts">Where they are kept; without a mask they are made anew only where the number of rows changes.</param>
    /// <param name="rowsOf">For which number of rows they were made.</param>
    /// <param name="first">The first column, counted from that of the coefficients.</param>
    /// <param name="y">The row.</param>
    /// <param name="width">Columns.</param>
    /// <param name="counts">Counts where there is a mask.</param>
    private float* Parts(float* parts, ref long rowsOf, int first, long y, int width, float* counts)
    {
        long rows = Within(y, Outer.Y, Outer.Bottom);
        if (_tile.Mask == null && rows == rowsOf)
        {
            return parts;
        }
        rowsOf = rows;
        for (int i = 0; i < width; i++)
        {
            float count = _tile.Mask == null ? _columns[first + i] * rows : counts[i];
            parts[i] = 1f / Math.Max(count, 1f);
        }
        return parts;
    }

    /// <summary>Makes a row of the result from the sums of the coefficients down the columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Result(int row, long y)
    {
        nint rows = _length * Stride, stride = Stride;
        int width = (int)_core.Width;
        for (int plane = 0; plane < 2 * _classes; plane++)
        {
            BoxSumsCpu<TLanes, TVector>.AlongRow(_sums + (plane * rows) + (row * stride), _boxes + (plane * stride), width, _length);
        }
        float* counts = _boxes + (2 * _classes * stride);
        if (_tile.Mask != null)
        {
            BoxSumsCpu<TLanes, TVector>.AlongRow(MaskSums + (row * stride), counts, width, _length);
        }
        float* parts = Parts(_resultParts, ref _rowsOfResultParts, _radius, y, width, counts);
        float* guide = _tile.Guide + ((y - Outer.Y) * Outer.Width) + _core.X - Outer.X;
        new ReadOnlySpan<float>(guide, width).CopyTo(new Span<float>(_guide, width));
        TVector zero = TLanes.Broadcast(0), one = TLanes.Broadcast(1);
        for (int i = 0; i < width; i += TLanes.Count)
        {
            TVector part = TLanes.Load(parts + i), value = TLanes.Load(_guide + i);
            float* boxes = _boxes + i, to = _result + i;
            for (int c = 0; c < _classes; c++, boxes += 2 * stride, to += stride)
            {
                TVector slope = TLanes.Multiply(TLanes.Load(boxes), part);
                TVector smoothed = TLanes.Fma(slope, value, TLanes.Multiply(TLanes.Load(boxes + stride), part));
                smoothed = TLanes.WhereAbove(smoothed, zero, smoothed, zero);
                TLanes.Store(TLanes.Min(smoothed, one), to);
            }
        }
    }
}
