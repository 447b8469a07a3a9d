namespace FastSeg.Features;

/// <summary>
/// The pixels (dx, dy) with dx^2 + dy^2 at most sigma^2, as rows: row dy reaches from -<see cref="HalfWidth"/> to +HalfWidth.
/// </summary>
/// <remarks>
/// Sums over a disk have one order on every backend. Within a row the sum begins with the centre; then the pairs (left + right) at
/// distance 1, 2, ... are added. The rows are added from the outermost pair inwards, upper + lower as one term, and the middle row last.
/// The mean is the sum times the reciprocal of the pixel count.
/// </remarks>
internal readonly struct Disk
{
    private readonly int[] _halfWidths;

    /// <summary>Finds the half width of every row.</summary>
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

    /// <summary>Rows above the middle one, and as many below.</summary>
    public int Radius { get; }

    /// <summary>Pixels of the disk; their number is odd.</summary>
    public int Pixels { get; }

    /// <summary>Pixels that the rows dy and -dy have on each side of their centre.</summary>
    public int HalfWidth(int dy) => _halfWidths[dy];
}
