using System.Diagnostics;
using FastSeg.Features;
using FastSeg.Images;
using FastSeg.Native;

namespace FastSeg.Reference;

/// <summary>The filters against their float64 references, family by family, and one vector width against the other.</summary>
internal static class FilterCheck
{
    private const int Width = 203;
    private const int Height = 131;

    /// <summary>The disk families sort every disk in the reference; larger radii would only make it slower.</summary>
    private static readonly double[] DiskSigmas = [1, 2, 4];

    private static readonly RunOptions Cpu = new() { Backend = BackendKind.Cpu };

    public static IEnumerable<EngineCheckResult> Run(int seed)
    {
        foreach (string name in FamilyNames.All)
        {
            Families family = FamilyNames.Parse([name]);
            bool disk = (family & (Families.Mean | Families.Min | Families.Max | Families.Median)) != 0;
            FeatureSpec spec = FeatureSpec.Paper with { Families = family, Sigmas = disk ? DiskSigmas : FeatureSpec.Paper.Sigmas };
            yield return Family(name, spec, seed);
        }
        if (VectorPath.Available.Count > 1)
        {
            yield return Widths(seed);
        }
    }

    /// <summary>The plane that comes closest to its bound stands for the family.</summary>
    private static EngineCheckResult Family(string name, FeatureSpec spec, int seed)
    {
        float[] samples = Samples(seed);
        float[] planes = Planes(spec, samples, out double seconds);
        var image = new ReferenceImage(Width, Height);
        for (int i = 0; i < samples.Length; i++)
        {
            image.Values[i] = samples[i];
        }
        IReadOnlyList<ReferenceImage> reference = FeatureReference.Planes(spec, image);
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
        return new EngineCheckResult($"features: {name}", $"{Width} x {Height} x {reference.Count}", worstError, worstAllowed, seconds);
    }

    /// <summary>The widest vectors the machine has against the narrowest.</summary>
    private static EngineCheckResult Widths(int seed)
    {
        int before = VectorPath.Bits;
        try
        {
            float[] samples = Samples(seed);
            FeatureSpec spec = FeatureSpec.Paper with { Families = FamilyNames.Parse(FamilyNames.All), Sigmas = DiskSigmas };
            VectorPath.Bits = VectorPath.Available[^1];
            float[] wide = Planes(spec, samples, out _);
            VectorPath.Bits = VectorPath.Available[0];
            float[] narrow = Planes(spec, samples, out double seconds);
            double error = 0;
            for (int i = 0; i < wide.Length; i++)
            {
                bool same = BitConverter.SingleToInt32Bits(wide[i]) == BitConverter.SingleToInt32Bits(narrow[i]);
                error = Math.Max(error, same ? 0 : Math.Max(Math.Abs((double)wide[i] - narrow[i]), double.Epsilon));
            }
            string operation = $"features: {VectorPath.Available[0]}-bit vectors equal {VectorPath.Available[^1]}-bit";
            return new EngineCheckResult(operation, $"{Width} x {Height} x {spec.Names.Count}", error, 0, seconds);
        }
        finally
        {
            VectorPath.Bits = before;
        }
    }

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

    /// <summary>Planes x height x width, computed twice: the second time is the one that counts, when everything is compiled.</summary>
    private static float[] Planes(FeatureSpec spec, float[] samples, out double seconds)
    {
        float[] planes = new float[spec.Names.Count * samples.Length];
        seconds = 0;
        for (int run = 0; run < 2; run++)
        {
            long start = Stopwatch.GetTimestamp();
            using var image = MemoryImage.FromMemory<float>(samples, Width, Height);
            Segmenter.Features(image, spec, 1, names => MemoryWriter.Into<float>(new ImageLayout(Width, Height, SampleType.Float32, names.Count), planes), Cpu);
            seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
        return planes;
    }
}
