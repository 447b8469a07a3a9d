using System.Globalization;

namespace FastSeg.Models;

/// <summary>
/// Compares feature planes of an image with those of the pixels that a model was trained on: where fine edges are far stronger or weaker
/// beside coarse ones, the image is of another magnification or sharpness. Contrast has no part in it, however images are standardised.
/// </summary>
internal sealed class PlaneCheck
{
    /// <summary>From this factor on an image is of another sharpness.</summary>
    private const double Factor = 2;

    /// <summary>Planes whose mean is a strength: of coarse edges, and of what is fine.</summary>
    private static readonly string[] Strengths = ["sobel_4", "sobel_1", "hessian_eig1_2"];

    private readonly double[] _trained;

    /// <summary>Finds the planes.</summary>
    /// <param name="model">The model.</param>
    public PlaneCheck(Model model)
    {
        string[] names = [.. model.ChannelSet.PlaneNames(model.Features.Names)];
        IReadOnlyList<PlaneStatistics> known = model.Data?.Planes ?? [];
        PlaneStatistics[] planes =
        [
            .. Strengths.Select(wanted => known.FirstOrDefault(plane => IsOf(plane.Name, wanted))).OfType<PlaneStatistics>()
                .Where(plane => plane.Mean > 0 && double.IsFinite(plane.Mean) && names.Contains(plane.Name)),
        ];
        planes = planes.Length == Strengths.Length ? planes : [];
        _trained = [.. planes.Select(plane => plane.Mean)];
        Numbers = [.. planes.Select(plane => Array.IndexOf(names, plane.Name))];
    }

    /// <summary>The planes' numbers; empty where nothing can be compared.</summary>
    public int[] Numbers { get; }

    /// <summary>A sentence where they differ; null where they do not.</summary>
    /// <param name="name">The image, at the beginning of the sentence.</param>
    /// <param name="means">The mean of each plane, in the order of <see cref="Numbers"/>.</param>
    public string? Of(string name, IReadOnlyList<double> means)
    {
        if (means.Any(mean => mean <= 0))
        {
            // A constant image has no edges, and is said to be constant.
            return null;
        }
        double[] ratios = [.. Enumerable.Range(1, means.Count - 1).Select(i => means[i] / means[0] * _trained[0] / _trained[i])];
        double ratio = ratios.MaxBy(one => Math.Abs(Math.Log(one)));
        return ratio is < Factor and > 1 / Factor ? null : string.Create(
            CultureInfo.InvariantCulture,
            $"{name}: beside coarse edges, fine ones are {ratio:G2} times as strong as where the training images were labelled, as at " +
            $"another magnification or sharpness; scale the image to theirs, or draw strokes on it and train with them.");
    }

    private static bool IsOf(string plane, string name) => plane == name || plane.EndsWith($"_{name}", StringComparison.Ordinal);
}
