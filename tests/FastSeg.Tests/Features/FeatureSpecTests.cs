using FastSeg.Features;
using NUnit.Framework;

namespace FastSeg.Tests.Features;

public class FeatureSpecTests
{
    [Test]
    public void The_default_is_58_features_in_the_specifications_order()
    {
        IReadOnlyList<string> names = FeatureSpec.Paper.Names;
        Assert.That(names, Has.Count.EqualTo(58));
        Assert.That(names.Take(8), Is.EqualTo(new[]
        {
            "gaussian_0", "sobel_0", "hessian_eig1_0", "hessian_eig2_0", "hessian_mod_0", "hessian_trace_0", "hessian_det_0", "gaussian_1",
        }));
        Assert.That(names.Skip(42).Take(4), Is.EqualTo(new[] { "dog_1_2", "dog_1_4", "dog_2_4", "dog_1_8" }));
        Assert.That(names.TakeLast(6), Is.EqualTo(new[]
        {
            "membrane_sum", "membrane_mean", "membrane_std", "membrane_median", "membrane_max", "membrane_min",
        }));
        Assert.That(new PlaneLayout(FeatureSpec.Paper).Count, Is.EqualTo(58));
    }

    [Test]
    public void The_layout_knows_where_every_family_begins()
    {
        var spec = new FeatureSpec
        {
            Families = Families.Default | Families.Laplacian | Families.Structure | FeatureSpec.OverDisks,
            Sigmas = [0.5, 2],
        };
        var layout = new PlaneLayout(spec);
        List<string> names = [.. spec.Names];
        Assert.That(layout.Count, Is.EqualTo(names.Count));
        Assert.That(names[layout.Gaussian(2)], Is.EqualTo("gaussian_2"));
        Assert.That(names[layout.Sobel(1)], Is.EqualTo("sobel_0.5"));
        Assert.That(names[layout.Hessian(2)], Is.EqualTo("hessian_eig1_2"));
        Assert.That(names[layout.Dog], Is.EqualTo("dog_0.5_2"));
        Assert.That(names[layout.Membrane], Is.EqualTo("membrane_sum"));
        Assert.That(names[layout.Laplacian], Is.EqualTo("laplacian_0"));
        Assert.That(names[layout.Structure], Is.EqualTo("structure_eig1_0.5"));
        Assert.That(names[layout.Mean], Is.EqualTo("mean_0.5"));
        Assert.That(names[layout.Min], Is.EqualTo("min_0.5"));
        Assert.That(names[layout.Max], Is.EqualTo("max_0.5"));
        Assert.That(names[layout.Median], Is.EqualTo("median_0.5"));
    }

    /// <summary>A pixel further away than the halo changes nothing; one at its end does, for families that give it weight.</summary>
    [TestCase(Families.Gaussian, 8)]
    [TestCase(Families.Sobel, 9)]
    [TestCase(Families.Hessian, 10)]
    [TestCase(Families.Membrane, 9)]
    [TestCase(Families.Structure, 17)]
    [TestCase(Families.Max, 2)]
    public void The_halo_is_as_far_as_a_family_looks(Families family, int expected)
    {
        var spec = new FeatureSpec { Families = family, Sigmas = [2] };
        Assert.That(spec.Halo, Is.EqualTo(expected));
        Assert.That(Changes(spec, spec.Halo), Is.True, "at the halo's end");
        Assert.That(Changes(spec, spec.Halo + 1), Is.False, "past the halo");
    }

    [Test]
    public void What_cannot_be_computed_is_refused_with_a_sentence()
    {
        Refused(new FeatureSpec { Sigmas = [1, -2] }, "Sigma -2");
        Refused(new FeatureSpec { Sigmas = [double.NaN] }, "Sigma NaN");
        Refused(new FeatureSpec { Sigmas = [0] }, "Sigma 0");
        Refused(new FeatureSpec { Sigmas = [2, 1] }, "ascend");
        Refused(new FeatureSpec { Sigmas = [2, 2] }, "ascend");
        Refused(new FeatureSpec { Sigmas = [.. Enumerable.Range(1, 65).Select(i => i / 100.0)] }, "65 sigmas");
        Refused(new FeatureSpec { Sigmas = [1025] }, "4096 taps");
        Refused(new FeatureSpec { SigmaScale = 0 }, "scale is 0");
        Refused(new FeatureSpec { SigmaScale = double.PositiveInfinity }, "scale is");
        Refused(new FeatureSpec { Families = FeatureSpec.OverDisks, Sigmas = [65] }, "at most 64");
        Refused(new FeatureSpec { Families = Families.None }, "No feature");
        Refused(new FeatureSpec { Families = Families.Dog, Sigmas = [1] }, "No feature");
        Refused(new FeatureSpec { Families = (Families)4096 }, "unknown");
        Refused(new FeatureSpec { Membrane = new(8) }, "patch is 8");
        Refused(new FeatureSpec { Membrane = new(19, 0) }, "0 angles");
        Refused(new FeatureSpec { Membrane = new(19, 30, double.NaN) }, "thickness");
        Assert.DoesNotThrow(FeatureSpec.Paper.Check);
        Assert.DoesNotThrow(FeatureSpec.Weka.Check);
        Assert.DoesNotThrow(new FeatureSpec { Sigmas = [1024] }.Check);
    }

    private static void Refused(FeatureSpec spec, string part)
    {
        FastSegException e = Assert.Throws<FastSegException>(spec.Check)!;
        Assert.That(e.Message, Does.Contain(part));
        Assert.Throws<FastSegException>(() => new FilterBank(spec, 1, new Region(0, 0, 8, 8)).Dispose());
    }

    private static bool Changes(FeatureSpec spec, int distance)
    {
        const int Side = 61;
        float[][][] runs = Array.ConvertAll((double[])[0.2, 1], bright =>
        {
            using var reader = SampleReader.Create(Side, 1, 1, SampleType.UInt8, (x, _, _) => x == 30 + distance ? bright : 0.2);
            return BankRun.Planes(spec, reader);
        });
        // Plane 0 of these families may be the image itself, which looks at no neighbour; so any plane counts.
        return runs[0].Zip(runs[1]).Any(pair => pair.First[30] != pair.Second[30]);
    }
}
