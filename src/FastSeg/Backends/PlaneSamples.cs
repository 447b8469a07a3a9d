using FastSeg.Simd;

namespace FastSeg.Backends;

/// <summary>
/// Values of a few feature planes at scattered points, noted while they are in the cache: one point in each cell of a grid, so that no
/// pattern of the image can hide between them. Which points depends on the area alone, and a point that several tiles compute has one
/// value, so neither tiles nor threads change anything.
/// </summary>
internal sealed unsafe class PlaneSamples
{
    /// <summary>Cells of the grid, at most, and the least side of one.</summary>
    private const int MostCells = 4096, LeastSide = 8;

    private readonly Region _area;
    private readonly int[] _planes;
    private readonly long _side, _across;
    private readonly float[] _values;

    /// <summary>Chooses the points.</summary>
    /// <param name="area">Where the planes are computed.</param>
    /// <param name="planes">The planes' numbers.</param>
    public PlaneSamples(Region area, int[] planes)
    {
        (_area, _planes, _side) = (area, planes, LeastSide);
        while (Cells(area.Width) * Cells(area.Height) > MostCells)
        {
            _side *= 2;
        }
        _across = Cells(area.Width);
        _values = new float[_across * Cells(area.Height) * planes.Length];
        Array.Fill(_values, float.NaN);
    }

    /// <summary>Notes the values of a band; several threads may call.</summary>
    public void Take(in Band band)
    {
        Region part = new Region(band.X, band.Y, band.Width, band.Height).Intersect(_area);
        for (long row = (part.Y - _area.Y) / _side; !part.IsEmpty && (row * _side) + _area.Y < part.Bottom; row++)
        {
            for (long column = (part.X - _area.X) / _side; (column * _side) + _area.X < part.Right; column++)
            {
                (long x, long y) = Point(column, row);
                if (x < part.X || x >= part.Right || y < part.Y || y >= part.Bottom)
                {
                    continue;
                }
                long at = ((row * _across) + column) * _planes.Length;
                for (int i = 0; i < _planes.Length; i++)
                {
                    _values[at + i] = band.Row(_planes[i], (int)(y - band.Y))[x - band.X];
                }
            }
        }
    }

    /// <summary>The mean of a plane over the points that were computed; null where there are none.</summary>
    /// <param name="plane">Which of the planes.</param>
    public double? Mean(int plane)
    {
        (double sum, long count) = (0, 0);
        for (int at = plane; at < _values.Length; at += _planes.Length)
        {
            (sum, count) = float.IsFinite(_values[at]) ? (sum + _values[at], count + 1) : (sum, count);
        }
        return count == 0 ? null : sum / count;
    }

    private long Cells(long length) => (length + _side - 1) / _side;

    /// <summary>The point of a cell; the last ones may lie outside the area. The factors are odd numbers without a pattern.</summary>
    private (long X, long Y) Point(long column, long row)
    {
        ulong mixed = ((ulong)column * 0x9E3779B97F4A7C15) ^ ((ulong)row * 0xC2B2AE3D27D4EB4F);
        mixed = (mixed ^ (mixed >> 29)) * 0xBF58476D1CE4E5B9;
        long side = _side;
        (long x, long y) = ((long)((mixed >> 20) % (ulong)side), (long)((mixed >> 42) % (ulong)side));
        return (_area.X + (column * side) + x, _area.Y + (row * side) + y);
    }
}
