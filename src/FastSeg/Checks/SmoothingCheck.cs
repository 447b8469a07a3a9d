using System.Diagnostics;
using FastSeg.Probabilities;

namespace FastSeg.Checks;

/// <summary>Compares the probabilities that are smoothed, the guide and the guided filter with their float64 references.</summary>
internal static class SmoothingCheck
{
    private const int Side = 67;

    /// <summary>
    /// Largest error of a probability: two units of the exponential, three roundings behind it, and half a unit of a margin's difference.
    /// </summary>
    private const double ProbabilityError = 2e-6;

    /// <summary>Largest error of the guide: some twenty roundings of numbers of a few deviations.</summary>
    private const double GuideError = 5e-6;

    /// <summary>Runs the checks one after the other.</summary>
    public static IEnumerable<BackendCheckResult> Run(int seed)
    {
        foreach (int groups in (int[])[1, 3])
        {
            long start = Stopwatch.GetTimestamp();
            var scene = new SmoothingCase(Side, groups, seed);
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            string size = $"{Side} x {Side} x {scene.Classes}";
            yield return new BackendCheckResult("smoothing: probabilities", size, Probabilities(scene), ProbabilityError, 0);
            yield return new BackendCheckResult("smoothing: guide", $"{Side} x {Side}", Guide(scene), GuideError, 0);
            double allowed = GuidedFilter.Tolerance(scene.Guide.Max(Math.Abs), SmoothingCase.Epsilon);
            yield return new BackendCheckResult("smoothing: guided filter", size, Filter(scene), allowed, seconds);
        }
    }

    private static double Probabilities(SmoothingCase scene)
    {
        double error = 0;
        for (int i = 0; i < scene.Pixels; i++)
        {
            double[] margins = [.. Enumerable.Range(0, scene.Groups).Select(group => (double)scene.Margins[(group * scene.Pixels) + i])];
            double[] expected = SmoothingReference.Softmax(margins);
            for (int c = 0; c < expected.Length; c++)
            {
                error = Math.Max(error, Math.Abs(scene.Probabilities[(c * scene.Pixels) + i] - expected[c]));
            }
        }
        return error;
    }

    private static double Guide(SmoothingCase scene)
    {
        var image = new ReferenceImage(scene.Side, scene.Side);
        for (int i = 0; i < scene.Pixels; i++)
        {
            image.Values[i] = (scene.Samples[i] - SmoothingCase.Statistics.Mean) / SmoothingCase.Statistics.Deviation;
        }
        return FeatureTolerance.Error(SmoothingReference.Guide(image), scene.Guide);
    }

    private static double Filter(SmoothingCase scene)
    {
        ReferenceImage guide = Image(scene, scene.Guide);
        return Enumerable.Range(0, scene.Classes).Max(c =>
        {
            ReferenceImage p = Image(scene, scene.Probabilities.AsSpan(c * scene.Pixels, scene.Pixels));
            ReferenceImage expected = SmoothingReference.Guided(guide, p, null, SmoothingCase.Radius, SmoothingCase.Epsilon);
            return FeatureTolerance.Error(expected, scene.Smoothed.AsSpan(c * scene.Pixels, scene.Pixels));
        });
    }

    private static ReferenceImage Image(SmoothingCase scene, ReadOnlySpan<float> values)
    {
        var image = new ReferenceImage(scene.Side, scene.Side);
        for (int i = 0; i < values.Length; i++)
        {
            image.Values[i] = values[i];
        }
        return image;
    }
}
