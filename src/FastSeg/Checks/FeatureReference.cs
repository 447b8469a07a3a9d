namespace FastSeg.Checks;

/// <summary>
/// Every classical feature of one channel in float64, as the specification defines it. Features share nothing to save time.
/// </summary>
internal static class FeatureReference
{
    /// <summary>All planes of a channel, in the order of <see cref="FeatureSpec.Names"/>.</summary>
    public static IReadOnlyList<ReferenceImage> Planes(FeatureSpec spec, ReferenceImage image)
    {
        var planes = new List<ReferenceImage>();
        double[] scales = [0, .. spec.Sigmas];
        ReferenceImage[] blurs = Array.ConvertAll(scales, sigma => Blur(spec, image, sigma));
        foreach (ReferenceImage blur in blurs)
        {
            AddIf(spec, Families.Gaussian, planes, () => [blur]);
            AddIf(spec, Families.Sobel, planes, () => [Sobel(blur)]);
            AddIf(spec, Families.Hessian, planes, () => Hessian(blur));
        }
        AddIf(spec, Families.Dog, planes, () => Dog(blurs[1..]));
        AddIf(spec, Families.Membrane, planes, () => Membrane(spec.Membrane, image));
        AddIf(spec, Families.Laplacian, planes, () => blurs.Select(blur => Hessian(blur)[3]));
        AddIf(spec, Families.Structure, planes, () => spec.Sigmas.SelectMany((sigma, i) => Structure(spec, blurs[i + 1], sigma)));
        AddIf(spec, Families.Mean, planes, () => spec.Sigmas.Select(sigma => Disk(image, sigma, values => values.Average())));
        AddIf(spec, Families.Min, planes, () => spec.Sigmas.Select(sigma => Disk(image, sigma, values => values.Min())));
        AddIf(spec, Families.Max, planes, () => spec.Sigmas.Select(sigma => Disk(image, sigma, values => values.Max())));
        AddIf(spec, Families.Median, planes, () => spec.Sigmas.Select(sigma => Disk(image, sigma, Median)));
        return planes;
    }

    /// <summary>Adds the planes of a family where it is on.</summary>
    private static void AddIf(FeatureSpec spec, Families family, List<ReferenceImage> planes, Func<IEnumerable<ReferenceImage>> make)
    {
        if ((spec.Families & family) != 0)
        {
            planes.AddRange(make());
        }
    }

    /// <summary>The Gaussian blur of a sigma, with taps up to four standard deviations; the image itself for sigma 0.</summary>
    private static ReferenceImage Blur(FeatureSpec spec, ReferenceImage image, double sigma)
    {
        if (sigma == 0)
        {
            return image;
        }
        double s = spec.SigmaScale * sigma;
        int r = (int)Math.Floor((4 * s) + 0.5);
        double[] taps = [.. Enumerable.Range(-r, (2 * r) + 1).Select(i => Math.Exp(-(double)i * i / (2 * s * s)))];
        double sum = taps.Sum();
        taps = Array.ConvertAll(taps, tap => tap / sum);
        ReferenceImage alongX = image.Map((x, y) => Sum(-r, r, i => taps[i + r] * image[x + i, y]));
        return alongX.Map((x, y) => Sum(-r, r, i => taps[i + r] * alongX[x, y + i]));
    }

    /// <summary>The sum of a term for every whole number in a range, its ends included.</summary>
    private static double Sum(int from, int to, Func<int, double> term)
    {
        double sum = 0;
        for (int i = from; i <= to; i++)
        {
            sum += term(i);
        }
        return sum;
    }

    /// <summary>First derivative along x: Sobel's operator divided by 8.</summary>
    private static ReferenceImage Gx(ReferenceImage g) => g.Map((x, y) =>
        (g[x + 1, y - 1] - g[x - 1, y - 1] + (2 * (g[x + 1, y] - g[x - 1, y])) + g[x + 1, y + 1] - g[x - 1, y + 1]) / 8);

    /// <summary>First derivative along y: Sobel's operator divided by 8.</summary>
    private static ReferenceImage Gy(ReferenceImage g) => g.Map((x, y) =>
        (g[x - 1, y + 1] - g[x - 1, y - 1] + (2 * (g[x, y + 1] - g[x, y - 1])) + g[x + 1, y + 1] - g[x + 1, y - 1]) / 8);

    /// <summary>Magnitude of the gradient.</summary>
    private static ReferenceImage Sobel(ReferenceImage g)
    {
        ReferenceImage gx = Gx(g), gy = Gy(g);
        return g.Map((x, y) => Math.Sqrt((gx[x, y] * gx[x, y]) + (gy[x, y] * gy[x, y])));
    }

