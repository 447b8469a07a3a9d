namespace FastSeg.Features;

/// <summary>
/// The pixels (dx, dy) with dx^2 + dy^2 at most sigma^2, as rows: row dy reaches from -<see cref="HalfWidth"/> to +HalfWidth.
/// </summary>
/// <remarks>
/// Sums over it have one order: in a row, the centre, then for h = 1, 2, ... the pair (left + right) is added; the rows from the
/// outermost pair inwards, upper + lower as one term, the middle row last; the mean is the sum times the reciprocal of the pixel count.
/// </remarks>
internal readonly struct Disk
{
    private readonly int[] _halfWidths;

    /// <summary>Lists the rows.</summary>
    public Disk(double sigma)
    {
        Radius = (int)sigma;
        _halfWidths = new int[Radius + 1];
        for (int dy = 0; dy <= Radius; dy++)
        {
            while (((_halfWidths[dy] + 1.0) * (_halfWidths[dy] + 1)) + ((double)dy * dy) <= sigma * sigma)
            {
                _halfWidths[dy]++;
            }
            Pixels += ((2 * _halfWidths[dy]) + 1) * (dy == 0 ? 1 : 2);
        }
    }

    /// <summary>Rows above, and below, the middle.</summary>
    public int Radius { get; }

    /// <summary>Pixels of the disk; odd.</summary>
    public int Pixels { get; }

    /// <summary>Reach of the rows dy and -dy.</summary>
    public int HalfWidth(int dy) => _halfWidths[dy];
}
