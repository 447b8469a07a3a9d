using ILGPU;

namespace FastSeg.Kernels;

/// <summary>
/// The pass along x of the standardisation by a pixel's neighbourhood: the shift of every row of every cell, then a window's sums W, S1
/// and S2 of the shifted pixels along each row. Sums have the order of <see cref="Gaussian"/>.
/// </summary>
/// <remarks>
/// One thread a shift, and one a pixel; groups have 32 x 8 threads and no shared memory. With radius r a pixel costs 3 (2 r + 1)
/// multiply-adds, as many additions and products for d and d², and 2 r + 1 loads a channel, which the L1 cache serves; 4 bytes a channel
/// are read from memory and 12 written. By count, for radius 256, instructions are the bound: about 2,600 a pixel, so 11 Gpx/s on an H100
/// and 5 on an A10.
/// </remarks>
public static class LocalRows
{
    /// <summary>Finds the shift of each row of each cell that holds wanted columns.</summary>
    /// <param name="shape">The rectangle.</param>
    /// <param name="pixels">Planes of the samples, as they are stored.</param>
    /// <param name="kept">A byte a pixel, 0 where it is left out; empty without a mask.</param>
    /// <param name="shifts">Receives a shift for each row that was read and each cell across, row by row.</param>
    /// <param name="counts">Receives 1 where a pixel that counts was found, else 0.</param>
    public static void Shift(
        LocalShape shape, ArrayView<float> pixels, ArrayView<byte> kept, ArrayView<float> shifts, ArrayView<int> counts)
    {
        int cell = (Grid.IdxX * Group.DimX) + Group.IdxX, row = (Grid.IdxY * Group.DimY) + Group.IdxY;
        if (cell < shape.CellsAcross && row < shape.Height)
        {
            int left = ((shape.FirstCellX + cell) * shape.Cell) - shape.CellX;
            int first = First(shape, kept, left, row), at = (row * shape.CellsAcross) + cell;
            counts[at] = first == int.MaxValue ? 0 : 1;
            shifts[at] = first == int.MaxValue ? 0 : Mean(shape, pixels, kept, left, row, Value(shape, pixels, first, row));
        }
    }

    /// <summary>Sums a window along the row of each pixel.</summary>
    /// <param name="shape">The rectangle.</param>
    /// <param name="pixels">Planes of the samples, as they are stored.</param>
    /// <param name="kept">A byte a pixel, 0 where it is left out; empty without a mask.</param>
    /// <param name="shifts">What <see cref="Shift"/> found.</param>
    /// <param name="taps">Taps from the centre outwards, radius + 1.</param>
    /// <param name="sums">Receives three planes of the wanted columns and the rows that were read: W, S1, S2.</param>
    public static void Run(
        LocalShape shape, ArrayView<float> pixels, ArrayView<byte> kept, ArrayView<float> shifts, ArrayView<float> taps,
        ArrayView<float> sums)
    {
        int column = (Grid.IdxX * Group.DimX) + Group.IdxX, row = (Grid.IdxY * Group.DimY) + Group.IdxY;
        if (column < shape.WantedWidth && row < shape.Height)
        {
            int x = shape.X + column;
            float shift = shifts[(row * shape.CellsAcross) + ((shape.CellX + x) / shape.Cell) - shape.FirstCellX];
            WindowSums sum = default;
            int t = shape.Radius;
            for (; t > 1; t -= 2)
            {
                sum.Add(taps[t], Term(shape, pixels, kept, x - t, row, shift));
                sum.Add(taps[t - 1], Term(shape, pixels, kept, x - t + 1, row, shift));
                sum.Add(taps[t], Term(shape, pixels, kept, x + t, row, shift));
                sum.Add(taps[t - 1], Term(shape, pixels, kept, x + t - 1, row, shift));
            }
            if (t == 1)
            {
                sum.Add(taps[1], Term(shape, pixels, kept, x - 1, row, shift));
                sum.Add(taps[1], Term(shape, pixels, kept, x + 1, row, shift));
            }
            sum.Add(taps[0], Term(shape, pixels, kept, x, row, shift));
            int plane = shape.WantedWidth * shape.Height, at = (row * shape.WantedWidth) + column;
            sums[at] = sum.Weight;
            sums[plane + at] = sum.First;
            sums[(2 * plane) + at] = sum.Second;
        }
    }

    /// <summary>The column whose value a shift starts with; int.MaxValue where there is none.</summary>
    private static int First(LocalShape shape, ArrayView<byte> kept, int left, int row)
    {
        for (int x = left; x < left + shape.Cell; x++)
        {
            if (Counts(shape, kept, x, row))
            {
                return x;
            }
        }
        for (int step = shape.Cell; step <= shape.Radius; step++)
        {
            if (Counts(shape, kept, left + step, row))
            {
                return left + step;
            }
            if (Counts(shape, kept, left + shape.Cell - 1 - step, row))
            {
                return left + shape.Cell - 1 - step;
            }
        }
        return int.MaxValue;
    }

    /// <summary>The start, and the mean distance from it of the cell's pixels that count.</summary>
    private static float Mean(LocalShape shape, ArrayView<float> pixels, ArrayView<byte> kept, int left, int row, float start)
    {
        float sum = 0;
        int count = 0;
        for (int x = left; x < left + shape.Cell; x++)
        {
            if (Counts(shape, kept, x, row))
            {
                sum += Value(shape, pixels, x, row) - start;
                count++;
            }
        }
        return start + (sum / Math.Max(count, 1));
    }

    private static bool Counts(LocalShape shape, ArrayView<byte> kept, int x, int row) =>
        x >= 0 && x < shape.Width && (shape.Masked == 0 || kept[(row * shape.Width) + x] != 0);

    /// <summary>The mean over channels, rounded: good enough for a shift.</summary>
    private static float Value(LocalShape shape, ArrayView<float> pixels, int x, int row) =>
        shape.Channels == 1 ? pixels[(row * shape.Width) + x] : Fma.Of(Total(shape, pixels, x, row, 0), 1f / shape.Channels, 0);

    /// <summary>The sum over channels of what each differs from a shift.</summary>
    private static float Total(LocalShape shape, ArrayView<float> pixels, int x, int row, float shift)
    {
        int at = (row * shape.Width) + x;
        float sum = pixels[at] - shift;
        for (int channel = 1; channel < shape.Channels; channel++)
        {
            at += shape.Width * shape.Height;
            sum += pixels[at] - shift;
        }
        return sum;
    }

    /// <summary>What a pixel adds to the sums, but for its tap.</summary>
    private static WindowSums Term(LocalShape shape, ArrayView<float> pixels, ArrayView<byte> kept, int x, int row, float shift)
    {
        WindowSums term = default;
        if (Counts(shape, kept, x, row))
        {
            float total = Total(shape, pixels, x, row, shift);
            float deviation = shape.Channels == 1 ? total : total * (1f / shape.Channels);
            term.Weight = 1;
            term.First = deviation;
            term.Second = deviation * deviation;
        }
        return term;
    }
}
