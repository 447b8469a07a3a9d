using FastSeg.Simd;

namespace FastSeg.Backends;

/// <summary>
/// Values of a few feature planes at the points of a grid, noted while they are in the cache. Which points depends on the area alone, and a
/// point that several tiles compute has one value, so neither tiles nor threads change anything.
/// </summary>
internal sealed unsafe class PlaneSamples
{
    /// <summary>Points of the grid, at most, and the least step between them.</summary>
    private const int MostPoints = 4096, LeastStep = 8;

    private readonly Region _area;
    private readonly int[] _planes;
    private readonly long _step, _across;
    private readonly float[] _values;

    /// <summary>Chooses the points.</summary>
    /// <param name="area">Where the planes are computed.</param>
    /// <param name="planes">The planes' numbers.</param>
    public PlaneSamples(Region area, int[] planes)
    {
        (_area, _planes, _step) = (area, planes, LeastStep);
        while (Points(area.Width) * Points(area.Height) > MostPoints)
        {
            _step *= 2;
        }
        _across = Points(area.Width);
        _values = new float[_across * Points(area.Height) * planes.Length];
        Array.Fill(_values, float.NaN);
    }

    /// <summary>Notes the values of a band; several threads may call.</summary>
    public void Take(in Band band)
    {
        long x0 = Begin(band.X, _area.X), end = Math.Min(band.X + band.Width, _area.Right);
        for (long y = Begin(band.Y, _area.Y); y < Math.Min(band.Y + band.Height, _area.Bottom); y += _step)
        {
            for (long x = x0; x < end; x += _step)
            {
                long at = ((((y - _area.Y) / _step) * _across) + ((x - _area.X) / _step)) * _planes.Length;
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

    private long Points(long side) => (side + (_step / 2) - 1) / _step;

    /// <summary>The first point of the grid that is not before a column or row; points lie in the middle of their step.</summary>
    private long Begin(long from, long corner)
    {
        long first = corner + (_step / 2), steps = Math.Max(0, (from - first + _step - 1) / _step);
        return first + (steps * _step);
    }
}
