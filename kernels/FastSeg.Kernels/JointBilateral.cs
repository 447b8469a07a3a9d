using ILGPU;

namespace FastSeg.Kernels;

/// <summary>
/// Joint bilateral upsampling of low-resolution features: a pixel takes the mean of the cells around its own, each weighed by how near its
/// centre is and by how much its mean colour resembles the pixel's.
/// </summary>
/// <remarks>
/// One thread a cell for the means, one thread a pixel for the features. A pixel with c colours and k channels has 25 cells, each with
/// 3 c + 26 flops for its weight and 2 for each channel. Its weights lie in shared memory, 25 KiB a group of 32 x 8 threads, because every
/// channel needs them; the cells come from the L1 cache. Bound by instructions: a cell of a channel takes 9 to 13 of them for its 2 flops,
/// so with c = 1 and k = 32 some 9,000 to 13,000 a pixel, 2 to 3 Gpx/s on an H100 by prediction. Sums run over cells row by row, as on the
/// CPU, which has the same bits.
/// </remarks>
public static class JointBilateral
{
    /// <summary>Cells on either side of the pixel's own, and most cells that a pixel looks at.</summary>
    public const int Reach = 2, MostCells = ((2 * Reach) + 1) * ((2 * Reach) + 1);

    /// <summary>Most threads of a group.</summary>
    private const int MostThreads = 256;

    /// <summary>Mean colours of cells; grid x covers the columns of cells, grid y their rows, grid z the colours.</summary>
    /// <param name="joint">The guidance and the cells; its means are filled.</param>
    /// <param name="patch">Side of a cell.</param>
    /// <param name="part">The rounded reciprocal of a cell's number of pixels.</param>
    public static void Means(JointGuidance joint, int patch, float part)
    {
        int column = (Grid.IdxX * Group.DimX) + Group.IdxX, row = (Grid.IdxY * Group.DimY) + Group.IdxY, colour = Grid.IdxZ;
        if (column < joint.CellColumns && row < joint.CellRows)
        {
            int x = (joint.FirstColumn + column) * patch, y = (joint.FirstRow + row) * patch;
            float sum = 0;
            for (int i = 0; i < patch; i++)
            {
                float down = 0;
                for (int j = 0; j < patch; j++)
                {
                    down += joint.Image.Sample(colour, x + i, y + j);
                }
                sum += down;
            }
            joint.Means[joint.Cell(colour, joint.FirstRow + row, joint.FirstColumn + column)] = sum * part;
        }
    }

    /// <summary>Brings every channel to the core's pixels; grid x covers columns, grid y rows.</summary>
    /// <param name="map">The cells and the core.</param>
    /// <param name="joint">The guidance, and the means of every cell that the core looks at.</param>
    /// <param name="sink">Takes the values.</param>
    /// <param name="firstPlane">The plane of channel 0.</param>
    public static void Run<TSink>(CellMap map, JointGuidance joint, TSink sink, int firstPlane)
        where TSink : struct, IPlaneSink
    {
        int column = (Grid.IdxX * Group.DimX) + Group.IdxX, row = (Grid.IdxY * Group.DimY) + Group.IdxY;
        ArrayView<float> shared = SharedMemory.Allocate<float>(MostCells * MostThreads);
        if (column < map.Width && row < map.Height)
        {
            int x = map.X + column, y = map.Y + row;
            int left = Math.Max(0, (x / map.Patch) - Reach), right = Math.Min(map.Columns - 1, (x / map.Patch) + Reach);
            int top = Math.Max(0, (y / map.Patch) - Reach), bottom = Math.Min(map.Rows - 1, (y / map.Patch) + Reach);
            // A thread's weights lie a whole group apart: those of a warp are in 32 different banks.
            int thread = (Group.IdxY * Group.DimX) + Group.IdxX;
            ArrayView<float> weights = shared.SubView(thread, shared.IntLength - thread);
            float part = 1f / Weigh(map, joint, x, y, left, right, top, bottom, weights);
            long plane = 0;
            for (int channel = 0; channel < map.Channels; channel++)
            {
                float total = 0;
                int cell = 0;
                for (int i = top; i <= bottom; i++)
                {
                    long at = plane + ((long)i * map.Columns);
                    for (int j = left; j <= right; j++)
                    {
                        total = Fma.Of(weights[cell], map.Cells[at + j], total);
                        cell += MostThreads;
                    }
                }
                sink.Store(firstPlane + channel, (row * map.Width) + column, total * part);
                plane += (long)map.Rows * map.Columns;
            }
        }
    }

    /// <summary>The weights of a pixel's cells, row by row, the nearest one's being 1; returns their sum.</summary>
    private static float Weigh(
        CellMap map, JointGuidance joint, int x, int y, int left, int right, int top, int bottom, ArrayView<float> weights)
    {
        float least = float.MaxValue, sum = 0;
        int cells = 0;
        for (int i = top; i <= bottom; i++)
        {
            for (int j = left; j <= right; j++)
            {
                float distance = Distance(joint, map.Patch, x, y, i, j);
                least = MathF.Min(least, distance);
                weights[cells * MostThreads] = distance;
                cells++;
            }
        }
        for (int cell = 0; cell < cells; cell++)
        {
            float weight = Exponential.Of(least - weights[cell * MostThreads]);
            weights[cell * MostThreads] = weight;
            sum += weight;
        }
        return sum;
    }

    /// <summary>How far a pixel is from a cell, in colour and in space: minus the logarithm of its weight.</summary>
    private static float Distance(JointGuidance joint, int patch, int x, int y, int row, int column)
    {
        float squares = 0;
        for (int colour = 0; colour < joint.Colours; colour++)
        {
            float difference = joint.Image.Sample(colour, x, y) - joint.Means[joint.Cell(colour, row, column)];
            squares = Fma.Of(difference, difference, squares);
        }
        // Twice the way from the cell's centre to the pixel's: whole numbers.
        int across = (2 * (x - (column * patch))) + 1 - patch, down = (2 * (y - (row * patch))) + 1 - patch;
        return Fma.Of(squares, joint.PerColour, ((across * across) + (down * down)) * joint.PerSquare);
    }
}

/// <summary>What guides joint bilateral upsampling: a part of the image, and the mean colours of the cells in it.</summary>
public struct JointGuidance
{
    /// <summary>The image's part, edges repeated.</summary>
    public GuidancePart Image;

    /// <summary>Colours x rows x columns of means.</summary>
    public ArrayView<float> Means;

    /// <summary>Colours of the image, 1 or 3.</summary>
    public int Colours;

    /// <summary>Row of the map's first cell that has a mean.</summary>
    public int FirstRow;

    /// <summary>Column of the map's first cell that has a mean.</summary>
    public int FirstColumn;

    /// <summary>Rows of cells that have means.</summary>
    public int CellRows;

    /// <summary>Columns of cells that have means.</summary>
    public int CellColumns;

    /// <summary>What a squared difference of a colour counts.</summary>
    public float PerColour;

    /// <summary>What the square of half a pixel of distance counts.</summary>
    public float PerSquare;

    /// <summary>Where a cell's mean is.</summary>
    public readonly int Cell(int colour, int row, int column) =>
        (((colour * CellRows) + row - FirstRow) * CellColumns) + column - FirstColumn;
}
