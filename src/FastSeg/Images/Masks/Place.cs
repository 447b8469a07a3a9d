namespace FastSeg.Images.Masks;

/// <summary>A pixel's row and column in one number, by which pixels are in reading order.</summary>
internal static class Place
{
    /// <summary>The number of a pixel.</summary>
    public static long Of(long x, long y) => (y << 32) | x;

    /// <summary>Its column.</summary>
    public static long X(long place) => place & uint.MaxValue;

    /// <summary>Its row.</summary>
    public static long Y(long place) => place >> 32;

    /// <summary>Its Chebyshev distance from a pixel: the larger of the distances of columns and rows.</summary>
    public static long Distance(long place, long x, long y) => Math.Max(Math.Abs(X(place) - x), Math.Abs(Y(place) - y));
}
