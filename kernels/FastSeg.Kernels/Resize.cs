using ILGPU;

namespace FastSeg.Kernels;

/// <summary>
/// Brings low-resolution features to full resolution. A thread computes all channels of a pixel: where the pixel lies among the cells is
/// found once.
/// </summary>
/// <remarks>
/// Counts a pixel with k channels: 4 k bytes written (k bytes to bins); the cells are read from memory once a tile, 4 k / p^2 bytes, and
/// come from the L1 cache: a warp's 32 pixels lie in a handful of cells. Bilinear takes 4 loads, 3 subtractions and 3 fused multiply-adds
/// a channel, some 16 instructions; nearest 1 load, some 6. Groups of 32 x 8 threads, no shared memory. Written as floats with k = 32 the
/// bound is memory, by prediction 128 bytes a pixel: 26 Gpx/s on an H100, 4.7 on an A10. Same bits as the CPU's: along x first, then
/// along y, each h = fma(f, b - a, a).
/// </remarks>
public static class Resize
{
    /// <summary>Each pixel takes its cell's values; grid x covers columns, grid y rows.</summary>
    /// <param name="map">The cells and the core.</param>
    /// <param name="sink">Takes the values.</param>
    /// <param name="firstPlane">The plane of channel 0.</param>
    public static void Nearest<TSink>(CellMap map, TSink sink, int firstPlane)
        where TSink : struct, IPlaneSink
    {
        int column = (Grid.IdxX * Group.DimX) + Group.IdxX, row = (Grid.IdxY * Group.DimY) + Group.IdxY;
        if (column < map.Width && row < map.Height)
        {
            int cellX = Math.Min(Math.Max(0, map.X + column - (map.Overlap / 2)) / map.Patch, map.Columns - 1);
            int cellY = Math.Min(Math.Max(0, map.Y + row - (map.Overlap / 2)) / map.Patch, map.Rows - 1);
            long cell = ((long)cellY * map.Columns) + cellX, stride = (long)map.Rows * map.Columns;
            int pixel = (row * map.Width) + column;
            for (int channel = 0; channel < map.Channels; channel++)
            {
                sink.Store(firstPlane + channel, pixel, map.Cells[cell]);
                cell += stride;
            }
        }
    }

    /// <summary>
    /// Each pixel lies bilinearly between four cells with half-pixel centres, clamped at the edge; grid x covers columns, grid y rows.
    /// </summary>
    /// <param name="map">The cells and the core.</param>
    /// <param name="sink">Takes the values.</param>
    /// <param name="firstPlane">The plane of channel 0.</param>
    public static void Bilinear<TSink>(CellMap map, TSink sink, int firstPlane)
        where TSink : struct, IPlaneSink
    {
        int column = (Grid.IdxX * Group.DimX) + Group.IdxX, row = (Grid.IdxY * Group.DimY) + Group.IdxY;
        if (column < map.Width && row < map.Height)
        {
            int side = map.Patch + map.Overlap;
            int left = CellBefore(map.X + column, map.Patch, side), top = CellBefore(map.Y + row, map.Patch, side);
            float along = Fraction(map.X + column, left, map.Patch, side), down = Fraction(map.Y + row, top, map.Patch, side);
            int west = Math.Max(0, Math.Min(left, map.Columns - 1)), east = Math.Max(0, Math.Min(left + 1, map.Columns - 1));
            int north = Math.Max(0, Math.Min(top, map.Rows - 1)), south = Math.Max(0, Math.Min(top + 1, map.Rows - 1));
            long upper = (long)north * map.Columns, lower = (long)south * map.Columns, stride = (long)map.Rows * map.Columns;
            int pixel = (row * map.Width) + column;
            for (int channel = 0; channel < map.Channels; channel++)
            {
                float a = map.Cells[upper + west], b = map.Cells[upper + east], c = map.Cells[lower + west], d = map.Cells[lower + east];
                float above = Fma.Of(along, b - a, a), below = Fma.Of(along, d - c, c);
                sink.Store(firstPlane + channel, pixel, Fma.Of(down, below - above, above));
                upper += stride;
                lower += stride;
            }
        }
    }

    /// <summary>
    /// The cell whose centre is at or before a pixel; centre i lies at pixel i p + s / 2, rounded down, with cells of side s, a multiple of
    /// p. May be down to -s / p.
    /// </summary>
    private static int CellBefore(int pixel, int patch, int side) => ((pixel + side - (side / 2)) / patch) - (side / patch);

    /// <summary>
    /// How far a pixel lies from that centre towards the next. The quotient of two small whole numbers has the same float32 whether or not
    /// it is rounded to float64 first, as the CPU does. Pixels lie half a pixel beside the centres of cells of an even side.
    /// </summary>
    private static float Fraction(int pixel, int cell, int patch, int side)
    {
        int doubled = (2 * (pixel - (side / 2) - (cell * patch))) + 1 - (side % 2);
        return (float)doubled / (2 * patch);
    }
}

/// <summary>A map of cells on the device and the part of the image that a kernel brings it to.</summary>
public struct CellMap
{
    /// <summary>Channels x rows x columns, contiguous.</summary>
    public ArrayView<float> Cells;

    /// <summary>Channels.</summary>
    public int Channels;

    /// <summary>Rows of cells.</summary>
    public int Rows;

    /// <summary>Columns of cells.</summary>
    public int Columns;

    /// <summary>Pixels from a cell to the next; cell (i, j) begins at row i p, column j p.</summary>
    public int Patch;

    /// <summary>Pixels that a cell shares with the next: its side is so much larger than <see cref="Patch"/>.</summary>
    public int Overlap;

    /// <summary>The core's first column, in pixels of the image.</summary>
    public int X;

    /// <summary>The core's first row, in pixels of the image.</summary>
    public int Y;

    /// <summary>Columns of the core.</summary>
    public int Width;

    /// <summary>Rows of the core.</summary>
    public int Height;
}
