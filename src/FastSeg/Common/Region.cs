namespace FastSeg;

/// <summary>A rectangle of pixels: columns <c>X .. Right - 1</c>, rows <c>Y .. Bottom - 1</c>.</summary>
/// <param name="X">First column, in pixels.</param>
/// <param name="Y">First row, in pixels.</param>
/// <param name="Width">Columns.</param>
/// <param name="Height">Rows.</param>
public readonly record struct Region(long X, long Y, long Width, long Height)
{
    /// <summary>One past the last column.</summary>
    public long Right => X + Width;

    /// <summary>One past the last row.</summary>
    public long Bottom => Y + Height;

    /// <summary>Width times height; throws <see cref="OverflowException"/> beyond 2^63 - 1.</summary>
    public long Pixels => checked(Width * Height);

    /// <summary>Whether the region holds no pixel.</summary>
    public bool IsEmpty => Width <= 0 || Height <= 0;

    /// <summary>The region grown by <paramref name="halo"/> pixels on every side.</summary>
    public Region Inflate(long halo) => new(X - halo, Y - halo, Width + (2 * halo), Height + (2 * halo));

    /// <summary>The pixels that lie in both regions; where there are none, a region of width and height 0.</summary>
    public Region Intersect(Region other)
    {
        long x = Math.Max(X, other.X), y = Math.Max(Y, other.Y);
        long width = Math.Min(Right, other.Right) - x, height = Math.Min(Bottom, other.Bottom) - y;
        return width > 0 && height > 0 ? new Region(x, y, width, height) : new Region(x, y, 0, 0);
    }

    /// <summary>Whether every pixel of <paramref name="other"/> is in this region.</summary>
    public bool Contains(Region other) =>
        // Compares differences instead of sums, because the far corner of a hostile region may lie past 2^63.
        other.X >= X && other.Y >= Y && other.X <= Right && other.Y <= Bottom
        && other.Width <= Right - other.X && other.Height <= Bottom - other.Y;

    /// <summary>The four numbers as <c>X,Y,WIDTH,HEIGHT</c>.</summary>
    public override string ToString() => $"{X},{Y},{Width},{Height}";
}
