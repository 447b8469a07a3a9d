using System.Security.Cryptography;
using System.Text;

namespace FastSeg.Studio.Settings;

/// <summary>
/// The projection of deep features that a project fits once where the backbone brings none. Live segmentation, exports and the command
/// line use the same file.
/// </summary>
internal static class FittedProjection
{
    /// <summary>
    /// Where it is, or would be. It is named after the backbone as the settings name it and after the sizes of its files, which cost
    /// nothing to find out: another backbone gets a projection of its own.
    /// </summary>
    /// <param name="folder">The project's folder.</param>
    /// <param name="deep">The backbone, as the settings name it.</param>
    public static string PathOf(string folder, string deep)
    {
        var backbone = new DirectoryInfo(BackboneFolders.Named(deep));
        IEnumerable<string> files = backbone.Exists
            ? backbone.EnumerateFiles().Select(file => $"{file.Name} {file.Length}").Order(StringComparer.Ordinal)
            : [];
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', files.Prepend(deep))));
        return Path.Combine(folder, $"projection-{Convert.ToHexStringLower(hash)[..8]}.safetensors");
    }

    /// <summary>The file; null where the project has none, or has no deep features.</summary>
    public static string? Of(string folder, ProjectSettings settings) =>
        settings.Deep is { } deep && PathOf(folder, deep) is var path && File.Exists(path) ? path : null;
}
