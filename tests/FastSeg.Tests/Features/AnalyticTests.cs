using FastSeg.Features;
using NUnit.Framework;

namespace FastSeg.Tests.Features;

/// <summary>Images whose features can be told without a reference.</summary>
public class AnalyticTests
{
    [Test]
    public void An_impulse_gives_the_gaussian([Values(1, 2, 5)] double sigma)
    {
        var spec = new FeatureSpec { Families = Families.Gaussian, Sigmas = [sigma] };
        int radius = spec.Radius(sigma), side = (2 * radius) + 7, middle = side / 2;
        using var reader = SampleReader.Create(side, side, 1, SampleType.UInt8, (x, y, _) => x == middle && y == middle ? 1 : 0);
        float[] blur = BankRun.Planes(spec, reader)[1];
        float[] taps = Gaussian.Taps(sigma, radius);
        for (int i = 0; i < blur.Length; i++)
        {
            int dx = Math.Abs((i % side) - middle), dy = Math.Abs((i / side) - middle);
            // One product a pass: the first is exact, the second rounded once.
            float expected = dx > radius || dy > radius ? 0 : taps[dx] * taps[dy];
            Assert.That(blur[i], Is.EqualTo(expected), $"at {dx}, {dy} from the impulse");
        }
    }

    [Test]
    public void Taps_sum_to_one_and_fall([Values(0.3, 1, 1.7, 16, 100)] double sigma)
    {
        int radius = new FeatureSpec().Radius(sigma);
        float[] taps = Gaussian.Taps(sigma, radius);
        Assert.That(taps, Has.Length.EqualTo(radius + 1));
        Assert.That(taps.Skip(1).Sum(tap => 2.0 * tap) + taps[0], Is.EqualTo(1).Within(1e-6));
        Assert.That(taps, Is.Ordered.Descending);
    }

    [Test]
    public void A_ramp_has_the_same_gradient_everywhere_inside_and_no_curvature()
    {
        // Steps of 1/256 and 1/128 keep every sum exact.
        var spec = new FeatureSpec { Families = Families.Sobel | Families.Hessian, Sigmas = [] };
        using var reader = SampleReader.Create(40, 30, 1, SampleType.Float32, (x, y, _) => ((3 * x) + (4 * y)) / 256.0);
        float[][] planes = BankRun.Planes(spec, reader);
        for (int y = 2; y < 28; y++)
        {
            for (int x = 2; x < 38; x++)
            {
                Assert.That(planes[0][(y * 40) + x], Is.EqualTo(5 / 256f), $"sobel at {x}, {y}");
                Assert.That(planes.Skip(1).Max(plane => Math.Abs(plane[(y * 40) + x])), Is.Zero, $"hessian at {x}, {y}");
            }
        }
    }

    [Test]
    public void A_constant_image_is_its_own_blur_and_has_nothing_else()
    {
        using var reader = SampleReader.Create(50, 40, 1, SampleType.UInt8, (_, _, _) => 1);
        float[][] planes = BankRun.Planes(FeatureSpec.Paper, reader);
        for (int plane = 0; plane < planes.Length; plane++)
        {
            string name = FeatureSpec.Paper.Names[plane];
            bool isOne = name.StartsWith("gaussian", StringComparison.Ordinal)
                || name is "membrane_mean" or "membrane_median" or "membrane_max" or "membrane_min";
            double expected = name is "membrane_sum" ? 30 : isOne ? 1 : 0;
            Assert.That(planes[plane].Max(value => Math.Abs(value - expected)), Is.LessThan(2e-6 * Math.Max(expected, 1)), name);
        }
    }

    [Test]
    public void A_bright_line_answers_in_its_own_direction([Values(0, 15)] int line)
    {
        // Lines 0 and 15 are the row and the column through the middle.
        var spec = new FeatureSpec { Families = Families.Membrane };
        using var reader = SampleReader.Create(41, 41, 1, SampleType.UInt8, (x, y, _) => (line == 0 ? y : x) == 20 ? 1 : 0);
        float[][] planes = BankRun.Planes(spec, reader);
        int middle = (20 * 41) + 20;
        Assert.That(planes[4][middle], Is.EqualTo(1).Within(1e-6), "max");
        Assert.That(planes[5][middle], Is.EqualTo(1f / 21).Within(1e-6), "min: of the lines with only the centre bright, the longest");
    }

    [Test]
    public void The_default_membrane_has_the_lines_of_the_specification()
    {
        var plan = new MembranePlan(new MembraneGeometry());
        Assert.That(plan.Lines.PixelCounts.Sum(), Is.EqualTo(570));
        Assert.That(plan.Lines.PixelCounts[..6], Is.EqualTo(new[] { 19, 19, 19, 19, 17, 21 }));
        Assert.That(plan.Lines.Pairs, Has.Count.EqualTo(146));
    }

    [Test]
    public void Every_line_of_a_plan_sums_each_of_its_pixels_once([Values(1, 3, 9, 19, 31)] int patch, [Values(1, 2, 30, 33)] int angles)
    {
        var plan = new MembranePlan(new MembraneGeometry(patch, angles, 1.4));
        for (int line = 0; line < angles; line++)
        {
            var pairs = new List<int>();
            Collect(plan, plan.LineTerm[line], pairs);
            int[] expected = [.. Enumerable.Range(0, plan.Lines.Pairs.Count).Where(pair => plan.Lines.LinesOf(pair).Contains(line))];
            Assert.That(pairs.Order(), Is.EqualTo(expected), $"line {line}");
            Assert.That(plan.Lines.PixelCounts[line], Is.EqualTo((2 * expected.Length) + 1));
        }
    }

    private static void Collect(MembranePlan plan, int term, List<int> pairs)
    {
        int first = plan.Lines.Pairs.Count;
        if (term >= first)
        {
            Collect(plan, plan.Sums[term - first].Left, pairs);
            Collect(plan, plan.Sums[term - first].Right, pairs);
        }
        else if (term != MembranePlan.NoTerm)
        {
            pairs.Add(term);
        }
    }
}
