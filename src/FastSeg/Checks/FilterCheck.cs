using System.Diagnostics;
using FastSeg.Features;
using FastSeg.Images;
using FastSeg.Images.Samples;
using FastSeg.Simd;

namespace FastSeg.Checks;

/// <summary>Compares the filters with their float64 references, family by family, and one vector width with the other.</summary>
internal static class FilterCheck
{
    private const int Width = 203;
    private const int Height = 131;

    /// <summary>
    /// Sigmas of the families over disks. The reference visits every pixel of every disk, so larger radii would only make the check slower.
    /// </summary>
    private static readonly double[] DiskSigmas = [1, 2, 4];

    /// <summary>Runs the checks one after the other.</summary>
    public static IEnumerable<BackendCheckResult> Run(int seed)
    {
        foreach (string name in FamilyNames.All)
        {
            Families family = FamilyNames.Parse([name]);
            bool disk = (family & (Families.Mean | Families.Min | Families.Max | Families.Median)) != 0;
            FeatureSpec spec = FeatureSpec.Paper with { Families = family, Sigmas = disk ? DiskSigmas : FeatureSpec.Paper.Sigmas };
            yield return Family(name, spec, seed);
        }
        yield return LocalCheck.OnCpu(Samples(seed), Width, Height);
        if (VectorPath.Available.Count > 1)
        {
            yield return Widths(seed);
        }
    }

    /// <summary>Compares the planes of a family. The plane that uses the largest part of its tolerance stands for the family.</summary>
    private static BackendCheckResult Family(string name, FeatureSpec spec, int seed)
    {
        float[] samples = Samples(seed);
        float[] planes = Planes(spec, samples, out SampleMap map, out double seconds);
        var image = new ReferenceImage(Width, Height);
        for (int i = 0; i < samples.Length; i++)
        {
            image.Values[i] = ((double)samples[i] * map.Scale) + map.Shift;
        }
        IReadOnlyList<ReferenceImage> reference = FeatureReference.Planes(spec, image);
        if (reference.Count != spec.Names.Count)
        {
            throw new InvalidOperationException(
                $"{name}: {spec.Names.Count} planes, but {reference.Count} references to compare them with.");
        }
        double largest = image.Values.Max(Math.Abs), worstError = 0, worstAllowed = 0, worstShare = -1;
        for (int plane = 0; plane < reference.Count; plane++)
        {
            double error = FeatureTolerance.Error(reference[plane], planes.AsSpan(plane * samples.Length, samples.Length));
            double allowed = FeatureTolerance.Allowed(spec, reference, plane, largest);
            if (error / allowed > worstShare)
            {
                (worstError, worstAllowed, worstShare) = (error, allowed, error / allowed);
            }
        }
        return new BackendCheckResult($"features: {name}", $"{Width} x {Height} x {reference.Count}", worstError, worstAllowed, seconds);
    }

    /// <summary>The widest vectors that the machine has against the narrowest.</summary>
    private static BackendCheckResult Widths(int seed)
    {
        float[] samples = Samples(seed);
        FeatureSpec spec = FeatureSpec.Paper with { Families = FamilyNames.Every, Sigmas = DiskSigmas };
        int narrow = VectorPath.Available[0], wide = VectorPath.Available[^1];
        float[] expected = Bank(spec, samples, wide);
        long start = Stopwatch.GetTimestamp();
        double error = Deviation.OfBits(Bank(spec, samples, narrow), expected);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return new BackendCheckResult(
            $"features: {narrow}-bit vectors equal {wide}-bit", $"{Width} x {Height} x {spec.Names.Count}", error, 0, seconds);
    }

    /// <summary>
    /// Planes x height x width from a filter bank with a vector width of its own. The width that the process uses stays as it is.
    /// </summary>
    private static unsafe float[] Bank(FeatureSpec spec, float[] samples, int bits)
    {
        using var image = MemoryImage.FromMemory<float>(samples, Width, Height);
        using var bank = new FilterBank(spec, 1, image.Info.Bounds, bits: bits);
        using var tile = new Tile(image.Info.Bounds, spec.FilterHalo, 1, image.Info);
        tile.Fill(image, image.Info.Bounds);
        float[] planes = new float[spec.Names.Count * Width * Height];
        fixed (float* to = planes)
        {
            var copy = new CopyBands { Planes = to };
            bank.Run(tile, ref copy);
        }
        return planes;
    }

    /// <summary>An image of random samples from 0 to 1.</summary>
    private static float[] Samples(int seed)
    {
        var random = new Random(seed);
        float[] samples = new float[Width * Height];
        for (int i = 0; i < samples.Length; i++)
        {
            samples[i] = random.NextSingle();
        }
        return samples;
    }

    /// <summary>
    /// Features of an image that is standardised: planes x height x width. They are computed twice; the time is that of the second run,
    /// when everything is compiled.
    /// </summary>
    private static float[] Planes(FeatureSpec spec, float[] samples, out SampleMap map, out double seconds)
    {
        using var image = MemoryImage.FromMemory<float>(samples, Width, Height);
        map = CheckScene.Map(image);
        CheckScene.Planes(spec, image);
        long start = Stopwatch.GetTimestamp();
        float[] planes = CheckScene.Planes(spec, image);
        seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return planes;
    }

    /// <summary>Copies every band into planes of the whole image.</summary>
    private unsafe struct CopyBands : IBandConsumer
    {
        public float* Planes;

        public readonly void Consume(in Band band)
        {
            for (int plane = 0; plane < band.Planes; plane++)
            {
                for (int row = 0; row < band.Height; row++)
                {
                    float* to = Planes + ((((plane * Height) + band.Y + row) * Width) + band.X);
                    new ReadOnlySpan<float>(band.Row(plane, row), band.Width).CopyTo(new Span<float>(to, band.Width));
                }
            }
        }
    }
}
