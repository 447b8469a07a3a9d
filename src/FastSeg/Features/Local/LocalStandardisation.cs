namespace FastSeg.Features.Local;

/// <summary>
/// Standardisation by a pixel's neighbourhood: under a Gaussian w, m is the mean and s the deviation of I, the mean over channels, among
/// the pixels that exist and are not left out; a sample x becomes (x - m) / s. Where s is 0 or below 1e-6 |m| it counts as 1, and where
/// nothing counts the result is 0.
/// </summary>
/// <remarks>
/// <para>
/// Sums of squares would lose all digits where m is large beside s. So pixels are shifted before they are summed: in a row by the mean over
/// the <see cref="Cell"/> columns of a cell, in a column by the mean of these means over a cell's rows. Cells lie on a grid of the image's
/// own coordinates, so no result depends on a tile. A cell's pixels hold at least 1/17 of the weight of any window that has its centre in
/// the cell (for a cell as wide as sigma), so the shift is at most about 4 s away from m.
/// </para>
/// <para>
/// A row's sums are W = sum w, S1 = sum w d and S2 = sum w d² of the shifted d. For a column's shift, which differs by g from the row's,
/// they become S1 + g W and S2 + g (g W + 2 S1). Every sum has the order of <see cref="Gaussian"/>, so that vectors of both widths and
/// devices give the same bits.
/// </para>
/// </remarks>
internal static class LocalStandardisation
{
    /// <summary>A deviation below this share of |m| counts as 1.</summary>
    public const float LeastShare = 1e-6f;

    /// <summary>
    /// The widest cell. Each panel of one cell converts the pixels that its windows reach anew, so cells are not narrower than need be.
    /// </summary>
    private const int WidestCell = 64;

    /// <summary>Pixels that the window reaches in every direction: the halo of the samples.</summary>
    public static int Radius(double sigma) => Gaussian.Radius(sigma);

    /// <summary>Columns and rows of a cell: the largest power of two up to sigma, 1 to 64.</summary>
    public static int Cell(double sigma)
    {
        int cell = 1;
        while (2 * cell <= Math.Min(sigma, WidestCell))
        {
            cell *= 2;
        }
        return cell;
    }

    /// <summary>The window's taps from the centre outwards.</summary>
    public static float[] Taps(double sigma) => Gaussian.Taps(sigma, Radius(sigma));

    /// <summary>
    /// The shift of a run of values that may be left out: the first value that counts, plus the mean distance from it of all in the cell
    /// that count. Where none does, it is the nearest value before or behind the cell, as far as every window with its centre in the cell
    /// reaches; else 0.
    /// </summary>
    /// <param name="values">The first value of the cell.</param>
    /// <param name="counts">For each value, 1 where it counts and 0 where not.</param>
    /// <param name="step">Floats from a value to the next.</param>
    /// <param name="cell">Values of the cell, those beyond the image too, which do not count.</param>
    /// <param name="reach">How far behind the cell's first value, and before its last, another one may lie.</param>
    /// <param name="any">Whether any value was found.</param>
    public static unsafe float Shift(float* values, float* counts, int step, int cell, int reach, out bool any)
    {
        int first = First(counts, step, cell, reach);
        any = first != int.MaxValue;
        if (!any)
        {
            return 0;
        }
        float start = values[(nint)first * step], sum = 0;
        int count = 0;
        for (int i = 0; i < cell; i++)
        {
            if (counts[(nint)i * step] != 0)
            {
                sum += values[(nint)i * step] - start;
                count++;
            }
        }
        return start + (sum / Math.Max(count, 1));
    }

    /// <summary>The index of the value that a shift starts with; int.MaxValue where there is none.</summary>
    private static unsafe int First(float* counts, int step, int cell, int reach)
    {
        for (int i = 0; i < cell; i++)
        {
            if (counts[(nint)i * step] != 0)
            {
                return i;
            }
        }
        for (int behind = cell, before = -1; behind <= reach; behind++, before--)
        {
            if (counts[(nint)behind * step] != 0)
            {
                return behind;
            }
            if (counts[(nint)before * step] != 0)
            {
                return before;
            }
        }
        return int.MaxValue;
    }
}
