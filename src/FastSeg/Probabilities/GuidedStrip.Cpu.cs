using System.Runtime.CompilerServices;
using FastSeg.Simd;

namespace FastSeg.Probabilities;

/// <summary>
/// Takes the input in blocks of as many rows as a box has, with zeros beyond the image. Row by row it sums products down the columns and
/// along x, makes the coefficients a and b from the sums, and sums these in the same way; behind a block's last row it makes the sums that
/// the next block needs of this one. Boxes of the input that end in a row belong to coefficients radius rows higher, boxes of these to
/// results another radius higher. A row's sums stay in the L1 cache and, up to about five classes, a block in an L2 cache of 1 MiB.
/// </summary>
/// <remarks>
/// Planes of the first sums: I and each p, then their products with I, then the mask. Planes of the second sums: a and b of each class,
/// then the mask. Planes lie side by side in each row, so that a row is one stream of memory. The mask's planes are used where there is
/// one; without one, counts follow from the distance to the image's border.
/// </remarks>
internal sealed unsafe class GuidedStrip<TLanes, TVector> : GuidedStrip
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private readonly int _classes, _radius, _length;
    private readonly float _epsilon;

    /// <summary>
    /// Rows of a block, each with its planes side by side: I, each p, the mask. Where a block lies whole in the image, its input is read
    /// where it is.
    /// </summary>
    private readonly float* _block;

    /// <summary>Rows of a block, each with its planes side by side: a and b of each class, the mask.</summary>
    private readonly float* _coefficients;

    /// <summary>One row a plane: sums of the block's rows so far.</summary>
    private readonly float* _above, _coefficientsAbove;

    /// <summary>Sums at the end of the last block, each row with its planes side by side, one row more than a block.</summary>
    private readonly float* _ends, _coefficientEnds;

    /// <summary>
    /// Two rows of box sums, each with its planes side by side: of I and each p, of their products, of the mask; or of a and b.
    /// </summary>
    private readonly float* _boxes, _productBoxes, _maskBoxes;
    private readonly float* _result, _guide, _scratch;

    /// <summary>Pixels of the boxes' rows around each column, and the reciprocals of the boxes' counts in both stages.</summary>
    private readonly float* _columns, _parts, _resultParts;
    private GuidedTileCpu _tile;
    private float* _input;
    private nint _inputStep;
    private long _blockNumber;
    private int _row;
    private long _rowsOfParts, _rowsOfResultParts;

    /// <summary>Carves the buffers.</summary>
    public GuidedStrip(Arena arena, int classes, int radius, float epsilon)
    {
        (_classes, _radius, _epsilon, _length, Stride) = (classes, radius, epsilon, BoxSums.Length(radius), StrideOf(radius));
        int before = BoxSumsCpu<TLanes, TVector>.Before;
        long rows = _length * Stride, more = rows + Stride;
        _block = arena.Floats((classes + 2) * rows);
        _coefficients = arena.Floats(SecondPlanes * rows);
        _ends = arena.Floats(FirstPlanes * more);
        _coefficientEnds = arena.Floats(SecondPlanes * more);
        _above = arena.Floats(FirstPlanes * Stride);
        _coefficientsAbove = arena.Floats(SecondPlanes * Stride);
        _boxes = arena.Floats((SecondPlanes * 2 * Stride) + before) + before;
        _productBoxes = arena.Floats(((classes + 1) * 2 * Stride) + before) + before;
        _maskBoxes = arena.Floats((2 * Stride) + before) + before;
        _result = arena.Floats(classes * Stride);
        _guide = arena.Floats(Stride);
        _columns = arena.Floats(Stride);
        _parts = arena.Floats(Stride);
        _resultParts = arena.Floats(Stride);
        _scratch = arena.Floats(Stride + _length);
    }

    private int FirstPlanes => (2 * _classes) + 3;

    private int SecondPlanes => (2 * _classes) + 1;

    private Region Outer => _tile.Outer;

    /// <summary>Columns of the strip with those around it that the first sums read.</summary>
    private int Widest => (int)Core.Width + (4 * _radius);

    /// <summary>Column of the first coefficient.</summary>
    private long CoefficientsX => Core.X - _radius;

    /// <summary>Columns of coefficients.</summary>
    private int CoefficientsWidth => (int)Core.Width + (2 * _radius);

    /// <summary>Columns of the input that are summed: whole vectors. A plane of sums has as many floats.</summary>
    private nint FirstColumns => (Widest + TLanes.Count - 1) / TLanes.Count * TLanes.Count;

    /// <summary>The same of the coefficients.</summary>
    private nint SecondColumns => (CoefficientsWidth + TLanes.Count - 1) / TLanes.Count * TLanes.Count;

    /// <summary>Floats from a row of the first sums to the next.</summary>
    private nint FirstStep => FirstPlanes * Stride;

    /// <summary>Where the mask lies in a row of a block.</summary>
    private nint MaskPlane => (_classes + 1) * Stride;

    /// <summary>Floats from a row of a block to the next.</summary>
    private nint BlockStep => (_classes + 2) * Stride;

    /// <summary>The same of the second sums and of the coefficients.</summary>
    private nint SecondStep => SecondPlanes * Stride;

    /// <inheritdoc/>
    public override long FirstRead => ((_blockNumber + 1) * _length) - (2 * _radius);

    /// <inheritdoc/>
    public override void Start(in GuidedTileCpu tile, Region core)
    {
        (_tile, Core, _rowsOfParts, _rowsOfResultParts) = (tile, core, -1, -1);
        new Span<float>(_ends, checked((int)((_length + 1) * FirstStep))).Clear();
        new Span<float>(_coefficientEnds, checked((int)((_length + 1) * SecondStep))).Clear();
        for (int i = 0; i < CoefficientsWidth; i++)
        {
            _columns[i] = Within(CoefficientsX + i, Outer.X, Outer.Right);
        }
        _blockNumber = BoxSums.Block(core.Y - (2 * _radius), _length) - 1;
    }

    /// <inheritdoc/>
    public override bool Begins(in GuidedTileCpu tile, long bottom)
    {
        long first = (_blockNumber + 1) * _length;
        if (FirstRead >= Core.Bottom || Math.Min(first + _length, Outer.Bottom) > bottom)
        {
            return false;
        }
        _tile = tile;
        Begin(_blockNumber + 1);
        return true;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override float* Next(out long y)
    {
        while (_row < _length)
        {
            y = (_blockNumber * _length) - (2 * _radius) + _row;
            if (y >= Core.Bottom)
            {
                return null;
            }
            if (_row % 2 == 0)
            {
                Take(_row, Math.Min(2, _length - _row), y + _radius);
            }
            _row++;
            if (y >= Core.Y)
            {
                Result(y, _boxes + ((_row - 1) % 2 * SecondStep));
                return _result;
            }
        }
        End();
        y = 0;
        return null;
    }

    /// <summary>How many pixels from <paramref name="first"/> to <paramref name="end"/> a box around <paramref name="at"/> has.</summary>
    private long Within(long at, long first, long end) => Math.Min(at + _radius, end - 1) - Math.Max(at - _radius, first) + 1;

    /// <summary>Begins a block of the input.</summary>
    private void Begin(long number)
    {
        (_blockNumber, _row) = (number, 0);
        new Span<float>(_above, checked((int)(FirstPlanes * Stride))).Clear();
        new Span<float>(_coefficientsAbove, checked((int)(SecondPlanes * Stride))).Clear();
        var block = new Region(Core.X - (2 * _radius), number * _length, Widest, _length);
        bool inPlace = _tile.Mask == null && _tile.PlaneStride == Stride && _tile.Probabilities == _tile.Guide + Stride;
        if (inPlace && block.X == _tile.First.X && block.Intersect(Outer) == block)
        {
            _input = _tile.Guide + _tile.At(block.X, block.Y);
            _inputStep = _tile.RowStride;
        }
        else
        {
            Copy(block.Y);
            _input = _block;
            _inputStep = BlockStep;
        }
    }

    /// <summary>Makes the sums that the next block needs of this one.</summary>
    private void End()
    {
        for (int plane = 0; plane <= _classes; plane++)
        {
            nint at = plane * Stride;
            BoxSumsCpu<TLanes, TVector>.ProductEnds(
                _input + at, _input, _inputStep, _ends + at, (_classes + 1) * Stride, FirstStep, _length, Widest);
        }
        int planes = 2 * _classes;
        if (_tile.Mask != null)
        {
            nint to = (planes + 2) * Stride;
            BoxSumsCpu<TLanes, TVector>.Ends(_block + MaskPlane, BlockStep, _ends + to, FirstStep, _length, Widest);
            planes++;
        }
        for (int plane = 0; plane < planes; plane++)
        {
            nint at = plane * Stride;
            BoxSumsCpu<TLanes, TVector>.Ends(
                _coefficients + at, SecondStep, _coefficientEnds + at, SecondStep, _length, CoefficientsWidth);
        }
    }

    /// <summary>Copies the block's rows, with zeros beyond the image and where the mask leaves pixels out.</summary>
    private void Copy(long first)
    {
        long x = Core.X - (2 * _radius);
        for (int row = 0; row < _length; row++)
        {
            long y = first + row;
            float* to = _block + (row * BlockStep);
            _tile.CopyRow(_tile.Guide, x, y, Widest, to);
            for (int c = 0; c < _classes; c++)
            {
                to += Stride;
                _tile.CopyRow(_tile.Probabilities + (c * _tile.PlaneStride), x, y, Widest, to);
            }
            if (_tile.Mask != null)
            {
                _tile.CopyMask(x, y, Widest, to + Stride);
            }
        }
    }

    /// <summary>Takes one or two rows of the block, and sums the boxes of the coefficients that these complete.</summary>
    /// <param name="row">The first row in the block.</param>
    /// <param name="rows">How many.</param>
    /// <param name="y">The first row of coefficients in the image.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Take(int row, int rows, long y)
    {
        var values = new BoxRows
        {
            Planes = _classes + 1,
            Columns = FirstColumns,
            PlaneStride = Stride,
            Two = rows == 2,
            Values = _input + (row * _inputStep),
            Step = _inputStep,
            Above = _above,
            End = _ends + ((row + 1) * FirstStep),
            EndStep = FirstStep,
            Sums = _boxes,
            SumsStep = MaskPlane,
        };
        Sum(values);
        Sum(values with { Factor = values.Values, Above = _above + MaskPlane, End = values.End + MaskPlane, Sums = _productBoxes });
        if (_tile.Mask != null)
        {
            float* above = _above + (2 * MaskPlane), end = values.End + (2 * MaskPlane), mask = _block + (row * BlockStep) + MaskPlane;
            Sum(values with { Planes = 1, Values = mask, Above = above, End = end, Sums = _maskBoxes, SumsStep = Stride });
        }
        for (int i = 0; i < rows; i++)
        {
            Coefficients(row + i, y + i, i);
        }
        Sum(new BoxRows
        {
            Planes = SecondPlanes - (_tile.Mask == null ? 1 : 0),
            Columns = SecondColumns,
            PlaneStride = Stride,
            Two = rows == 2,
            Values = _coefficients + (row * SecondStep),
            Step = SecondStep,
            Above = _coefficientsAbove,
            End = _coefficientEnds + ((row + 1) * SecondStep),
            EndStep = SecondStep,
            Sums = _boxes,
            SumsStep = SecondStep,
        });
    }

    private void Sum(in BoxRows rows) => BoxSumsCpu<TLanes, TVector>.Boxes(rows, _length, _scratch);

    /// <summary>Makes a row of a and b; zeros beyond the image and where the mask leaves pixels out.</summary>
    /// <param name="row">The row in the block.</param>
    /// <param name="y">The row in the image.</param>
    /// <param name="which">Which of the rows that were summed.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Coefficients(int row, long y, int which)
    {
        float* to = _coefficients + (row * SecondStep);
        (int before, int inside) = _tile.Inside(CoefficientsX, CoefficientsWidth);
        bool needed = y >= Math.Max(Core.Y - _radius, Outer.Y) && y < Math.Min(Core.Bottom + _radius, Outer.Bottom);
        if (needed)
        {
            float* parts = Parts(_parts, ref _rowsOfParts, 0, y, CoefficientsWidth, _maskBoxes + (which * Stride));
            Solve(_boxes + (which * MaskPlane), _productBoxes + (which * MaskPlane), parts, to);
        }
        int after = needed ? CoefficientsWidth - before - inside : CoefficientsWidth;
        for (int plane = 0; plane < 2 * _classes && before + after > 0; plane++)
        {
            new Span<float>(to + (plane * Stride), before).Clear();
            new Span<float>(to + (plane * Stride) + CoefficientsWidth - after, after).Clear();
        }
        if (_tile.Mask != null)
        {
            _tile.CopyMask(CoefficientsX, y, CoefficientsWidth, to + (2 * _classes * Stride));
            ClearMasked(to);
        }
    }

    /// <summary>a and b of each class from the sums of a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Solve(float* sums, float* products, float* parts, float* to)
    {
        TVector zero = TLanes.Broadcast(0), one = TLanes.Broadcast(1), minus = TLanes.Broadcast(-1), epsilon = TLanes.Broadcast(_epsilon);
        nint stride = Stride, columns = FirstColumns;
        int width = CoefficientsWidth, classes = _classes;
        for (int i = 0; i < width; i += TLanes.Count)
        {
            TVector part = TLanes.Load(parts + i), mean = TLanes.Multiply(TLanes.Load(sums + i), part);
            TVector minusMean = TLanes.Multiply(mean, minus);
            TVector variance = TLanes.Fma(minusMean, mean, TLanes.Multiply(TLanes.Load(products + i), part));
            TVector inverse = TLanes.Divide(one, TLanes.Add(TLanes.WhereAbove(variance, zero, variance, zero), epsilon));
            float* a = to + i, sum = sums + i, product = products + i;
            for (int c = 0; c < classes; c++)
            {
                sum += columns;
                product += columns;
                TVector p = TLanes.Multiply(TLanes.Load(sum), part);
                TVector covariance = TLanes.Fma(minusMean, p, TLanes.Multiply(TLanes.Load(product), part));
                TVector slope = TLanes.Multiply(covariance, inverse);
                TLanes.Store(slope, a);
                TLanes.Store(TLanes.Fma(slope, minusMean, p), a + stride);
                a += 2 * stride;
            }
        }
    }

    private void ClearMasked(float* to)
    {
        float* mask = to + (2 * _classes * Stride);
        for (int plane = 0; plane < 2 * _classes; plane++)
        {
            for (int i = 0; i < CoefficientsWidth; i++)
            {
                to[(plane * Stride) + i] = mask[i] == 0 ? 0 : to[(plane * Stride) + i];
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

    /// <summary>Makes a row of the result from the sums of the coefficients' boxes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Result(long y, float* sums)
    {
        nint stride = Stride, columns = SecondColumns;
        int width = (int)Core.Width;
        float* parts = Parts(_resultParts, ref _rowsOfResultParts, _radius, y, width, sums + (2 * _classes * columns));
        new ReadOnlySpan<float>(_tile.Guide + _tile.At(Core.X, y), width).CopyTo(new Span<float>(_guide, width));
        TVector zero = TLanes.Broadcast(0), one = TLanes.Broadcast(1);
        for (int i = 0; i < width; i += TLanes.Count)
        {
            TVector part = TLanes.Load(parts + i), value = TLanes.Load(_guide + i);
            float* boxes = sums + i, to = _result + i;
            for (int c = 0; c < _classes; c++, boxes += 2 * columns, to += stride)
            {
                TVector slope = TLanes.Multiply(TLanes.Load(boxes), part);
                TVector smoothed = TLanes.Fma(slope, value, TLanes.Multiply(TLanes.Load(boxes + columns), part));
                smoothed = TLanes.WhereAbove(smoothed, zero, smoothed, zero);
                TLanes.Store(TLanes.Min(smoothed, one), to);
            }
        }
    }
}
