using FastSeg.Files;

namespace FastSeg.Cli.Files;

/// <summary>Small files that appear under their name only when they are whole.</summary>
internal static class WholeFile
{
    private const long MostBytes = 256L << 20;

    /// <summary>
    /// Fails when a file of that name could not be written: the folder is missing or read-only, or the name is a folder's.
    /// </summary>
    public static void Check(string path) => new PartialFile(path).Dispose();

    /// <summary>Reads a file that must be small enough to be held.</summary>
    public static byte[] Read(string path)
    {
        FileKinds.RefuseStreams(path, path);
        try
        {
            using FileStream file = File.OpenRead(path);
            if (file.Length > MostBytes)
            {
                throw new FastSegException($"{path} has {file.Length >> 20} MiB; at most {MostBytes >> 20} MiB are read.");
            }
            byte[] bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            return bytes;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new FastSegException($"{path}: there is no such file.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FastSegException($"{path} cannot be read: {e.Message.TrimEnd('.')}.", e);
        }
    }

    /// <summary>Writes the file beside its name and renames it.</summary>
    public static void Write(string path, byte[] bytes)
    {
        using var file = new PartialFile(path);
        file.Save(stream => stream.Write(bytes));
        file.Commit();
    }
}
