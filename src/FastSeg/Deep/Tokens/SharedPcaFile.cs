using System.Globalization;
using FastSeg.Deep.Weights;

namespace FastSeg.Deep.Tokens;

/// <summary>
/// A model's <c>projection.safetensors</c>: for each scale the mean token (d), the components (k x d) and the eigenvalues (k). Those of
/// scale 1 are called <c>mean</c>, <c>components</c> and <c>eigenvalues</c>; behind another scale's names stands its number, as in
/// <c>mean_2</c>.
/// </summary>
internal static class SharedPcaFile
{
    /// <summary>The file's bytes.</summary>
    /// <param name="projections">A projection for each scale.</param>
    /// <param name="scales">The scales.</param>
    public static byte[] Write(IReadOnlyList<SharedPca> projections, IReadOnlyList<int> scales) => Safetensors.Write(
        [.. projections.Zip(scales, (projection, scale) => projection.Tensors.Named(Suffix(scale))).SelectMany(tensors => tensors)],
        new Dictionary<string, string>());

    /// <summary>Reads what <see cref="Write"/> writes.</summary>
    /// <exception cref="FastSegException">It is something else, or a number is not finite.</exception>
    public static IReadOnlyList<SharedPca> Parse(ReadOnlySpan<byte> bytes, string name, IReadOnlyList<int> scales)
    {
        Safetensors file = Safetensors.Parse(bytes, name);
        return [.. scales.Select(scale => new SharedPca(ProjectionTensors.Take(file, name, Suffix(scale), "train the model again")))];
    }

    private static string Suffix(int scale) => scale == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $"_{scale}");
}
