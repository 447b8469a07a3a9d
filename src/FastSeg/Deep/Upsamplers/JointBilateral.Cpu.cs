using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using FastSeg.Deep.Tokens;
using FastSeg.Native;
using FastSeg.Simd;
using Kernel = FastSeg.Kernels.JointBilateral;

namespace FastSeg.Deep.Upsamplers;

/// <summary>
/// Joint bilateral upsampling of one map for one worker: <see cref="Start"/> takes what a tile's core looks at, <see cref="Planes"/> makes
/// any rectangle of it. Not thread-safe.
/// </summary>
/// <remarks>
/// All pixels of a cell look at the same cells, so their weights are computed side by side: the lanes are a cell's pixels, row by row,
/// and each cell's value serves all of them. Both vector widths and the kernel give the same bits.
/// </remarks>
internal sealed unsafe class JointBilateralCpu : IDisposable
{
    /// <summary>Channels that are summed at a time: two multiply-adds a cycle, each of a latency of 4 cycles, need eight sums.</summary>
    private const int ChannelsAtOnce = 8;

    private const int Side = (2 * Kernel.Reach) + 1;

    private readonly LowResolution _map;
    private readonly int _colours, _channels, _pixels;
    private readonly float _perColour, _perSquare;
    private readonly HostBuffer _buffer;

    /// <summary>
    /// By place in the buffer: for each of five offsets the squares of twice the distance across and down of a cell's pixels; the pixels'
    /// colours; their weights for each cell; one over the weights' sums; results; mean colours and features of the cells around a tile.
    /// </summary>
    private readonly float* _across, _down, _colour, _weights, _parts, _results, _means, _cells;
    private GuidanceImage _image;
    private Region _around;

    /// <summary>Allocates a worker's buffers.</summary>
    /// <param name="map">The features; they must outlive this.</param>
    /// <param name="colours">Colours of the image, 1 or 3.</param>
    /// <param name="maxWidth">Columns of the widest core.</param>
    /// <param name="maxHeight">Rows of the tallest core.</param>
    public JointBilateralCpu(LowResolution map, int colours, long maxWidth, long maxHeight)
    {
        (_map, _colours, _channels, _pixels) = (map, colours, Padded(map.Channels, ChannelsAtOnce), PaddedPixels(map.Patch));
        (_perColour, _perSquare) = (JointBilateral.PerColour(colours), JointBilateral.PerSquare(map.Patch));
        _buffer = new HostBuffer(Bytes(map.Patch, map.Channels, colours, maxWidth, maxHeight));
        var arena = new Arena(_buffer);
        long cells = MostCells(map.Patch, maxWidth, maxHeight);
        _across = arena.Floats(Side * _pixels);
        _down = arena.Floats(Side * _pixels);
        _colour = arena.Floats(colours * _pixels);
        _weights = arena.Floats(Kernel.MostCells * _pixels);
        _parts = arena.Floats(_pixels);
        _results = arena.Floats(_channels * _pixels);
        _means = arena.Floats(colours * cells);
        _cells = arena.Floats(_channels * cells);
        FillDistances();
    }

    /// <summary>Bytes the constructor allocates.</summary>
    public static long Bytes(int patch, int channels, int colours, long maxWidth, long maxHeight)
    {
        var arena = new Arena();
        long pixels = PaddedPixels(patch), cells = MostCells(patch, maxWidth, maxHeight);
        int padded = Padded(channels, ChannelsAtOnce);
        long[] counts =
        [
            Side * pixels, Side * pixels, colours * pixels, Kernel.MostCells * pixels, pixels, padded * pixels, colours * cells,
            padded * cells,
        ];
        foreach (long count in counts)
        {
            arena.Floats(count);
        }
        return arena.Bytes;
    }

    /// <summary>Takes the cells that a core looks at, and their mean colours.</summary>
    /// <param name="image">The image around the core, at least <see cref="JointBilateral.Guidance"/>; valid until the next core.</param>
    /// <param name="core">The core.</param>
    public void Start(GuidanceImage image, Region core)
    {
        (_image, _around) = (image, JointBilateral.Cells(core, _map.Patch, _map.Rows, _map.Columns));
        int count = (int)_around.Pixels, columns = (int)_around.Width;
        float part = 1f / (_map.Patch * _map.Patch);
        Span<nint> rows = stackalloc nint[_colours * _map.Patch];
        for (int cell = 0; cell < count; cell++)
        {
            long row = _around.Y + (cell / columns), column = _around.X + (cell % columns);
            for (int i = 0; i < rows.Length && cell % columns == 0; i++)
            {
                rows[i] = (nint)_image.Row(i / _map.Patch, (int)((row * _map.Patch) + (i % _map.Patch)));
            }
            for (int colour = 0; colour < _colours; colour++)
            {
                _means[(colour * count) + cell] = Sum(rows.Slice(colour * _map.Patch, _map.Patch), column * _map.Patch) * part;
            }
            float* from = _map.Plane(0) + (row * _map.Columns) + column, to = _cells + ((nint)cell * _channels);
            for (int channel = 0; channel < _map.Channels; channel++)
            {
                to[channel] = from[channel * _map.Rows * _map.Columns];
            }
        }
    }

