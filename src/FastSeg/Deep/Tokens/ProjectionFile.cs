using System.Globalization;
using FastSeg.Deep.Weights;

namespace FastSeg.Deep.Tokens;

/// <summary>
/// A model's <c>projection.safetensors</c>: for each scale the mean token (d), the components (k x d) and the eigenvalues (k). Those of
/// scale 1 are called <c>mean</c>, <c>components</c> and <c>eigenvalues</c>; behind another scale's names stands its number, as in
/// <c>mean_2</c>.
/// </summary>
internal static class ProjectionFile
{
    private const string Mean = "mean", Components = "components", Eigenvalues = "eigenvalues";

    /// <summary>The file's bytes.</summary>
    /// <param name="projections">A projection for each scale.</param>
    /// <param name="scales">The scales.</param>
    public static byte[] Write(IReadOnlyList<SharedPca> projections, IReadOnlyList<int> scales) => Safetensors.Write(
        [.. projections.Zip(scales, (projection, scale) => Tensors(projection, Suffix(scale))).SelectMany(tensors => tensors)],
        new Dictionary<string, string>());

    /// <summary>Reads what <see cref="Write"/> writes.</summary>
    /// <exception cref="FastSegException">It is something else, or a number is not finite.</exception>
    public static IReadOnlyList<SharedPca> Parse(ReadOnlySpan<byte> bytes, string name, IReadOnlyList<int> scales)
    {
        Safetensors file = Safetensors.Parse(bytes, name);
        return [.. scales.Select(scale => One(file, name, Suffix(scale)))];
    }

    private static string Suffix(int scale) => scale == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $"_{scale}");

    private static WeightTensor[] Tensors(SharedPca projection, string suffix) =>
    [
        new(Mean + suffix, [projection.Dimension], projection.Mean),
        new(Components + suffix, [projection.Channels, projection.Dimension], projection.Components),
        new(Eigenvalues + suffix, [projection.Channels], projection.Eigenvalues),
    ];

    private static SharedPca One(Safetensors file, string name, string suffix)
    {
        if (!file.Tensors.TryGetValue(Mean + suffix, out WeightTensor? mean) || mean.Shape.Count != 1 || mean.Shape[0] == 0
            || !file.Tensors.TryGetValue(Eigenvalues + suffix, out WeightTensor? eigenvalues)
            || eigenvalues.Shape.Count != 1 || eigenvalues.Shape[0] == 0
            || !file.Tensors.TryGetValue(Components + suffix, out WeightTensor? components)
            || !components.Shape.SequenceEqual([eigenvalues.Shape[0], mean.Shape[0]]))
        {
            throw new FastSegException(
                $"{name} is no projection: it needs {Mean}{suffix} (d), {Components}{suffix} (k x d) and {Eigenvalues}{suffix} (k); "
                + "train the model again.");
        }
        foreach (WeightTensor tensor in (WeightTensor[])[mean, components, eigenvalues])
        {
            if (tensor.Values.Any(value => !float.IsFinite(value)))
            {
                throw new FastSegException(
                    $"{name} is no projection: {tensor.Name} has a value that is not finite; train the model again.");
            }
        }
        return new SharedPca(mean.Values, components.Values, eigenvalues.Values);
    }
}
