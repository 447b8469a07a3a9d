using FastSeg.Checks;
using NUnit.Framework;

namespace FastSeg.Tests.Features;

/// <summary>Holds planes against the float64 reference, with the error that the features' definition allows.</summary>
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
            double allowed = FeatureTolerance.Allowed(spec, reference, plane, largest);
            double error = FeatureTolerance.Error(reference[plane], planes[plane]);
            double share = error == 0 ? 0 : error / allowed;
            (worst, worstName) = share > worst ? (share, names[plane]) : (worst, worstName);
        }
        Assert.That(worst, Is.LessThanOrEqualTo(1), $"{what}: {worstName} is off by that many times the allowed error");
        return worst;
    }
}
