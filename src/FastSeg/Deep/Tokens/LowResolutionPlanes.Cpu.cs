using System.Runtime.Intrinsics;
using FastSeg.Native;
using FastSeg.Simd;

namespace FastSeg.Deep.Tokens;

/// <summary>
/// Brings low-resolution features to full resolution, for any rectangle of pixels: each pixel takes its cell's features (nearest), or lies
/// bilinearly between four cells whose centres are at half pixels, clamped at the edge. One worker's; not thread-safe.
/// </summary>
/// <remarks>
/// With patch p, pixel x lies at cell coordinate (x + 0.5) / p - 0.5 = i + f; where cells overlap by o pixels, their centres lie o / 2
/// pixels further, and it is (x + 0.5 - o / 2) / p - 0.5. Along x first: h = fma(f, b - a, a) between the values a and
/// b of cells i and i + 1; then the same along y between two rows of h. f is rounded to float32 once.
/// </remarks>
internal sealed unsafe class LowResolutionPlanesCpu : IDisposable
{
    private const int Lanes = 16;

    private readonly LowResolution _map;
    private readonly bool _bilinear;
    private readonly HostBuffer _rows;
    private readonly HostBuffer _fractions;
    private readonly int _maxWidth;
    private readonly int _maxHeight;
    private readonly int _rowFloats;

    /// <summary>Pixels from a cell's first one to its centre, rounded down.</summary>
    private readonly int _half;

    /// <summary>Allocates a worker's rows.</summary>
    /// <param name="map">The features; they must outlive this.</param>
    /// <param name="bilinear">Bilinear, or nearest.</param>
    /// <param name="maxWidth">Widest rectangle.</param>
    /// <param name="maxHeight">Tallest rectangle.</param>
    public LowResolutionPlanesCpu(LowResolution map, bool bilinear, int maxWidth, int maxHeight)
    {
        (_map, _bilinear, _maxWidth, _maxHeight) = (map, bilinear, maxWidth, maxHeight);
        _half = (map.Patch + map.Overlap) / 2;
        _rowFloats = RowFloats(map.Patch, maxWidth);
        _rows = new HostBuffer((long)CellRows(map.Patch, maxHeight) * _rowFloats * sizeof(float));
        _fractions = new HostBuffer(Padded(map.Patch) * sizeof(float));
        float* fractions = (float*)_fractions.Pointer;
        for (int i = 0; i < Padded(map.Patch); i++)
        {
            fractions[i] = (float)((i + (HalfPixel(map.Patch + map.Overlap) * 0.5)) / map.Patch);
        }
    }

    /// <summary>Bytes the constructor allocates.</summary>
    public static long Bytes(int patch, int maxWidth, int maxHeight) =>
        ((long)CellRows(patch, maxHeight) * RowFloats(patch, maxWidth) * sizeof(float)) + (Padded(patch) * sizeof(float));

