using FastSeg.Common;
using FastSeg.Deep.Backbones;
using static FastSeg.Common.Arguments;

namespace FastSeg;

/// <summary>
/// Where backbones are looked for: the folders that the environment variable <see cref="Variable"/> lists, separated by colons, and every
/// folder <c>models</c> beside or above the program and the current directory. Each is a backbone itself, or holds some.
/// </summary>
public static class BackboneFolders
{
    /// <summary>The environment variable that lists folders.</summary>
    public const string Variable = "FASTSEG_MODELS";

    private const string FolderName = "models";

    private static readonly EnumerationOptions Readable = new() { IgnoreInaccessible = true };

    /// <summary>The folders looked into, in order, as absolute paths; those that the variable lists may not exist.</summary>
    public static IReadOnlyList<string> Places()
    {
        string listed = Environment.GetEnvironmentVariable(Variable) ?? "";
        var places = new List<string>(listed.Split(':', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        foreach (string start in (string[])[ProgramFolder.FullName, Environment.CurrentDirectory])
        {
            for (DirectoryInfo? folder = new(start); folder is not null; folder = folder.Parent)
            {
                string models = Path.Combine(folder.FullName, FolderName);
                if (Directory.Exists(models))
                {
                    places.Add(models);
                }
            }
        }
        return [.. places.Select(place => Path.TrimEndingDirectorySeparator(Path.GetFullPath(place))).Distinct()];
    }

    /// <summary>Folders that hold one of a backbone's two files, so are meant as backbones. Nothing is opened or checked.</summary>
    public static IReadOnlyList<string> Find() => [.. Places().Where(Directory.Exists).SelectMany(Backbones).Distinct()];

    /// <summary>
    /// The backbone's folder that a caller means: the folder of that path, or else the backbone found whose folder has that name. Where
    /// there is neither, what was given.
    /// </summary>
    /// <param name="given">A path, or the name of a folder in one of those looked into.</param>
    public static string Named(string given) => Directory.Exists(NotNull(given)) || given.Contains(Path.DirectorySeparatorChar)
        ? given
        : Find().FirstOrDefault(folder => Path.GetFileName(folder) == given) ?? given;

    /// <summary>
    /// Weights of upsamplers: safetensors files in the folders looked into and in the backbones found, but for those of
    /// <see cref="FindProjections"/>.
    /// </summary>
    public static IReadOnlyList<string> FindUpsamplers() => [.. Safetensors().Where(path => !IsProjection(path))];

    /// <summary>Projections: the files there whose name ends in <see cref="BackboneDescription.ProjectionFileName"/>.</summary>
    public static IReadOnlyList<string> FindProjections() => [.. Safetensors().Where(IsProjection)];

    /// <summary>Whether a file's name says that it is a projection.</summary>
    public static bool IsProjection(string path) =>
        NotNull(path).EndsWith(BackboneDescription.ProjectionFileName, StringComparison.OrdinalIgnoreCase);

    /// <summary>Finds the backbone whose network has a hash.</summary>
    /// <param name="name">The backbone's name, for the sentence that says it was not found.</param>
    /// <param name="sha256">SHA-256 of its network, in hexadecimal.</param>
    /// <exception cref="FastSegException">None is found.</exception>
    internal static (string Folder, BackboneFiles Files) Find(string name, string sha256)
    {
        IReadOnlyList<string> found = Find();
        foreach (string folder in found)
        {
            var files = new BackboneFiles(folder);
            if (HasHash(files, sha256))
            {
                return (folder, files);
            }
        }
        IReadOnlyList<string> places = Places();
        string looked = places.Count == 0
            ? $"{Variable} is not set, and there is no folder {FolderName}/ above the program or the current directory"
            : $"none of the {found.Count} found in {string.Join(", ", places)} is it";
        throw new FastSegException(
            $"The model needs the backbone {name} (SHA-256 {sha256}), but {looked}; "
            + $"give its folder, or list it in {Variable}.",
            Setting.Backbone, "its folder");
    }

    private static IEnumerable<string> Safetensors() => Places().Where(Directory.Exists).Concat(Find()).Distinct()
        .SelectMany(folder => Directory.GetFiles(folder, "*.safetensors", Readable).Order(StringComparer.Ordinal));

    private static bool HasHash(BackboneFiles files, string hash)
    {
        try
        {
            return files.Graph.Equals(hash, StringComparison.OrdinalIgnoreCase);
        }
        catch (FastSegException)
        {
            // A backbone that cannot be read is not the one; `fastseg models` says what is wrong with it.
            return false;
        }
    }

    private static IEnumerable<string> Backbones(string place) =>
        IsBackbone(place) ? [place] : Directory.GetDirectories(place, "*", Readable).Where(IsBackbone).Order(StringComparer.Ordinal);

    private static bool IsBackbone(string folder) =>
        File.Exists(Path.Combine(folder, BackboneDescription.GraphFile)) || File.Exists(Path.Combine(folder, BackboneDescription.JsonFile));
}
