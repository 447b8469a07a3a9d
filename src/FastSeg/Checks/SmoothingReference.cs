using FastSeg.Common;

namespace FastSeg.Checks;

/// <summary>Probabilities, guide and guided filter in float64, written as they are defined.</summary>
internal static class SmoothingReference
{
    private const int Radius = 4;

    /// <summary>Probabilities of one pixel from its margins: one margin is the second class's against 0.</summary>
    public static double[] Softmax(IReadOnlyList<double> margins)
    {
        double[] all = margins.Count == 1 ? [0, margins[0]] : [.. margins];
        double most = all.Max();
        double[] powers = [.. all.Select(margin => Math.Exp(margin - most))];
        return [.. powers.Select(power => power / powers.Sum())];
    }

    /// <summary>The guide of an image that is standardised already, its channels' mean.</summary>
    public static ReferenceImage Guide(ReferenceImage image)
    {
        double[] taps = [.. Enumerable.Range(-Radius, (2 * Radius) + 1).Select(i => Math.Exp(-i * i / 2.0))];
        double sum = taps.Sum();
        ReferenceImage along = image.Map((x, y) => taps.Select((tap, i) => tap / sum * image[x + i - Radius, y]).Sum());
        return along.Map((x, y) => taps.Select((tap, i) => tap / sum * along[x, y + i - Radius]).Sum());
    }

    /// <summary>The guided filter of one plane of probabilities.</summary>
    /// <param name="guide">The guide.</param>
    /// <param name="probabilities">The plane.</param>
    /// <param name="mask">Pixels that count; null for all.</param>
    /// <param name="radius">Radius of the boxes.</param>
    /// <param name="epsilon">Variance of the guide from which on an edge is kept.</param>
    /// <returns>The result; 0 where no pixel around counts.</returns>
    public static ReferenceImage Guided(
        ReferenceImage guide, ReferenceImage probabilities, bool[]? mask, int radius, double epsilon)
    {
        (int width, int height) = (guide.Width, guide.Height);
        ReferenceImage Means(Func<int, double> value)
        {
            var means = new ReferenceImage(width, height);
            for (int i = 0; i < means.Values.Length; i++)
            {
                means.Values[i] = Mean(value, mask, new Region(i % width, i / width, 1, 1).Inflate(radius), width, height);
            }
            return means;
        }
        double[] image = guide.Values, p = probabilities.Values;
        double[] mean = Means(i => image[i]).Values, meanP = Means(i => p[i]).Values;
        double[] slopes = new double[image.Length], offsets = new double[image.Length];
        // Deviations from the box's mean, not differences of squares: nothing cancels.
        for (int i = 0; i < image.Length; i++)
        {
            Region box = new Region(i % width, i / width, 1, 1).Inflate(radius);
            double own = mean[i], ownP = meanP[i];
            double variance = Mean(j => (image[j] - own) * (image[j] - own), mask, box, width, height);
            slopes[i] = Mean(j => (image[j] - own) * (p[j] - ownP), mask, box, width, height) / (variance + epsilon);
            offsets[i] = ownP - (slopes[i] * own);
        }
        double[] slope = Means(i => slopes[i]).Values, offset = Means(i => offsets[i]).Values;
        var result = new ReferenceImage(width, height);
        for (int i = 0; i < image.Length; i++)
        {
            result.Values[i] = Math.Clamp((slope[i] * image[i]) + offset[i], 0, 1);
        }
        return result;
    }

    /// <summary>The mean of a value over those pixels of a box that lie in the image and count; 0 where none does.</summary>
    private static double Mean(Func<int, double> value, bool[]? mask, Region box, int width, int height)
    {
        Region inside = box.Intersect(new Region(0, 0, width, height));
        double sum = 0;
        int count = 0;
        for (long y = inside.Y; y < inside.Bottom; y++)
        {
            for (long x = inside.X; x < inside.Right; x++)
            {
                int i = (int)((y * width) + x);
                if (mask is null || mask[i])
                {
                    sum += value(i);
                    count++;
                }
            }
        }
        return count == 0 ? 0 : sum / count;
    }
}
