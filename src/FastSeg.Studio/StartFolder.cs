using FastSeg.Studio.Projects;

namespace FastSeg.Studio;

/// <summary>Which images are opened, and where their project lies.</summary>
/// <param name="Images">Full paths of the images, in the order of the list.</param>
/// <param name="Folder">The project's folder, which may not exist yet.</param>
/// <param name="FirstRun">Whether it is the sample that a newcomer sees.</param>
internal sealed record StartFolder(IReadOnlyList<string> Images, string Folder, bool FirstRun)
{
    private const string ProjectName = "fastseg-project";

    /// <summary>What the command line means.</summary>
    /// <exception cref="FastSegException">An image is missing, or there is no sample.</exception>
    public static StartFolder Of(StudioOptions options)
    {
        string[] images = [.. ImageList.Expand(options.Images)];
        if (options.Project is { } folder)
        {
            return new StartFolder(images, Path.GetFullPath(folder), FirstRun: false);
        }
        if (images.Length == 0)
        {
            return new StartFolder(Studio.FirstRun.Images(), Path.Combine(DataFolder(), "sample"), FirstRun: true);
        }
        string beside = Path.GetDirectoryName(images[0])!;
        return new StartFolder(images, Usual(beside), FirstRun: false);
    }

    /// <summary>Beside the images where that folder can be written, else among the person's own data, named after the folder.</summary>
    private static string Usual(string beside)
    {
        string usual = Path.Combine(beside, ProjectName);
        if (Directory.Exists(usual) || CanWrite(beside))
        {
            return usual;
        }
        byte[] hash = System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(beside));
        return Path.Combine(DataFolder(), $"{Path.GetFileName(beside)}-{Convert.ToHexStringLower(hash.AsSpan(0, 4))}");
    }

    private static bool CanWrite(string folder)
    {
        string probe = Path.Combine(folder, $".{ProjectName}-{Environment.ProcessId}");
        try
        {
            using (new FileStream(probe, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose))
            {
                return true;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static string DataFolder()
    {
        string? data = Environment.GetEnvironmentVariable("XDG_DATA_HOME");
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return Path.Combine(data is { Length: > 0 } ? data : Path.Combine(home, ".local", "share"), "fastseg");
    }
}
