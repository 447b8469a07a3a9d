using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace FastSeg.Deep.Weights;

/// <summary>The three tensors of a projection, under their names in a safetensors file.</summary>
/// <param name="Mean">Mean token.</param>
/// <param name="Components">Channels x dimension.</param>
/// <param name="Eigenvalues">Variance along each component.</param>
internal readonly record struct ProjectionTensors(float[] Mean, float[] Components, float[] Eigenvalues)
{
    private const string MeanName = "mean", ComponentsName = "components", EigenvaluesName = "eigenvalues";

    /// <summary>Takes them out of a file, and checks sizes and values.</summary>
    /// <param name="file">The file.</param>
    /// <param name="name">What sentences call it.</param>
    /// <param name="suffix">What stands behind the names.</param>
    /// <param name="remedy">What would help where they are wrong, for the end of a sentence.</param>
    /// <exception cref="FastSegException">One is missing, has another size than the others, or a value that is not finite.</exception>
    public static ProjectionTensors Take(Safetensors file, string name, string suffix, string remedy)
    {
        if (!file.Tensors.TryGetValue(MeanName + suffix, out WeightTensor? mean) || mean.Shape.Count != 1 || mean.Shape[0] == 0
            || !file.Tensors.TryGetValue(EigenvaluesName + suffix, out WeightTensor? eigenvalues)
            || eigenvalues.Shape.Count != 1 || eigenvalues.Shape[0] == 0
            || !file.Tensors.TryGetValue(ComponentsName + suffix, out WeightTensor? components)
            || !components.Shape.SequenceEqual([eigenvalues.Shape[0], mean.Shape[0]]))
        {
            throw new FastSegException(
                $"{name} is no projection: it needs {MeanName}{suffix} (d), {ComponentsName}{suffix} (k x d) and "
                + $"{EigenvaluesName}{suffix} (k); {remedy}.");
        }
        foreach (WeightTensor tensor in (WeightTensor[])[mean, components, eigenvalues])
        {
            if (tensor.Values.Any(value => !float.IsFinite(value)))
            {
                throw new FastSegException(
                    $"{name} is no projection: {tensor.Name} has a value that is not finite; {remedy}.");
            }
        }
        return new ProjectionTensors(mean.Values, components.Values, eigenvalues.Values);
    }

    /// <summary>The tensors of a file, in the order in which they are written.</summary>
    /// <param name="suffix">What stands behind the names.</param>
    public WeightTensor[] Named(string suffix) =>
    [
        new(MeanName + suffix, [Mean.Length], Mean),
        new(ComponentsName + suffix, [Eigenvalues.Length, Mean.Length], Components),
        new(EigenvaluesName + suffix, [Eigenvalues.Length], Eigenvalues),
    ];

    /// <summary>The leading components alone.</summary>
    /// <param name="channels">How many, at most all.</param>
    public ProjectionTensors First(int channels) => channels == Eigenvalues.Length
        ? this
        : new ProjectionTensors(Mean, Components[..(channels * Mean.Length)], Eigenvalues[..channels]);

    /// <summary>
    /// The projection's identity, by which a learned upsampler names the one that it was trained for: the SHA-256, in lower-case
    /// hexadecimal digits, of mean and then components as little-endian float32, row-major.
    /// </summary>
    public string Identity()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        // Floats lie in memory as little-endian bytes, as Safetensors writes them.
        hash.AppendData(MemoryMarshal.AsBytes(Mean.AsSpan()));
        hash.AppendData(MemoryMarshal.AsBytes(Components.AsSpan()));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
