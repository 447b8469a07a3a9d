using System.Runtime.CompilerServices;
using FastSeg.Simd;

namespace FastSeg.Features.Local;

/// <summary>
/// The pass along x of <see cref="LocalStandardisation"/>, on a panel of one cell: the rows are transposed, so that the lanes of a vector
/// are rows, as in <see cref="Gaussian{TLanes,TVector}"/>.
/// </summary>
internal sealed unsafe class LocalRows<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    // No row is as long, so indices never wrap.
    private const int NoRing = 1 << 24;

    private readonly int _radius;
    private readonly int _cell;
    private readonly int _outputs;
    private readonly int _columns;
    private readonly int _channels;
    private readonly float* _taps;
    private readonly float* _row;
    private readonly float* _pixels;
    private readonly float* _means;
    private readonly float* _kept;
    private readonly float* _deviations;
    private readonly float* _squares;
    private readonly float* _shifts;
    private readonly float* _block;
    private LocalPixels _source;
    private long _left;
    private int _from;
    private int _to;

    /// <summary>Carves the buffers.</summary>
    public LocalRows(Arena arena, double sigma, int channels)
    {
        int lanes = TLanes.Count;
        _radius = LocalStandardisation.Radius(sigma);
        _cell = LocalStandardisation.Cell(sigma);
        _outputs = Math.Max(_cell, lanes);
        _columns = (_outputs + (2 * _radius) + lanes - 1) / lanes * lanes;
        _channels = channels;
        _taps = arena.Floats(_radius + 1);
        // Null where the arena only counts.
        if (_taps != null)
        {
            LocalStandardisation.Taps(sigma).CopyTo(new Span<float>(_taps, _radius + 1));
        }
        long all = (long)_columns * lanes;
        _row = arena.Floats(all);
        _pixels = arena.Floats(channels * all);
        _means = channels == 1 ? _pixels : arena.Floats(all);
        _kept = arena.Floats(all);
        _deviations = arena.Floats(all);
        _squares = arena.Floats(all);
        _shifts = arena.Floats(lanes);
        _block = arena.Floats(lanes * lanes);
    }

    /// <summary>Begins the panel of the cell whose first column is <paramref name="x"/>.</summary>
    public void Start(in LocalPixels source, long x, in LocalSums sums)
    {
        _source = source;
        _left = x - _radius;
        Region bounds = source.Source.Bounds;
        _from = (int)Math.Max(bounds.X - _left, 0);
        _to = (int)Math.Min(bounds.Right - _left, _columns);
        nint all = (nint)_columns * TLanes.Count;
        new Span<float>(_kept, (int)all).Clear();
        new Span<float>(_deviations, (int)all).Clear();
        new Span<float>(_squares, (int)all).Clear();
        if (source.Mask == null)
        {
            new Span<float>(_kept + ((nint)_from * TLanes.Count), (_to - _from) * TLanes.Count).Fill(1);
            for (int i = 0; i < _outputs; i += TLanes.Count)
            {
                // All rows have the same weights, so the first of those that come out stands for all.
                Sum(_kept, i, _row);
                TLanes.Store(TLanes.Load(_row), sums.Weights + i);
            }
        }
    }

    /// <summary>Computes the sums of as many rows as a vector has lanes.</summary>
    /// <param name="y">The first of them, in the image; rows behind the samples' last one give sums that mean nothing.</param>
    /// <param name="row">Its number among the sums.</param>
    /// <param name="sums">Where they go.</param>
    public void Run(long y, int row, in LocalSums sums)
    {
        Read(y);
        Shift(row, sums);
        Deviate();
        nint at = (nint)row * TLanes.Count;
        for (int i = 0, v = 0; i < _outputs; i += TLanes.Count, v++)
        {
            Sum(_deviations, i, sums.Deviations + (v * sums.Stride) + at);
            Sum(_squares, i, sums.Squares + (v * sums.Stride) + at);
            if (_source.Mask != null)
            {
                Sum(_kept, i, sums.Weights + (v * sums.WeightStride) + at);
            }
        }
    }

    /// <summary>Converts one channel of a row's samples to floats of the same value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Convert(byte* from, SampleType type, int step, int count, float* to)
    {
        int i = 0;
        for (; step == 1 && i <= count - TLanes.Count; i += TLanes.Count)
        {
            TLanes.Store(
                type switch
                {
                    SampleType.UInt8 => TLanes.LoadBytes(from + i),
                    SampleType.UInt16 => TLanes.LoadShorts((ushort*)from + i),
                    SampleType.Int16 => TLanes.LoadSignedShorts((short*)from + i),
                    SampleType.Int8 => TLanes.LoadSignedBytes((sbyte*)from + i),
                    // Adding 0 turns -0 into +0, as everywhere.
                    SampleType.Float32 => TLanes.Add(TLanes.Load((float*)from + i), TLanes.Broadcast(0)),
                    _ => throw type.NotNarrow(),
                },
                to + i);
        }
        for (; i < count; i++)
        {
            nint at = (nint)i * step;
            to[i] = type switch
            {
                SampleType.UInt8 => from[at],
                SampleType.UInt16 => ((ushort*)from)[at],
                SampleType.Int16 => ((short*)from)[at],
                SampleType.Int8 => ((sbyte*)from)[at],
                SampleType.Float32 => ((float*)from)[at] + 0f,
                _ => throw type.NotNarrow(),
            };
        }
    }

    /// <summary>Reads and transposes the rows; in their order so that lane i has row y + i.</summary>
    private void Read(long y)
    {
        int lanes = TLanes.Count;
        PixelSource source = _source.Source;
        nint all = (nint)_columns * lanes;
        for (int channel = 0; channel < _channels; channel++)
        {
            for (int i = 0; i < lanes; i++)
            {
                byte* from = _source.At(_left + _from, Math.Min(y + i, source.Bounds.Bottom - 1)) + (channel * source.Type.Bytes());
                Convert(from, source.Type, source.Channels, _to - _from, _row + ((nint)i * _columns) + _from);
            }
            Turn(_pixels + (channel * all));
        }
        if (_source.Mask != null)
        {
            ReadMask(y);
        }
    }

    /// <summary>Reads and transposes the rows' mask: 1 where a pixel counts, 0 elsewhere.</summary>
    private void ReadMask(long y)
    {
        Region bounds = _source.Source.Bounds;
        new Span<float>(_row, _columns * TLanes.Count).Clear();
        for (int i = 0; i < TLanes.Count; i++)
        {
            byte* mask = _source.Mask + ((Math.Min(y + i, bounds.Bottom - 1) - bounds.Y) * bounds.Width) + (_left - bounds.X);
            float* to = _row + ((nint)i * _columns);
            for (int x = _from; x < _to; x++)
            {
                to[x] = mask[x] == 0 ? 0 : 1;
            }
        }
        Turn(_kept);
    }

    /// <summary>Transposes the rows that hold pixels.</summary>
    private void Turn(float* to)
    {
        int lanes = TLanes.Count;
        for (int x = _from / lanes * lanes; x < _to; x += lanes)
        {
            TLanes.Transpose(_row + x, _columns, to + ((nint)x * lanes), lanes);
        }
    }

    /// <summary>Finds the shift of each row.</summary>
    private void Shift(int row, in LocalSums sums)
    {
        int lanes = TLanes.Count;
        if (_channels > 1)
        {
            TVector share = TLanes.Broadcast(1f / _channels);
            for (nint i = (nint)_from * lanes; i < (nint)_to * lanes; i += lanes)
            {
                TLanes.Store(TLanes.Multiply(Total(i, TLanes.Broadcast(0)), share), _means + i);
            }
        }
        nint first = (nint)_radius * lanes;
        for (int i = 0; i < lanes; i++)
        {
            _shifts[i] = LocalStandardisation.Shift(_means + first + i, _kept + first + i, lanes, _cell, _radius, out bool any);
            sums.Shifts[row + i] = _shifts[i];
            sums.Counts[row + i] = any ? 1 : 0;
        }
    }

    /// <summary>The shifted pixels, the mean over channels, and their squares.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Deviate()
    {
        int lanes = TLanes.Count;
        TVector shift = TLanes.Load(_shifts), share = TLanes.Broadcast(1f / _channels);
        bool masked = _source.Mask != null;
        for (nint i = (nint)_from * lanes; i < (nint)_to * lanes; i += lanes)
        {
            TVector deviation = Total(i, shift);
            deviation = _channels == 1 ? deviation : TLanes.Multiply(deviation, share);
            deviation = masked ? TLanes.Multiply(deviation, TLanes.Load(_kept + i)) : deviation;
            TLanes.Store(deviation, _deviations + i);
            TLanes.Store(TLanes.Multiply(deviation, deviation), _squares + i);
        }
    }

    /// <summary>The sum over channels of what each differs from <paramref name="shift"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TVector Total(nint at, TVector shift)
    {
        TVector sum = TLanes.Subtract(TLanes.Load(_pixels + at), shift);
        for (int channel = 1; channel < _channels; channel++)
        {
            at += (nint)_columns * TLanes.Count;
            sum = TLanes.Add(sum, TLanes.Subtract(TLanes.Load(_pixels + at), shift));
        }
        return sum;
    }

    /// <summary>Filters columns <paramref name="first"/> and following of the panel, and turns them back: a row is a vector.</summary>
    private void Sum(float* values, int first, float* to)
    {
        Fir<TLanes, TVector>.Run(values, NoRing, first + _radius, _taps, _radius, _block, TLanes.Count);
        TLanes.Transpose(_block, TLanes.Count, to, TLanes.Count);
    }
}
