using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using FastSeg.Simd;

namespace FastSeg.Features.Local;

/// <summary>
/// Standardised planes of rectangles of an image, for one thread; it owns the memory in which it works. This class hides the vector width,
/// for which its one descendant is compiled twice.
/// </summary>
internal abstract unsafe class LocalStandardisationCpu
{
    /// <summary>Carves the buffers of one for the width that the process uses.</summary>
    /// <param name="arena">Where they come from.</param>
    /// <param name="sigma">The window's standard deviation.</param>
    /// <param name="channels">Channels of the samples.</param>
    /// <param name="maxRows">Rows of the tallest rectangle that will be wanted.</param>
    /// <param name="masked">Whether pixels may be left out.</param>
    /// <param name="bits">Width of the vectors, 256 or 512; 0 for the one that the process uses. Planes do not depend on it.</param>
    public static LocalStandardisationCpu Create(Arena arena, double sigma, int channels, long maxRows, bool masked, int bits = 0) =>
        (bits == 0 ? VectorPath.Bits : bits) == 512
            ? new LocalStandardisation<Simd512, Vector512<float>>(arena, sigma, channels, maxRows, masked)
            : new LocalStandardisation<Simd256, Vector256<float>>(arena, sigma, channels, maxRows, masked);

    /// <summary>Standardises every channel of a rectangle. Allocates nothing.</summary>
    /// <param name="pixels">
    /// Samples of at least the rectangle and <see cref="LocalStandardisation.Radius"/> around it, as far as the image goes.
    /// </param>
    /// <param name="wanted">The rectangle, inside the image.</param>
    /// <param name="planes">Receives a plane a channel, row-major without padding, one behind the other.</param>
    public abstract void Run(in LocalPixels pixels, Region wanted, float* planes);
}

/// <summary>Standardised planes, for one vector width.</summary>
internal sealed unsafe class LocalStandardisation<TLanes, TVector> : LocalStandardisationCpu
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private readonly int _radius;
    private readonly int _cell;
    private readonly LocalRows<TLanes, TVector> _rows;
    private readonly LocalColumns<TLanes, TVector> _columns;
    private readonly LocalSums _sums;
    private readonly long _maxRows;
    private readonly float* _line;

    /// <summary>Plans both passes and carves their buffers.</summary>
    public LocalStandardisation(Arena arena, double sigma, int channels, long maxRows, bool masked)
    {
        int lanes = TLanes.Count;
        _radius = LocalStandardisation.Radius(sigma);
        _cell = LocalStandardisation.Cell(sigma);
        _maxRows = maxRows;
        _rows = new LocalRows<TLanes, TVector>(arena, sigma, channels);
        _columns = new LocalColumns<TLanes, TVector>(arena, sigma);
        int rows = checked((int)maxRows + (2 * _radius) + lanes), vectors = Math.Max(_cell, lanes) / lanes;
        nint stride = (nint)rows * lanes;
        _sums = new LocalSums
        {
            Deviations = arena.Floats(stride * vectors),
            Squares = arena.Floats(stride * vectors),
            Weights = arena.Floats(masked ? stride * vectors : vectors * lanes),
            Shifts = arena.Floats(rows),
            Counts = arena.Floats(rows),
            Stride = stride,
            WeightStride = masked ? stride : lanes,
            WeightStep = masked ? lanes : 0,
        };
        _line = arena.Floats(Math.Max(_cell, lanes));
    }

    /// <inheritdoc/>
    public override void Run(in LocalPixels pixels, Region wanted, float* planes)
    {
        if (wanted.Height > _maxRows || (pixels.Mask != null) != (_sums.WeightStep != 0))
        {
            throw new ArgumentException("The rectangle is not one that this was planned for.", nameof(wanted));
        }
        // Row 0 of the sums may lie above the image; the image has rows from to to - 1.
        long top = wanted.Y - _radius;
        int from = (int)Math.Max(pixels.Image.Y - top, 0);
        int to = (int)(Math.Min(wanted.Bottom + _radius, pixels.Image.Bottom) - top);
        for (long x = wanted.X / _cell * _cell; x < wanted.Right; x += _cell)
        {
            _rows.Start(pixels, x, _sums);
            _columns.Start();
            new Span<float>(_sums.Counts, from).Clear();
            for (int row = from; row < to; row += TLanes.Count)
            {
                _rows.Run(top + row, row, _sums);
            }
            new Span<float>(_sums.Counts + to, (int)(wanted.Bottom + _radius - top) - to + TLanes.Count).Clear();
            for (long y = wanted.Y / _cell * _cell; y < wanted.Bottom; y += _cell)
            {
                int first = (int)Math.Max(wanted.Y - y, 0), count = (int)Math.Min(wanted.Bottom - y, _cell) - first;
                float shift = _columns.Run(_sums, (int)(y - top), first, count, from, to);
                Region part = new Region(x, y + first, _cell, count).Intersect(wanted);
                Write(pixels, part, (int)(part.X - x), shift, wanted, planes);
            }
        }
    }

    /// <summary>Standardises the pixels of a part of a cell, whose means and factors are known.</summary>
    private void Write(in LocalPixels pixels, Region part, int left, float shift, Region wanted, float* planes)
    {
        PixelSource source = pixels.Source;
        int width = (int)part.Width;
        for (int channel = 0; channel < source.Channels; channel++, planes += wanted.Pixels)
        {
            for (int row = 0; row < part.Height; row++)
            {
                byte* from = pixels.At(part.X, part.Y + row) + (channel * source.Type.Bytes());
                LocalRows<TLanes, TVector>.Convert(from, source.Type, source.Channels, width, _line);
                nint at = ((nint)row * _columns.Stride) + left;
                float* to = planes + ((part.Y + row - wanted.Y) * wanted.Width) + (part.X - wanted.X);
                Apply(_columns.Means + at, _columns.Factors + at, shift, width, to);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Apply(float* means, float* factors, float shift, int count, float* to)
    {
        TVector origin = TLanes.Broadcast(shift), zero = TLanes.Broadcast(0);
        int i = 0;
        for (; i <= count - TLanes.Count; i += TLanes.Count)
        {
            TVector difference = TLanes.Subtract(TLanes.Subtract(TLanes.Load(_line + i), origin), TLanes.Load(means + i));
            // Adding 0 turns -0 into +0.
            TLanes.Store(TLanes.Add(TLanes.Multiply(difference, TLanes.Load(factors + i)), zero), to + i);
        }
        for (; i < count; i++)
        {
            to[i] = ((_line[i] - shift - means[i]) * factors[i]) + 0f;
        }
    }
}
