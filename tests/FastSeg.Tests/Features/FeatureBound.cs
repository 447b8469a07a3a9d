using FastSeg.Features;
using FastSeg.Tests.Reference;
using NUnit.Framework;

namespace FastSeg.Tests.Features;

/// <summary>The error the specification allows against the float64 reference.</summary>
internal static class FeatureBound
{
    /// <summary>Compares the planes of one channel; fails naming the worst plane.</summary>
    /// <returns>The largest error as a fraction of what is allowed.</returns>
    public static double Check(FeatureSpec spec, ReferenceImage image, ReadOnlySpan<float[]> planes, string what)
    {
        IReadOnlyList<string> names = spec.Names;
        IReadOnlyList<ReferenceImage> reference = FeatureReference.Planes(spec, image);
        Assert.That(planes.Length, Is.EqualTo(names.Count));
        Assert.That(reference, Has.Count.EqualTo(names.Count));
        double largest = image.Values.Max(Math.Abs), worst = 0;
        string worstName = "";
        for (int plane = 0; plane < names.Count; plane++)
        {
            double[] expected = reference[plane].Values;
            double allowed = (1e-5 * (expected.Max() - expected.Min())) + (1e-6 * largest);
            if (names[plane].StartsWith("hessian_det_", StringComparison.Ordinal))
            {
                // mod is two planes before det.
                allowed += 2e-6 * largest * reference[plane - 2].Values.Max();
            }
            if (names[plane] == "membrane_sum")
            {
                // A sum of as many responses as there are lines: float32 has no finer steps at its size.
                allowed += 1e-6 * largest * (spec.Membrane.Angles - 1);
            }
            double error = 0;
            for (int i = 0; i < expected.Length; i++)
            {
                double difference = Math.Abs(expected[i] - planes[plane][i]);
                error = Math.Max(error, double.IsNaN(difference) ? double.PositiveInfinity : difference);
            }
            double share = error == 0 ? 0 : error / allowed;
            (worst, worstName) = share > worst ? (share, names[plane]) : (worst, worstName);
        }
        Assert.That(worst, Is.LessThanOrEqualTo(1), $"{what}: {worstName} is off by that many times the allowed error");
        return worst;
    }
}
