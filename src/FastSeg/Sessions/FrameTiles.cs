using FastSeg.Simd;

namespace FastSeg.Sessions;

/// <summary>Chooses the tiles of a frame that lies in memory.</summary>
internal static class FrameTiles
{
    /// <summary>Columns and rows of a tile are multiples of these: filters go over whole panels and bands.</summary>
    private const int Columns = 64, Rows = Band.MaxHeight;

    /// <summary>Longest side of a tile: longer ones would only take memory.</summary>
    private const int MostSide = 2048;

    /// <summary>
    /// Columns and rows of tiles, about one a worker, such that the slowest worker has least to do. Filters go down panels of at most 320
    /// columns and compute a margin around each, so tiles of whole panels and all rows come first: of 1024 x 1024 pixels two workers take
    /// 512 columns each.
    /// </summary>
    /// <param name="frame">What frames look like.</param>
    /// <param name="workers">Threads.</param>
    /// <param name="margin">Pixels around a panel that are computed, too.</param>
    public static (long Width, long Height) Shape(FrameShape frame, int workers, int margin)
    {
        (long Width, long Height) best = default;
        long least = long.MaxValue;
        for (int across = 1; across <= workers; across++)
        {
            int down = (workers + across - 1) / across;
            long width = Part(frame.Width, across, Columns), height = Part(frame.Height, down, Rows);
            long tiles = Tiles(frame.Width, width) * Tiles(frame.Height, height);
            long cost = Tiles(tiles, workers) * Cost(width, height, margin);
            if (cost < least)
            {
                (best, least) = ((width, height), cost);
            }
        }
        return best;
    }

    /// <summary>How many parts of a length cover a whole.</summary>
    private static long Tiles(long whole, long length) => (whole + length - 1) / length;

    /// <summary>Pixels that the filters go over in a tile, margins included.</summary>
    private static long Cost(long width, long height, int margin)
    {
        return (width + (Band.Panels(width) * 2 * margin)) * (height + (2 * margin));
    }

    /// <summary>A part of a side, rounded up, which is cut further where it would be too long.</summary>
    private static long Part(int side, int parts, int multiple)
    {
        long length = Tiles(side, parts);
        length = Tiles(length, Tiles(length, MostSide));
        return Math.Min(Tiles(length, multiple) * multiple, side);
    }
}
