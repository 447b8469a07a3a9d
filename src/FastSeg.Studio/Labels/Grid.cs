namespace FastSeg.Studio.Labels;

/// <summary>
/// Shapes are given in 1/16 pixel: pixel 0 covers 0 to 16, and its centre is at 8. Whatever the bounds below allow is computed exactly.
/// </summary>
internal static class Grid
{
    /// <summary>Parts of a pixel.</summary>
    public const int Unit = 16;

    /// <summary>Where a pixel's centre lies in it.</summary>
    public const int Half = 8;

    /// <summary>Largest coordinate, either way: 64 Gpx, far outside of any image.</summary>
    public const long MaxCoordinate = 1L << 40;

    /// <summary>Largest radius: 65,536 pixels.</summary>
    public const long MaxRadius = 1L << 20;

    /// <summary>Most points of a shape.</summary>
    public const int MaxPoints = 100_000;

    /// <summary>The centre of a pixel.</summary>
    public static long Centre(long pixel) => (pixel * Unit) + Half;

    /// <summary>The first pixel whose centre is at or after a coordinate.</summary>
    public static long FirstAtOrAfter(long coordinate) => (coordinate - Half + Unit - 1) >> 4;

    /// <summary>The last pixel whose centre is at or before a coordinate.</summary>
    public static long LastAtOrBefore(long coordinate) => (coordinate - Half) >> 4;
}
