using FastSeg.Tests.Deep.Backbones;

namespace FastSeg.Tests.Deep.Tokens;

/// <summary>The blended tokens of a whole image in float64, straight from the definition.</summary>
internal static class WindowsReference
{
    /// <param name="tiny">The network.</param>
    /// <param name="pixel">Normalised value of a colour at a row and column inside the image.</param>
    /// <param name="width">Columns of the image.</param>
    /// <param name="height">Rows of the image.</param>
    /// <param name="tokens">Cells of a window's side.</param>
    /// <param name="overlap">Cells shared.</param>
    /// <param name="fixedSize">Whether windows must have that size.</param>
    /// <returns>Rows x columns x dimension.</returns>
    public static double[,,] Tokens(
        TinyBackbone tiny, Func<int, int, int, double> pixel, int width, int height, int tokens, int overlap, bool fixedSize)
    {
        int p = tiny.Patch, rows = (height + p - 1) / p, columns = (width + p - 1) / p;
        int h = fixedSize ? tokens : Math.Min(tokens, rows), w = fixedSize ? tokens : Math.Min(tokens, columns);
        int gridRows = Math.Max(rows, h), gridColumns = Math.Max(columns, w);
        double[,,] sum = new double[gridRows, gridColumns, tiny.Dimension];
        double[,] weights = new double[gridRows, gridColumns];
        foreach (int top in Starts(gridRows, h, tokens - overlap))
        {
            foreach (int left in Starts(gridColumns, w, tokens - overlap))
            {
                double[] planes = new double[3 * h * p * w * p];
                for (int i = 0; i < planes.Length; i++)
                {
                    int colour = i / (h * p * w * p), y = i / (w * p) % (h * p), x = i % (w * p);
                    planes[i] = pixel(colour, Math.Min((top * p) + y, height - 1), Math.Min((left * p) + x, width - 1));
                }
                double[] values = tiny.Tokens(planes, h * p, w * p);
                for (int cell = 0; cell < h * w; cell++)
                {
                    (int i, int j) = (cell / w, cell % w);
                    double weight = Weight(i, h, overlap, top > 0, top + h < gridRows)
                        * Weight(j, w, overlap, left > 0, left + w < gridColumns);
                    weights[top + i, left + j] += weight;
                    for (int n = 0; n < tiny.Dimension; n++)
                    {
                        sum[top + i, left + j, n] += weight * values[(cell * tiny.Dimension) + n];
                    }
                }
            }
        }
        double[,,] result = new double[rows, columns, tiny.Dimension];
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                for (int n = 0; n < tiny.Dimension; n++)
                {
                    result[i, j, n] = sum[i, j, n] / weights[i, j];
                }
            }
        }
        return result;
    }

    private static double Weight(int i, int w, int overlap, bool before, bool after)
    {
        double rampIn = before ? (i + 1.0) / (overlap + 1) : 1, rampOut = after ? (w - i) / (overlap + 1.0) : 1;
        return Math.Min(1, Math.Min(rampIn, rampOut));
    }

    private static List<int> Starts(int cells, int window, int stride)
    {
        var starts = new List<int>();
        for (int start = 0; ; start += stride)
        {
            if (start + window >= cells)
            {
                starts.Add(cells - window);
                return starts;
            }
            starts.Add(start);
        }
    }
}
