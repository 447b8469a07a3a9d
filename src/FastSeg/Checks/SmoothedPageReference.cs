namespace FastSeg.Checks;

/// <summary>
/// Smoothing of a whole page in float64, as the specification defines it, from the trees' probabilities to labels. No step shares sums with
/// another pixel to save time.
/// </summary>
/// <param name="width">Columns of the page.</param>
/// <param name="height">Rows of the page.</param>
/// <param name="kept">Whether each pixel counts; null where all do.</param>
internal sealed class SmoothedPageReference(int width, int height, bool[]? kept = null)
{
    /// <summary>The guide: the standardised mean over channels, blurred.</summary>
    /// <param name="samples">Height x width x channels.</param>
    /// <param name="channels">Channels.</param>
    public double[] Guide(double[] samples, int channels)
    {
        double[] counted = [.. samples.Where((_, i) => Kept(i / channels))];
        double mean = counted.Average(), deviation = Math.Sqrt(counted.Average(value => (value - mean) * (value - mean)));
        deviation = deviation == 0 || deviation < 1e-6 * Math.Abs(mean) ? 1 : deviation;
        var page = new ReferenceImage(width, height);
        for (int i = 0; i < page.Values.Length; i++)
        {
            page.Values[i] = (samples.AsSpan(i * channels, channels).ToArray().Average() - mean) / deviation;
        }
        double[] taps = [.. Enumerable.Range(-4, 9).Select(i => Math.Exp(-i * i / 2.0))];
        double sum = taps.Sum();
        ReferenceImage alongX = page.Map((x, y) => Enumerable.Range(0, 9).Sum(i => taps[i] / sum * page[x + i - 4, y]));
        return alongX.Map((x, y) => Enumerable.Range(0, 9).Sum(i => taps[i] / sum * alongX[x, y + i - 4])).Values;
    }

    /// <summary>The guided filter of every class; classes x pixels, as the probabilities.</summary>
    public double[] Guided(double[] p, double[] guide, int radius, double epsilon)
    {
        int pixels = width * height;
        double[] result = new double[p.Length];
        double[] mean = Means(i => guide[i], radius);
        double[] variance = Means(i => guide[i] * guide[i], radius);
        for (int c = 0; c < p.Length / pixels; c++)
        {
            int at = c * pixels;
            double[] meanP = Means(i => p[at + i], radius), both = Means(i => p[at + i] * guide[i], radius);
            double[] a = new double[pixels], b = new double[pixels];
            for (int i = 0; i < pixels; i++)
            {
                a[i] = (both[i] - (mean[i] * meanP[i])) / (variance[i] - (mean[i] * mean[i]) + epsilon);
                b[i] = meanP[i] - (a[i] * mean[i]);
            }
            double[] meanA = Means(i => a[i], radius), meanB = Means(i => b[i], radius);
            for (int i = 0; i < pixels; i++)
            {
                result[at + i] = Math.Clamp((meanA[i] * guide[i]) + meanB[i], 0, 1);
            }
        }
        return result;
    }

    /// <summary>What safe smoothing keeps: p where the forest is sure, else g, as 16 bits.</summary>
    public ushort[] Unsure(double[] p, double[] g)
    {
        int pixels = width * height, classes = p.Length / pixels;
        ushort[] q = new ushort[p.Length];
        for (int i = 0; i < p.Length; i++)
        {
            double most = Enumerable.Range(0, classes).Max(c => p[(c * pixels) + (i % pixels)]);
            q[i] = (ushort)Math.Floor((65535 * (most > 0.8 ? p[i] : g[i])) + 0.5);
        }
        return q;
    }

    /// <summary>The weights that give each class nearly its area back, counted on every pixel of a small page.</summary>
    public double[] Weights(double[] p, ushort[] q)
    {
        int classes = p.Length / (width * height);
        long[] areas = Areas(Labels(p, null), classes);
        double[] targets = [.. areas.Select(area => area < 0.02 * areas.Sum() ? area : 0.8 * area)];
        double[] weights = [.. Enumerable.Repeat(1.0, classes)];
        for (int round = 0; round < 30; round++)
        {
            long[] now = Areas(Labels([.. q.Select(value => (double)value)], weights), classes);
            int[] small = [.. Enumerable.Range(0, classes).Where(c => now[c] < 0.98 * targets[c])];
            if (small.Length == 0)
            {
                break;
            }
            Array.ForEach(small, c => weights[c] *= 1.15);
        }
        return weights;
    }

    /// <summary>The class of the largest value, weighted where there are weights; the lowest on a tie.</summary>
    public int[] Labels(double[] values, double[]? weights)
    {
        double[] weighted = Weighted(values, weights);
        int pixels = width * height, classes = values.Length / pixels;
        int Largest(int i) => Enumerable.Range(0, classes).Aggregate(
            (best, c) => weighted[(c * pixels) + i] > weighted[(best * pixels) + i] ? c : best);
        return [.. Enumerable.Range(0, pixels).Select(Largest)];
    }

    /// <summary>Each value, weighted where there are weights, divided by its pixel's sum.</summary>
    public double[] Shares(double[] values, double[]? weights)
    {
        double[] weighted = Weighted(values, weights);
        int pixels = width * height, classes = values.Length / pixels;
        return [.. weighted.Select((value, i) => value / Enumerable.Range(0, classes).Sum(c => weighted[(c * pixels) + (i % pixels)]))];
    }

    private double[] Weighted(double[] values, double[]? weights) =>
        weights is null ? values : [.. values.Select((value, i) => value * (float)weights[i / (width * height)])];

    private long[] Areas(int[] labels, int classes) =>
        [.. Enumerable.Range(0, classes).Select(c => (long)labels.Where((label, i) => label == c && Kept(i)).Count())];

    /// <summary>For each pixel that counts, the mean over those of its box that count; 0 elsewhere.</summary>
    private double[] Means(Func<int, double> value, int radius)
    {
        double[] means = new double[width * height];
        for (int i = 0; i < means.Length; i++)
        {
            int x = i % width, y = i / width, count = 0;
            double sum = 0;
            for (int v = Math.Max(0, y - radius); Kept(i) && v <= Math.Min(height - 1, y + radius); v++)
            {
                for (int u = Math.Max(0, x - radius); u <= Math.Min(width - 1, x + radius); u++)
                {
                    int other = (v * width) + u;
                    (sum, count) = Kept(other) ? (sum + value(other), count + 1) : (sum, count);
                }
            }
            means[i] = count == 0 ? 0 : sum / count;
        }
        return means;
    }

    private bool Kept(int pixel) => kept is null || kept[pixel];
}
