using ILGPU;

namespace FastSeg.Kernels;

/// <summary>
/// The pass along y of the standardisation by a pixel's neighbourhood: the shift of every cell, then mean and deviation of every window
/// down its column, and the standardised samples. Sums have the order of <see cref="Gaussian"/>.
/// </summary>
/// <remarks>
/// One thread a shift, and one a pixel; groups have 32 x 8 threads and no shared memory. With radius r a pixel costs 6 (2 r + 1)
/// multiply-adds and 4 (2 r + 1) loads, which the L2 cache serves; 12 bytes and 4 a channel are read from memory, 4 a channel written. By
/// count, for radius 256, loads are the bound: about 2,100 a pixel, so 3 Gpx/s on an H100 and 1.5 on an A10.
/// </remarks>
public static class LocalColumns
{
    /// <summary>A deviation below this share of the mean's magnitude counts as 1.</summary>
    private const float LeastShare = 1e-6f;

    /// <summary>Finds the shift of each cell that holds wanted pixels.</summary>
    /// <param name="shape">The rectangle.</param>
    /// <param name="shifts">The rows' shifts, of <see cref="LocalRows.Shift"/>.</param>
    /// <param name="counts">Whether they are those of a pixel that counts.</param>
    /// <param name="cells">Receives a shift for each cell, row by row.</param>
    public static void Shift(LocalShape shape, ArrayView<float> shifts, ArrayView<int> counts, ArrayView<float> cells)
    {
        int column = (Grid.IdxX * Group.DimX) + Group.IdxX, line = (Grid.IdxY * Group.DimY) + Group.IdxY;
        if (column < shape.CellsAcross && line < shape.CellsDown)
        {
            int top = ((shape.FirstCellY + line) * shape.Cell) - shape.CellY;
            int first = First(shape, counts, column, top), across = shape.CellsAcross, found = 0;
            float start = first == int.MaxValue ? 0 : shifts[(first * across) + column], sum = 0;
            for (int y = top; y < top + shape.Cell; y++)
            {
                if (Counts(shape, counts, column, y))
                {
                    sum += shifts[(y * across) + column] - start;
                    found++;
                }
            }
            cells[(line * across) + column] = start + (sum / Math.Max(found, 1));
        }
    }

    /// <summary>Standardises every wanted pixel.</summary>
    /// <param name="shape">The rectangle.</param>
    /// <param name="pixels">Planes of the samples, as they are stored.</param>
    /// <param name="shifts">The rows' shifts.</param>
    /// <param name="cells">The cells' shifts.</param>
    /// <param name="taps">Taps from the centre outwards, radius + 1.</param>
    /// <param name="sums">The rows' sums, of <see cref="LocalRows.Run"/>.</param>
    /// <param name="planes">Receives a plane of wanted pixels a channel.</param>
    public static void Run(
        LocalShape shape, ArrayView<float> pixels, ArrayView<float> shifts, ArrayView<float> cells, ArrayView<float> taps,
        ArrayView<float> sums, ArrayView<float> planes)
    {
        int column = (Grid.IdxX * Group.DimX) + Group.IdxX, line = (Grid.IdxY * Group.DimY) + Group.IdxY;
        if (column < shape.WantedWidth && line < shape.WantedHeight)
        {
            int cell = ((shape.CellX + shape.X + column) / shape.Cell) - shape.FirstCellX, y = shape.Y + line;
            float shift = cells[((((shape.CellY + y) / shape.Cell) - shape.FirstCellY) * shape.CellsAcross) + cell];
            WindowSums sum = default;
            int t = shape.Radius;
            for (; t > 1; t -= 2)
            {
                sum.Add(taps[t], Term(shape, shifts, sums, column, cell, y - t, shift));
                sum.Add(taps[t - 1], Term(shape, shifts, sums, column, cell, y - t + 1, shift));
                sum.Add(taps[t], Term(shape, shifts, sums, column, cell, y + t, shift));
                sum.Add(taps[t - 1], Term(shape, shifts, sums, column, cell, y + t - 1, shift));
            }
            if (t == 1)
            {
                sum.Add(taps[1], Term(shape, shifts, sums, column, cell, y - 1, shift));
                sum.Add(taps[1], Term(shape, shifts, sums, column, cell, y + 1, shift));
            }
            sum.Add(taps[0], Term(shape, shifts, sums, column, cell, y, shift));
            float divisor = sum.Weight > 0 ? sum.Weight : 1;
            float mean = sum.First / divisor;
            float factor = sum.Weight > 0 ? 1 / Deviation(mean, sum.Second / divisor, shift) : 0;
            for (int channel = 0; channel < shape.Channels; channel++)
            {
                float value = pixels[(((channel * shape.Height) + y) * shape.Width) + shape.X + column];
                float standardised = (value - shift - mean) * factor;
                // A choice, not the sum with zero that the CPU uses: a compiler may drop an addition of zero.
                planes[(((channel * shape.WantedHeight) + line) * shape.WantedWidth) + column] = standardised == 0f ? 0f : standardised;
            }
        }
    }

    /// <summary>The row whose shift a cell's shift starts with; int.MaxValue where there is none.</summary>
    private static int First(LocalShape shape, ArrayView<int> counts, int column, int top)
    {
        for (int y = top; y < top + shape.Cell; y++)
        {
            if (Counts(shape, counts, column, y))
            {
                return y;
            }
        }
        for (int step = shape.Cell; step <= shape.Radius; step++)
        {
            if (Counts(shape, counts, column, top + step))
            {
                return top + step;
            }
            if (Counts(shape, counts, column, top + shape.Cell - 1 - step))
            {
                return top + shape.Cell - 1 - step;
            }
        }
        return int.MaxValue;
    }

    private static bool Counts(LocalShape shape, ArrayView<int> counts, int column, int y) =>
        y >= 0 && y < shape.Height && counts[(y * shape.CellsAcross) + column] != 0;

    /// <summary>A row's sums for the shift of another cell.</summary>
    private static WindowSums Term(
        LocalShape shape, ArrayView<float> shifts, ArrayView<float> sums, int column, int cell, int y, float shift)
    {
        WindowSums term = default;
        if (y >= 0 && y < shape.Height)
        {
            int plane = shape.WantedWidth * shape.Height, at = (y * shape.WantedWidth) + column;
            float gap = shifts[(y * shape.CellsAcross) + cell] - shift, weight = sums[at], first = sums[plane + at];
            term.Weight = weight;
            term.First = Fma.Of(gap, weight, first);
            term.Second = Fma.Of(gap, Fma.Of(gap, weight, first + first), sums[(2 * plane) + at]);
        }
        return term;
    }

    /// <summary>The deviation that samples are divided by.</summary>
    private static float Deviation(float mean, float square, float shift)
    {
        float deviation = MathF.Sqrt(Math.Max(Fma.Of(-mean, mean, square), 0f));
        float least = LeastShare * Math.Abs(shift + mean);
        deviation = least > deviation ? 1 : deviation;
        return deviation > 0 ? deviation : 1;
    }
}
