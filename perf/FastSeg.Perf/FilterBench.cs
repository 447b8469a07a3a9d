using FastSeg.Features;

namespace FastSeg.Perf;

/// <summary>
/// Measures the filters one by one, each as a filter bank with nothing else switched on. The bound is the number of vector operations that
/// a pixel needs, at the rate of the machine's multiply-adds: additions, minima and shuffles use the same two ports.
/// </summary>
internal static class FilterBench
{
    /// <summary>
    /// Operations of one scale: 9 for the first derivatives, 14 for the second ones, 17 for the Hessian's planes, 16 for their two roots, 6
    /// for the magnitude.
    /// </summary>
    private const int DerivativeOperations = 9 + 14 + 17 + 16 + 6;

    public static void Run(PerfRun run)
    {
        long side = run.Options.Size;
        using var image = MemoryImage.FromMemory<byte>(PerfImages.Mosaic(side), side, side);
        FeatureSpec paper = FeatureSpec.Paper;
        foreach (double sigma in paper.Sigmas)
        {
            FeatureSpec one = paper with { Families = Families.Gaussian, Sigmas = [sigma] };
            Measure(run, image, $"conversion and blur, sigma {sigma}", one);
        }
        Measure(run, image, "conversion and all blurs", paper with { Families = Families.Gaussian });
        Families derivatives = Families.Sobel | Families.Hessian;
        Measure(run, image, "derivatives of one scale", paper with { Families = derivatives, Sigmas = [] });
        Measure(run, image, "all blurs and their derivatives", paper with { Families = Families.Gaussian | derivatives });
        Measure(run, image, "all blurs and their differences", paper with { Families = Families.Gaussian | Families.Dog });
        Measure(run, image, "membrane", paper with { Families = Families.Membrane });
        Measure(run, image, "the whole bank", paper);
        LocalBench.Run(run);
    }

    private static void Measure(PerfRun run, ImageReader image, string name, FeatureSpec spec)
    {
        using var bank = new BankRunner(image, spec, run.Options.Threads);
        long pixels = image.Info.Bounds.Pixels;
        double seconds = run.Best(() => bank.Run(default(BankRunner.Drop)));
        double operations = Operations(spec);
        double nanoseconds = seconds * 1e9 * run.Options.Threads / pixels;
        double planes = spec.Names.Count * sizeof(float) * pixels / seconds / 1e9;
        run.Add(new Measurement("filters", name, seconds, pixels)
        {
            BytesPerPixel = 1,
            FlopsPerPixel = operations + MultiplyAdds(spec),
            OwnBound = (run.Bounds.FlopsPerSecond / 2 / operations, "operations"),
            Note = FormattableString.Invariant(
                $"{nanoseconds:F2} ns a pixel and thread, {operations:F0} operations, {planes:F0} GB/s of planes"),
        });
    }

    /// <summary>Vector operations a pixel; an operation on a vector of n pixels counts once for each of them.</summary>
    private static double Operations(FeatureSpec spec)
    {
        double operations = MultiplyAdds(spec);
        if (spec.Has(Families.Hessian))
        {
            operations += DerivativeOperations * (spec.Sigmas.Count + 1);
        }
        if (spec.Has(Families.Dog))
        {
            operations += spec.Sigmas.Count * (spec.Sigmas.Count - 1) / 2;
        }
        return spec.Has(Families.Membrane) ? operations + MembraneOperations(spec.Membrane) : operations;
    }

    /// <summary>Multiply-adds a pixel of all blurs: the taps of both passes.</summary>
    private static double MultiplyAdds(FeatureSpec spec) =>
        spec.Has(Families.Gaussian | Families.Dog) ? spec.Sigmas.Sum(sigma => 2.0 * ((2 * spec.Radius(sigma)) + 1)) : 0;

    /// <summary>Sums of pixels, the responses, sum and squares over these, and the comparators' minima and maxima.</summary>
    private static double MembraneOperations(MembraneGeometry geometry)
    {
        var plan = new MembranePlan(geometry);
        int lines = geometry.Angles, middle = (lines - 1) / 2;
        int selection = SelectionNetwork.Create(lines, [0, middle, lines / 2, lines - 1])
            .Sum(comparator => (comparator.NeedsLow ? 1 : 0) + (comparator.NeedsHigh ? 1 : 0));
        return plan.Lines.Pairs.Count + plan.Sums.Count + (4 * lines) + selection;
    }
}
