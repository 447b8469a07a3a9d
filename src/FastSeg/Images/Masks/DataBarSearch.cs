using FastSeg.Common;

namespace FastSeg.Images.Masks;

/// <summary>
/// Finds the data bar at the bottom of a micrograph: rows over the whole width that were drawn. It must begin at once, below rows that were
/// taken, be no more than a third of the page, and hold text: rows that jump between its darkest and its brightest value again and again,
/// and rows between them that hardly change. An image that is black or constant below is none.
/// </summary>
internal static class DataBarSearch
{
    /// <summary>Fewest rows and columns of a page that is searched, and fewest rows of a bar.</summary>
    private const int LeastPage = 64, LeastRows = 8;

    /// <summary>Rows above a bar that are compared with it, and those that JPEG may have blurred between.</summary>
    private const int Compared = 8, Blurred = 8;

    /// <summary>The least share of flat pixels: in a bar's first row, in any of its rows, in all of them, in a row without text.</summary>
    private const double First = 0.6, Any = 0.15, All = 0.6, Blank = 0.94;

    /// <summary>
    /// The most pixels that are not flat in a bar's first row, as a part of those in the row above, and in all its rows, as a part of those
    /// in the rows above; and by how much less they are at least.
    /// </summary>
    private const double StepPart = 0.5, BarPart = 0.6, Less = 0.15;

    /// <summary>The part of the bar's range by which text differs from its background.</summary>
    private const double Contrast = 0.3;

    /// <summary>The fewest such jumps in a row of text, the fewest rows of text, and their least share.</summary>
    private const int LeastJumps = 4, LeastText = 4;

    private const double TextShare = 0.08, BlankShare = 0.1;

    /// <summary>The least share of jumps that go on from the row above. Single bright pixels have none.</summary>
    private const double StrokeShare = 0.4;

    /// <summary>The rows of the bar over the whole width; an empty region where there is none.</summary>
    /// <exception cref="FastSegException">The image is corrupt there.</exception>
    public static Region Find(ImageReader image, ComputeOptions options)
    {
        ImageInfo info = image.Info;
        if (info.Width < LeastPage || info.Height < LeastPage)
        {
            return default;
        }
        long top = info.Height - (info.Height / 3) - Compared - Blurred;
        var rows = new BarRows(image, top, options.Cancellation);
        foreach (double[] flat in (double[][])[rows.Flat, rows.NearlyFlat])
        {
            int first = Begin(flat);
            if (first >= 0 && HasText(rows, flat, first, options.Cancellation))
            {
                long y = top + first;
                return new Region(0, y, info.Width, info.Height - y);
            }
        }
        return default;
    }

    /// <summary>The uppermost row at which a bar may begin; -1 where there is none.</summary>
    private static int Begin(double[] flat)
    {
        double[] below = new double[flat.Length + 1], least = new double[flat.Length + 1];
        least[flat.Length] = 1;
        for (int i = flat.Length - 1; i >= 0; i--)
        {
            (below[i], least[i]) = (below[i + 1] + flat[i], Math.Min(least[i + 1], flat[i]));
        }
        for (int i = Compared + Blurred; i <= flat.Length - LeastRows; i++)
        {
            double mean = below[i] / (flat.Length - i), above = flat[(i - Compared)..i].Average();
            if (flat[i] >= First && least[i] >= Any && mean >= All
                && IsFlatter(flat[i], flat[i - 1], StepPart) && IsFlatter(mean, above, BarPart))
            {
                return WithBlurred(flat, i);
            }
        }
        return -1;
    }

    private static bool IsFlatter(double flat, double other, double part) =>
        1 - flat <= part * (1 - other) && flat - other >= Less;

    /// <summary>The first row with those above that are flatter than the image is: JPEG mixes what lies in one block.</summary>
    private static int WithBlurred(double[] flat, int first)
    {
        const double Flatter = 0.15;
        double image = flat[(first - Compared - Blurred)..(first - Blurred)].Average();
        int row = first;
        while (row > first - Blurred && flat[row - 1] > image + Flatter)
        {
            row--;
        }
        return row;
    }

    /// <summary>Whether some rows look like text, and others like the space between lines.</summary>
    private static bool HasText(BarRows rows, double[] flat, int first, CancellationToken cancellation)
    {
        (int[] jumps, long below) = rows.Jumps(rows.Top + first, Contrast, cancellation);
        int text = jumps.Count(count => count >= LeastJumps), blank = flat.Skip(first).Count(share => share >= Blank);
        return below >= StrokeShare * jumps.Sum(count => (long)count)
            && text >= LeastText && text >= TextShare * jumps.Length && blank >= BlankShare * jumps.Length;
    }
}
