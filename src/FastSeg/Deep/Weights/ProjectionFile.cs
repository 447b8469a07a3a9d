using FastSeg.Deep.Weights;
using FastSeg.Files;
using static FastSeg.Common.Arguments;

namespace FastSeg;

/// <summary>
/// A projection of tokens on principal components in a file of its own, such as a backbone's folder has it: safetensors with the mean
/// token (<c>mean</c>, d numbers), the components (<c>components</c>, k x d) and the variances along them (<c>eigenvalues</c>, k).
/// </summary>
public sealed class ProjectionFile
{
    private const string Remedy = "fit and write it again";

    private ProjectionFile(string name, ProjectionTensors tensors)
    {
        (Name, Tensors) = (name, tensors);
        if (Channels > Dimension)
        {
            throw new FastSegException(
                $"{name} is no projection: tokens of {Dimension} numbers do not have {Channels} components; {Remedy}.");
        }
        Identity = tensors.Identity();
    }

    /// <summary>The file's path, as the caller gave it; of one that was fitted here, what it was fitted to.</summary>
    public string Name { get; }

    /// <summary>Numbers of a token that it takes.</summary>
    public int Dimension => Tensors.Mean.Length;

    /// <summary>Components that it has.</summary>
    public int Channels => Tensors.Eigenvalues.Length;

    /// <summary>
    /// What a learned upsampler calls the projection that it was trained for: the SHA-256 of mean and components as little-endian float32,
    /// in lower-case hexadecimal.
    /// </summary>
    public string Identity { get; }

    internal ProjectionTensors Tensors { get; }

    /// <summary>Reads a safetensors file.</summary>
    /// <exception cref="FastSegException">It is missing, damaged, or holds no projection.</exception>
    public static ProjectionFile Load(string path) => Parse(WeightBytes.ReadFile(NotNull(path)), path);

    /// <summary>Writes the file, which appears under its name when it is whole. Equal projections give equal bytes.</summary>
    /// <exception cref="FastSegException">The folder is missing or cannot be written, or the disk is full.</exception>
    public void Save(string path)
    {
        using var file = new OutputFile(NotNull(path));
        file.Write(0, Safetensors.Write(Tensors.Named(""), new Dictionary<string, string>()));
        file.Commit();
    }

    /// <summary>A projection that was fitted here.</summary>
    /// <param name="tensors">The projection.</param>
    /// <param name="name">What sentences call it.</param>
    internal static ProjectionFile Of(ProjectionTensors tensors, string name) => new(name, tensors);

    /// <summary>Reads the bytes of a safetensors file.</summary>
    /// <exception cref="FastSegException">They are damaged, or hold no projection.</exception>
    internal static ProjectionFile Parse(ReadOnlySpan<byte> bytes, string name) =>
        new(name, ProjectionTensors.Take(Safetensors.Parse(bytes, name), name, "", Remedy));
}
