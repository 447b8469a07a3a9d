namespace FastSeg.Checks;

/// <summary>Standardisation by a pixel's neighbourhood in float64, by its definition: row by row, then down the columns.</summary>
internal static class LocalReference
{
    /// <summary>The standardised channels of an image.</summary>
    /// <param name="channels">The samples, as they are stored.</param>
    /// <param name="sigma">The window's standard deviation.</param>
    /// <param name="kept">Whether a pixel counts; null where all do.</param>
    public static IReadOnlyList<ReferenceImage> Planes(IReadOnlyList<ReferenceImage> channels, double sigma, bool[]? kept = null)
    {
        int width = channels[0].Width, height = channels[0].Height, radius = (int)Math.Floor((4 * sigma) + 0.5);
        double[] taps = [.. Enumerable.Range(0, radius + 1).Select(i => Math.Exp(-((double)i * i) / (2 * sigma * sigma)))];
        (double[] weights, double[] means, double[] variances) = Rows(channels, taps, kept);
        IReadOnlyList<ReferenceImage> planes = [.. channels.Select(_ => new ReferenceImage(width, height))];
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                double weight = 0, mean = 0, variance = 0;
                int from = Math.Max(y - radius, 0), to = Math.Min(y + radius, height - 1);
                for (int row = from; row <= to; row++)
                {
                    double w = taps[Math.Abs(row - y)] * weights[(row * width) + x];
                    weight += w;
                    mean += w * means[(row * width) + x];
                }
                mean /= weight;
                for (int row = from; row <= to; row++)
                {
                    int at = (row * width) + x;
                    double gap = means[at] - mean;
                    variance += taps[Math.Abs(row - y)] * weights[at] * (variances[at] + (gap * gap));
                }
                double deviation = Math.Sqrt(variance / weight);
                deviation = deviation == 0 || deviation < 1e-6 * Math.Abs(mean) ? 1 : deviation;
                for (int c = 0; c < channels.Count; c++)
                {
                    planes[c].Values[(y * width) + x] = weight == 0 ? 0 : (channels[c].Values[(y * width) + x] - mean) / deviation;
                }
            }
        }
        return planes;
    }

    /// <summary>Weight, mean and variance of each pixel's row; a row of which nothing counts has weight 0.</summary>
    private static (double[] Weights, double[] Means, double[] Variances) Rows(
        IReadOnlyList<ReferenceImage> channels, double[] taps, bool[]? kept)
    {
        int width = channels[0].Width, height = channels[0].Height, radius = taps.Length - 1;
        double[] weights = new double[width * height], means = new double[width * height], variances = new double[width * height];
        double[] row = new double[width];
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                row[x] = channels.Average(channel => channel.Values[(y * width) + x]);
            }
            for (int x = 0; x < width; x++)
            {
                int at = (y * width) + x, from = Math.Max(x - radius, 0), to = Math.Min(x + radius, width - 1);
                for (int i = from; i <= to; i++)
                {
                    double w = kept?[(y * width) + i] == false ? 0 : taps[Math.Abs(i - x)];
                    weights[at] += w;
                    means[at] += w * row[i];
                }
                means[at] = weights[at] == 0 ? 0 : means[at] / weights[at];
                for (int i = from; i <= to; i++)
                {
                    double w = kept?[(y * width) + i] == false ? 0 : taps[Math.Abs(i - x)];
                    variances[at] += w * (row[i] - means[at]) * (row[i] - means[at]);
                }
                variances[at] = weights[at] == 0 ? 0 : variances[at] / weights[at];
            }
        }
        return (weights, means, variances);
    }
}
