using Kernel = FastSeg.Kernels.JointBilateral;

namespace FastSeg.Deep.Upsamplers;

/// <summary>
/// What both sides share of joint bilateral upsampling (J. Kopf, M. Cohen, D. Lischinski, M. Uyttendaele: Joint Bilateral Upsampling, ACM
/// Transactions on Graphics 26, 2007).
/// </summary>
/// <remarks>
/// Pixel p gets sum_q w(p, q) S(q) / sum_q w(p, q) over the cells q at most two away from its own along each axis, as far as the map goes,
/// with w(p, q) = exp(-|p - q|^2 / (2 sigma_s^2)) exp(-|I(p) - M(q)|^2 / (2 sigma_r^2)). S(q) is the cell's features. |p - q| is the way
/// between the pixel's centre and the cell's, in cells, sigma_s = 0.5 of them. I is the page as the transformer sees it, 0 to 1, its edge
/// repeated to whole cells, and M(q) its mean over the cell: a low-resolution guidance image, as the cell's features stand for the whole
/// cell and not for the pixel at its centre. |I(p) - M(q)|^2 is the mean over the colours, so that grey is the same in one colour as in
/// three; sigma_r = 0.03. The weight of the cell that gets most is divided out before powers are taken, so a pixel that resembles no cell
/// takes those that it resembles most, and no sum of weights is below 1.
/// </remarks>
internal static class JointBilateral
{
    /// <summary>Standard deviation of the weight over distance, in cells, and over colour, in parts of the range from 0 to 1.</summary>
    public const double SigmaSpace = 0.5, SigmaRange = 0.03;

    /// <summary>The cells of a map that pixels of a region look at.</summary>
    /// <param name="region">The region, in pixels.</param>
    /// <param name="patch">Side of a cell.</param>
    /// <param name="rows">Rows of the map.</param>
    /// <param name="columns">Columns of the map.</param>
    public static Region Cells(Region region, int patch, long rows, long columns)
    {
        long left = region.X / patch, top = region.Y / patch;
        long right = (region.Right - 1) / patch, bottom = (region.Bottom - 1) / patch;
        return new Region(left, top, right - left + 1, bottom - top + 1).Inflate(Kernel.Reach).Intersect(new Region(0, 0, columns, rows));
    }

    /// <summary>
    /// The part of the image that pixels of a region look at where cells have so many pixels a side or fewer, if they divide it. It may
    /// reach beyond the image.
    /// </summary>
    public static Region Guidance(Region region, int patch)
    {
        Region cells = Cells(region, patch, long.MaxValue / patch, long.MaxValue / patch);
        return new Region(cells.X * patch, cells.Y * patch, cells.Width * patch, cells.Height * patch);
    }

    /// <summary>Most cells along an axis that so many pixels look at, wherever they lie.</summary>
    public static long MostCells(long pixels, int patch) => ((pixels + patch - 2) / patch) + 1 + (2 * Kernel.Reach);

    /// <summary>What a squared difference of one of the colours counts.</summary>
    public static float PerColour(int colours) => (float)(1 / (2 * SigmaRange * SigmaRange * colours));

    /// <summary>What the square of half a pixel of distance counts.</summary>
    public static float PerSquare(int patch) => (float)(1 / (2 * SigmaSpace * SigmaSpace * 4 * patch * patch));
}