    /// <summary>Evaluates every channel for a rectangle of pixels. Allocates nothing.</summary>
    /// <param name="x">First column.</param>
    /// <param name="y">First row.</param>
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    /// <param name="first">Channel 0, row 0, column 0.</param>
    /// <param name="rowStride">Floats from a row to the next.</param>
    /// <param name="planeStride">Floats from a channel to the next.</param>
    public void Planes(long x, long y, int width, int height, float* first, nint rowStride, nint planeStride)
    {
        if (x < 0 || y < 0 || width > _maxWidth || height > _maxHeight)
        {
            throw new ArgumentOutOfRangeException(nameof(width));
        }
        for (int channel = 0; channel < _map.Channels; channel++)
        {
            float* plane = first + (channel * planeStride);
            if (_bilinear)
            {
                Bilinear(_map.Plane(channel), x, y, width, height, plane, rowStride);
            }
            else
            {
                Nearest(_map.Plane(channel), x, y, width, height, plane, rowStride);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _rows.Dispose();
        _fractions.Dispose();
    }

    /// <summary>1 for cells of an even side, whose centres lie half a pixel beside pixels; 0 for an odd one.</summary>
    private static int HalfPixel(int side) => 1 - (side % 2);

    private static int Padded(int patch) => (patch + Lanes - 1) / Lanes * Lanes;

    /// <summary>Floats of a row of h, which may start a patch before the rectangle and end a patch and a vector behind it.</summary>
    private static int RowFloats(int patch, int maxWidth) => Padded(maxWidth) + (2 * Padded(patch)) + Lanes;

    /// <summary>Rows of h that a rectangle lies between.</summary>
    private static int CellRows(int patch, int maxHeight) => (maxHeight / patch) + 3;

    private void Bilinear(float* cells, long x, long y, int width, int height, float* plane, nint rowStride)
    {
        int patch = _map.Patch;
        // The centre of cell i lies at pixel i p + half; the p pixels from there on lie between cells i and i + 1.
        long firstRow = FloorDivide(y - _half, patch), lastRow = FloorDivide(y + height - 1 - _half, patch) + 1;
        long firstCell = FloorDivide(x - _half, patch);
        int skip = (int)(x - _half - (firstCell * patch));
        float* expanded = (float*)_rows.Pointer;
        for (long row = firstRow; row <= lastRow; row++)
        {
            float* values = cells + (Math.Clamp(row, 0, _map.Rows - 1) * _map.Columns);
            Expand(values, firstCell, skip + width, expanded + ((nint)(row - firstRow) * _rowFloats));
        }
        float* fractions = (float*)_fractions.Pointer;
        for (int r = 0; r < height; r++)
        {
            long row = FloorDivide(y + r - _half, patch);
            float fraction = fractions[y + r - _half - (row * patch)];
            float* above = expanded + ((nint)(row - firstRow) * _rowFloats) + skip;
            Between(above, above + _rowFloats, fraction, plane + (r * rowStride), width);
        }
    }

    /// <summary>
    /// Interpolates one row of cells along x, from the centre of <paramref name="cell"/> on; may write a vector past the end.
    /// </summary>
    private void Expand(float* values, long cell, int count, float* to)
    {
        int patch = _map.Patch;
        long last = _map.Columns - 1;
        float* fractions = (float*)_fractions.Pointer;
        bool wide = VectorPath.Bits == 512;
        for (int done = 0; done < count; done += patch, cell++)
        {
            float a = values[Math.Clamp(cell, 0, last)], b = values[Math.Clamp(cell + 1, 0, last)];
            for (int i = 0; i < patch; i += wide ? 16 : 8)
            {
                if (wide)
                {
                    Vector512.FusedMultiplyAdd(Vector512.Load(fractions + i), Vector512.Create(b - a), Vector512.Create(a))
                        .Store(to + done + i);
                }
                else
                {
                    Vector256.FusedMultiplyAdd(Vector256.Load(fractions + i), Vector256.Create(b - a), Vector256.Create(a))
                        .Store(to + done + i);
                }
            }
        }
    }

    /// <summary>
    /// Interpolates along y: to = above + fraction (below - above), fused. The end of a row that fills no vector goes one by one.
    /// </summary>
    private static void Between(float* above, float* below, float fraction, float* to, int count)
    {
        int i = 0;
        if (VectorPath.Bits == 512)
        {
            for (; i <= count - 16; i += 16)
            {
                Vector512<float> a = Vector512.Load(above + i);
                Vector512.FusedMultiplyAdd(Vector512.Create(fraction), Vector512.Load(below + i) - a, a).Store(to + i);
            }
        }
        else
        {
            for (; i <= count - 8; i += 8)
            {
                Vector256<float> a = Vector256.Load(above + i);
                Vector256.FusedMultiplyAdd(Vector256.Create(fraction), Vector256.Load(below + i) - a, a).Store(to + i);
            }
        }
        for (; i < count; i++)
        {
            to[i] = MathF.FusedMultiplyAdd(fraction, below[i] - above[i], above[i]);
        }
    }

    private void Nearest(float* cells, long x, long y, int width, int height, float* plane, nint rowStride)
    {
        int patch = _map.Patch;
        // Where cells overlap, the nearest one is the one whose middle a pixel lies in.
        long before = _map.Overlap / 2, cell = FloorDivide(x - before, patch);
        int skip = (int)(x - before - (cell * patch));
        float* row = (float*)_rows.Pointer;
        for (int r = 0; r < height; r++)
        {
            if (r == 0 || (y + r - before) % patch == 0)
            {
                long cellRow = Math.Clamp(FloorDivide(y + r - before, patch), 0, _map.Rows - 1);
                Repeat(cells + (cellRow * _map.Columns), cell, skip + width, row);
            }
            new ReadOnlySpan<float>(row + skip, width).CopyTo(new Span<float>(plane + (r * rowStride), width));
        }
    }

    /// <summary>Repeats each value of a row of cells as often as a cell is wide; may write a vector past the end.</summary>
    private void Repeat(float* values, long cell, int count, float* to)
    {
        int patch = _map.Patch;
        for (int done = 0; done < count; done += patch, cell++)
        {
            Vector256<float> value = Vector256.Create(values[Math.Clamp(cell, 0, _map.Columns - 1)]);
            for (int i = 0; i < patch; i += 8)
            {
                value.Store(to + done + i);
            }
        }
    }

    private static long FloorDivide(long value, int divisor) => value >= 0 ? value / divisor : -((-value + divisor - 1) / divisor);
}
