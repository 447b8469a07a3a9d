namespace FastSeg.Checks;

/// <summary>Smoothing of a whole page in float64, as the specification defines it, from the trees' probabilities to labels.</summary>
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
        ReferenceImage image = Plane(guide, 0);
        IEnumerable<int> classes = Enumerable.Range(0, p.Length / (width * height));
        return [.. classes.SelectMany(c => SmoothingReference.Guided(image, Plane(p, c), kept, radius, epsilon).Values)];
    }

    /// <summary>
    /// What safe smoothing keeps: p where the forest is sure, else g, as 15 bits, and a bit that marks the class that the pixel had before.
    /// </summary>
    public ushort[] Unsure(double[] p, double[] g)
    {
        int pixels = width * height, classes = p.Length / pixels;
        ushort[] q = new ushort[p.Length];
        for (int i = 0; i < p.Length; i++)
        {
            double most = Enumerable.Range(0, classes).Max(c => p[(c * pixels) + (i % pixels)]);
            q[i] = (ushort)(Math.Floor((32767 * (most > 0.8 ? p[i] : g[i])) + 0.5) + (p[i] == most ? 32768 : 0));
        }
        return q;
    }

    /// <summary>The weights that give each class nearly its area back, counted on every pixel of a small page.</summary>
    public double[] Weights(double[] p, ushort[] q)
    {
        int classes = p.Length / (width * height);
        long[] areas = Areas(Labels(p, null), classes);
        double[] targets = [.. areas.Select(area => area < 0.02 * areas.Sum() ? area : 0.95 * area)];
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

    private double[] Weighted(double[] values, double[]? weights)
    {
        double Weigh(double value, int i) => value < 32768 ? value : (value - 32768) * (float)weights[i / (width * height)];
        return weights is null ? values : [.. values.Select(Weigh)];
    }

    private long[] Areas(int[] labels, int classes) =>
        [.. Enumerable.Range(0, classes).Select(c => (long)labels.Where((label, i) => label == c && Kept(i)).Count())];

    /// <summary>One plane of several.</summary>
    private ReferenceImage Plane(double[] planes, int number)
    {
        var plane = new ReferenceImage(width, height);
        Array.Copy(planes, number * width * height, plane.Values, 0, width * height);
        return plane;
    }

    private bool Kept(int pixel) => kept is null || kept[pixel];
}
