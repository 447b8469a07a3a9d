namespace FastSeg.Studio.Pictures;

/// <summary>
/// The sizes of an image's levels, and where a tile lies in memory or in a file. Level n is the image halved n times; the last one fits
/// one tile. Level 0 is the image itself, and is not stored.
/// </summary>
/// <param name="image">The image.</param>
internal sealed class PyramidLayout(ImageInfo image)
{
    /// <summary>The side of a tile.</summary>
    public const int Side = 256;

    /// <summary>The image that the levels are made of.</summary>
    public ImageInfo Image => image;

    /// <summary>The first level that fits one tile.</summary>
    public int Last { get; } = LevelWithin(image, Side);

    /// <summary>Bytes of all stored tiles.</summary>
    public long Bytes => Start(Last + 1);

    /// <summary>The first level whose sides are at most a number of pixels.</summary>
    public static int LevelWithin(ImageInfo image, int side)
    {
        int level = 0;
        while (Shrunk(Math.Max(image.Width, image.Height), level) > side)
        {
            level++;
        }
        return level;
    }

    /// <summary>Columns of a level.</summary>
    public long Width(int level) => Shrunk(image.Width, level);

    /// <summary>Rows of a level.</summary>
    public long Height(int level) => Shrunk(image.Height, level);

    /// <summary>Tiles beside each other.</summary>
    public long Across(int level) => (Width(level) + Side - 1) / Side;

    /// <summary>Tiles below each other.</summary>
    public long Down(int level) => (Height(level) + Side - 1) / Side;

    /// <summary>The pixels of a tile, in its level; empty where the level has no such tile.</summary>
    public Region Area(int level, long x, long y) =>
        new Region(x * Side, y * Side, Side, Side).Intersect(new Region(0, 0, Width(level), Height(level)));

    /// <summary>Where a tile of a level above 0 begins. All tiles have the same room, though those at the edge need less.</summary>
    public long Offset(int level, long x, long y) => Start(level) + (((y * Across(level)) + x) * TileBytes);

    private long TileBytes => (long)Side * Side * image.PixelBytes;

    private long Start(int level)
    {
        long tiles = 0;
        for (int below = 1; below < level; below++)
        {
            tiles += Across(below) * Down(below);
        }
        return tiles * TileBytes;
    }

    /// <summary>A side halved some times, each time rounded up.</summary>
    private static long Shrunk(long side, int level) => level >= 62 ? 1 : (side + (1L << level) - 1) >> level;
}