    /// <summary>Evaluates every channel for a rectangle of the core last started. Allocates nothing.</summary>
    /// <param name="area">The rectangle.</param>
    /// <param name="first">Channel 0, row 0, column 0.</param>
    /// <param name="rowStride">Floats from a row to the next.</param>
    /// <param name="planeStride">Floats from a channel to the next.</param>
    public void Planes(Region area, float* first, nint rowStride, nint planeStride)
    {
        int patch = _map.Patch;
        for (long row = area.Y / patch; row * patch < area.Bottom; row++)
        {
            int top = (int)Math.Max(0, area.Y - (row * patch)), bottom = (int)Math.Min(patch, area.Bottom - (row * patch));
            for (long column = area.X / patch; column * patch < area.Right; column++)
            {
                Load(row, column, top, bottom);
                if (VectorPath.Bits == 512)
                {
                    Cell<Simd512, Vector512<float>>(row, column, top * patch, bottom * patch);
                }
                else
                {
                    Cell<Simd256, Vector256<float>>(row, column, top * patch, bottom * patch);
                }
                int left = (int)Math.Max(0, area.X - (column * patch)), right = (int)Math.Min(patch, area.Right - (column * patch));
                for (int channel = 0; channel < _map.Channels; channel++)
                {
                    float* from = _results + (channel * _pixels);
                    float* to = first + (channel * planeStride) + (nint)((column * patch) - area.X);
                    for (int y = top; y < bottom; y++)
                    {
                        new ReadOnlySpan<float>(from + (y * patch) + left, right - left).CopyTo(
                            new Span<float>(to + ((nint)((row * patch) + y - area.Y) * rowStride) + left, right - left));
                    }
                }
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _buffer.Dispose();

    private static int Padded(int count, int step) => (count + step - 1) / step * step;

    private static int PaddedPixels(int patch) => Padded(patch * patch, Arena.Line);

    private static long MostCells(int patch, long maxWidth, long maxHeight) =>
        JointBilateral.MostCells(maxWidth, patch) * JointBilateral.MostCells(maxHeight, patch);

    private void FillDistances()
    {
        int patch = _map.Patch;
        for (int offset = 0; offset < Side; offset++)
        {
            for (int i = 0; i < patch * patch; i++)
            {
                int across = Twice(i % patch), down = Twice(i / patch);
                _across[(offset * _pixels) + i] = across * across;
                _down[(offset * _pixels) + i] = down * down;
            }

            int Twice(int place) => (2 * (place - ((offset - Kernel.Reach) * patch))) + 1 - patch;
        }
    }

    /// <summary>A cell's sum of a colour, down its columns first; the image's column x of a row is at the row's pointer plus x.</summary>
    private float Sum(ReadOnlySpan<nint> rows, long x)
    {
        float sum = 0;
        for (int i = 0; i < _map.Patch; i++)
        {
            long column = Math.Min(x + i, _image.Region.Right - 1);
            float down = 0;
            foreach (nint row in rows)
            {
                down += ((float*)row)[column];
            }
            sum += down;
        }
        return sum;
    }

    /// <summary>Collects the colours of a cell's pixels in some of its rows.</summary>
    private void Load(long row, long column, int top, int bottom)
    {
        int patch = _map.Patch;
        long x = column * patch;
        for (int colour = 0; colour < _colours; colour++)
        {
            for (int y = top; y < bottom; y++)
            {
                float* from = _image.Row(colour, (int)(row * patch) + y), to = _colour + (colour * _pixels) + (y * patch);
                for (int i = 0; i < patch; i++)
                {
                    to[i] = from[Math.Min(x + i, _image.Region.Right - 1)];
                }
            }
        }
    }

    /// <summary>Weights and results of a cell's pixels number <paramref name="from"/> to <paramref name="to"/>, in whole vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Cell<TLanes, TVector>(long row, long column, int from, int to)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        Region near = new Region(column, row, 1, 1).Inflate(Kernel.Reach).Intersect(_around);
        int first = (int)(((near.Y - _around.Y) * _around.Width) + near.X - _around.X), rowStep = (int)_around.Width;
        (int rows, int columns) = ((int)near.Height, (int)near.Width);
        float* across = _across + ((near.X - column + Kernel.Reach) * _pixels);
        float* down = _down + ((near.Y - row + Kernel.Reach) * _pixels);
        for (int i = from / TLanes.Count * TLanes.Count; i < to; i += TLanes.Count)
        {
            Weigh<TLanes, TVector>(i, first, rows, columns, across, down);
            for (int channel = 0; channel < _channels; channel += ChannelsAtOnce)
            {
                float* values = _cells + ((nint)first * _channels) + channel;
                Channels<TLanes, TVector>(
                    _weights + i, values, rows, columns, rowStep * _channels, TLanes.Load(_parts + i),
                    _results + (channel * _pixels) + i);
            }
        }
    }

    /// <summary>The weights of the cells around, row by row, for a vector of pixels, and one over the weights' sum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Weigh<TLanes, TVector>(int i, int first, int rows, int columns, float* across, float* down)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        TVector perColour = TLanes.Broadcast(_perColour), perSquare = TLanes.Broadcast(_perSquare);
        TVector least = TLanes.Broadcast(float.MaxValue), sum = TLanes.Broadcast(0);
        float* weight = _weights + i;
        for (int y = 0; y < rows; y++)
        {
            TVector vertical = TLanes.Load(down + (y * _pixels) + i);
            for (int x = 0; x < columns; x++, weight += _pixels)
            {
                float* mean = _means + first + (y * (int)_around.Width) + x;
                TVector squares = TLanes.Broadcast(0);
                for (int colour = 0; colour < _colours; colour++, mean += _around.Pixels)
                {
                    TVector difference = TLanes.Subtract(TLanes.Load(_colour + (colour * _pixels) + i), TLanes.Broadcast(*mean));
                    squares = TLanes.Fma(difference, difference, squares);
                }
                TVector space = TLanes.Add(TLanes.Load(across + (x * _pixels) + i), vertical);
                TVector distance = TLanes.Fma(squares, perColour, TLanes.Multiply(space, perSquare));
                least = TLanes.Min(least, distance);
                TLanes.Store(distance, weight);
            }
        }
        weight = _weights + i;
        for (int cell = 0; cell < rows * columns; cell++, weight += _pixels)
        {
            TVector power = ExponentialCpu.Of<TLanes, TVector>(TLanes.Subtract(least, TLanes.Load(weight)));
            TLanes.Store(power, weight);
            sum = TLanes.Add(sum, power);
        }
        TLanes.Store(TLanes.Divide(TLanes.Broadcast(1), sum), _parts + i);
    }

    /// <summary>Eight channels of a vector of pixels: weighted sums over the cells around, times one over the weights' sum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Channels<TLanes, TVector>(
        float* weight, float* values, int rows, int columns, nint rowStep, TVector part, float* results)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        TVector s0 = TLanes.Broadcast(0), s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0;
        for (int y = 0; y < rows; y++)
        {
            float* value = values + (y * rowStep);
            for (int x = 0; x < columns; x++, weight += _pixels, value += _channels)
            {
                TVector w = TLanes.Load(weight);
                s0 = TLanes.Fma(w, TLanes.Broadcast(value[0]), s0);
                s1 = TLanes.Fma(w, TLanes.Broadcast(value[1]), s1);
                s2 = TLanes.Fma(w, TLanes.Broadcast(value[2]), s2);
                s3 = TLanes.Fma(w, TLanes.Broadcast(value[3]), s3);
                s4 = TLanes.Fma(w, TLanes.Broadcast(value[4]), s4);
                s5 = TLanes.Fma(w, TLanes.Broadcast(value[5]), s5);
                s6 = TLanes.Fma(w, TLanes.Broadcast(value[6]), s6);
                s7 = TLanes.Fma(w, TLanes.Broadcast(value[7]), s7);
            }
        }
        TLanes.Store(TLanes.Multiply(s0, part), results);
        TLanes.Store(TLanes.Multiply(s1, part), results + _pixels);
        TLanes.Store(TLanes.Multiply(s2, part), results + (2 * _pixels));
        TLanes.Store(TLanes.Multiply(s3, part), results + (3 * _pixels));
        TLanes.Store(TLanes.Multiply(s4, part), results + (4 * _pixels));
        TLanes.Store(TLanes.Multiply(s5, part), results + (5 * _pixels));
        TLanes.Store(TLanes.Multiply(s6, part), results + (6 * _pixels));
        TLanes.Store(TLanes.Multiply(s7, part), results + (7 * _pixels));
    }
}
