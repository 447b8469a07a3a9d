using FastSeg.Common;

namespace FastSeg.Sessions;

/// <summary>Chooses the tiles of a frame that lies in memory.</summary>
internal static class FrameTiles
{
    /// <summary>Tiles of each thread.</summary>
    private const int TilesPerWorker = 1;

    /// <summary>Rows of a tile are a multiple of those of a band.</summary>
    private const int Rows = 16;

    /// <summary>Widest and tallest tile: larger ones would only take memory.</summary>
    private const int MostColumns = 2048, MostRows = 2048;

    /// <summary>
    /// Columns and rows of a tile, such that each thread gets the same share of the frame: strips of whole rows, since the filters go down
    /// in panels and repeat work where a panel begins.
    /// </summary>
    public static (long Width, long Height) Shape(FrameShape frame, ComputeOptions options)
    {
        int tiles = options.WorkerCount * (options.WorkerCount == 1 ? 1 : TilesPerWorker);
        long rows = (frame.Height + tiles - 1) / tiles;
        rows = Math.Min((rows + Rows - 1) / Rows * Rows, MostRows);
        return (Math.Min(frame.Width, MostColumns), rows);
    }
}
