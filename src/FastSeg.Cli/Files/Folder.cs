namespace FastSeg.Cli.Files;

/// <summary>Folders for results.</summary>
internal static class Folder
{
    /// <summary>Makes a folder, and those above it, where it does not exist.</summary>
    /// <exception cref="FastSegException">It cannot be made.</exception>
    public static void Make(string path)
    {
        try
        {
            Directory.CreateDirectory(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FastSegException($"{path}: the folder cannot be made: {e.Message.TrimEnd('.')}; give one that can be written.", e);
        }
    }
}