    /// <summary>Larger and smaller eigenvalue, modulus, trace and determinant of the Hessian.</summary>
    private static ReferenceImage[] Hessian(ReferenceImage g)
    {
        ReferenceImage gx = Gx(g), a = Gx(gx), b = Gy(gx), d = Gy(Gy(g));
        (ReferenceImage first, ReferenceImage second) = Eigenvalues(a, b, d);
        return
        [
            first,
            second,
            g.Map((x, y) => Math.Sqrt((a[x, y] * a[x, y]) + (b[x, y] * b[x, y]) + (d[x, y] * d[x, y]))),
            g.Map((x, y) => a[x, y] + d[x, y]),
            g.Map((x, y) => (a[x, y] * d[x, y]) - (b[x, y] * b[x, y])),
        ];
    }

    /// <summary>Eigenvalues of the symmetric matrix (a b, b d) at every pixel.</summary>
    private static (ReferenceImage Larger, ReferenceImage Smaller) Eigenvalues(ReferenceImage a, ReferenceImage b, ReferenceImage d)
    {
        double Root(int x, int y) => Math.Sqrt(Math.Pow(a[x, y] - d[x, y], 2) + (4 * b[x, y] * b[x, y]));
        return (a.Map((x, y) => (a[x, y] + d[x, y] + Root(x, y)) / 2), a.Map((x, y) => (a[x, y] + d[x, y] - Root(x, y)) / 2));
    }

    /// <summary>The difference of each pair of blurs, the narrow one minus the wide one.</summary>
    private static IEnumerable<ReferenceImage> Dog(ReferenceImage[] blurs)
    {
        for (int i = 0; i < blurs.Length; i++)
        {
            for (int j = 0; j < i; j++)
            {
                ReferenceImage narrow = blurs[j], wide = blurs[i];
                yield return narrow.Map((x, y) => narrow[x, y] - wide[x, y]);
            }
        }
    }

    /// <summary>Sum, mean, standard deviation, median, maximum and minimum of the mean along each line.</summary>
    private static IEnumerable<ReferenceImage> Membrane(MembraneGeometry geometry, ReferenceImage image)
    {
        int half = geometry.Patch / 2, lines = geometry.Angles;
        var pixels = new List<(int X, int Y)>[lines];
        for (int k = 0; k < lines; k++)
        {
            double theta = k * 180.0 / lines * Math.PI / 180, sin = Math.Sin(theta), cos = Math.Cos(theta);
            pixels[k] =
            [
                .. from y in Enumerable.Range(-half, geometry.Patch)
                   from x in Enumerable.Range(-half, geometry.Patch)
                   where Math.Abs((x * sin) - (y * cos)) <= (geometry.Thickness / 2) + 1e-6
                   where Math.Abs((x * cos) + (y * sin)) <= (geometry.Patch / 2.0) + 1e-6
                   select (x, y),
            ];
        }
        var planes = new ReferenceImage[6];
        for (int i = 0; i < planes.Length; i++)
        {
            planes[i] = new ReferenceImage(image.Width, image.Height);
        }
        // Map lends its parallel loop over the pixels; the plane that it makes is not used.
        image.Map((x, y) =>
        {
            double[] responses = Array.ConvertAll(pixels, line => line.Sum(p => image[x + p.X, y + p.Y]) / line.Count);
            double mean = responses.Average();
            planes[0][x, y] = responses.Sum();
            planes[1][x, y] = mean;
            planes[2][x, y] = Math.Sqrt(responses.Average(response => (response - mean) * (response - mean)));
            Array.Sort(responses);
            planes[3][x, y] = Middle(responses);
            planes[4][x, y] = responses[^1];
            planes[5][x, y] = responses[0];
            return 0;
        });
        return planes;
    }

    /// <summary>Larger and smaller eigenvalue of the structure tensor: the products of first derivatives, blurred once more.</summary>
    private static IEnumerable<ReferenceImage> Structure(FeatureSpec spec, ReferenceImage blur, double sigma)
    {
        ReferenceImage gx = Gx(blur), gy = Gy(blur);
        ReferenceImage a = Blur(spec, blur.Map((x, y) => gx[x, y] * gx[x, y]), sigma);
        ReferenceImage b = Blur(spec, blur.Map((x, y) => gx[x, y] * gy[x, y]), sigma);
        ReferenceImage d = Blur(spec, blur.Map((x, y) => gy[x, y] * gy[x, y]), sigma);
        (ReferenceImage larger, ReferenceImage smaller) = Eigenvalues(a, b, d);
        return [larger, smaller];
    }

    /// <summary>A statistic of the pixels at a distance of at most sigma.</summary>
    private static ReferenceImage Disk(ReferenceImage image, double sigma, Func<double[], double> statistic)
    {
        int r = (int)sigma;
        (int X, int Y)[] disk =
        [
            .. from dy in Enumerable.Range(-r, (2 * r) + 1)
               from dx in Enumerable.Range(-r, (2 * r) + 1)
               where (dx * dx) + (dy * dy) <= sigma * sigma
               select (dx, dy),
        ];
        return image.Map((x, y) => statistic(Array.ConvertAll(disk, p => image[x + p.X, y + p.Y])));
    }

    private static double Median(double[] values) => Middle([.. values.Order()]);

    /// <summary>The middle of sorted values; of an even number of values the mean of the two in the middle.</summary>
    private static double Middle(double[] sorted) => (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
}
