namespace FastSeg.Checks;

/// <summary>
/// A page enlarged by the factor 2, in float64 and straight from the definition: the cubic convolution kernel of Keys (IEEE Transactions on
/// Acoustics, Speech, and Signal Processing 29, 1981) with a = -0.5 at half-pixel centres, edges repeated, clipped to 0..1.
/// </summary>
internal static class EnlargementReference
{
    private const double A = -0.5;

    /// <summary>One pixel of the enlarged page.</summary>
    /// <param name="page">The page's value at a row and a column inside it.</param>
    /// <param name="height">Rows of the page.</param>
    /// <param name="width">Columns of the page.</param>
    /// <param name="y">Row of the enlarged page.</param>
    /// <param name="x">Column of the enlarged page.</param>
    public static double At(Func<int, int, double> page, int height, int width, int y, int x)
    {
        double row = ((y + 0.5) / 2) - 0.5, column = ((x + 0.5) / 2) - 0.5, sum = 0;
        for (int i = (int)Math.Floor(row) - 1; i <= (int)Math.Floor(row) + 2; i++)
        {
            for (int j = (int)Math.Floor(column) - 1; j <= (int)Math.Floor(column) + 2; j++)
            {
                sum += Kernel(row - i) * Kernel(column - j) * page(Math.Clamp(i, 0, height - 1), Math.Clamp(j, 0, width - 1));
            }
        }
        return Math.Clamp(sum, 0, 1);
    }

    private static double Kernel(double distance)
    {
        double t = Math.Abs(distance);
        return t <= 1 ? ((A + 2) * t * t * t) - ((A + 3) * t * t) + 1
            : t < 2 ? A * ((t * t * t) - (5 * t * t) + (8 * t) - 4)
            : 0;
    }
}
