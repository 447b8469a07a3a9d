namespace FastSeg.Cli;

/// <summary>Small files that appear under their name only when they are whole.</summary>
internal static class WholeFile
{
    private const int DiskFull = 28;
    private const long MostBytes = 256L << 20;

    /// <summary>Fails when a file of that name could not be written: the folder is missing or read-only, or the name is a folder's.</summary>
    public static void Check(string path)
    {
        string temporary = Begin(path);
        Guard(path, () =>
        {
            File.Create(temporary).Dispose();
            File.Delete(temporary);
        });
    }

    /// <summary>Reads a file that must be small enough to be held.</summary>
    public static byte[] Read(string path)
    {
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
        string temporary = Begin(path);
        try
        {
            Guard(path, () =>
            {
                File.WriteAllBytes(temporary, bytes);
                File.Move(temporary, path, overwrite: true);
            });
        }
        catch
        {
            Remove(temporary);
            throw;
        }
    }

    private static void Remove(string temporary)
    {
        try
        {
            File.Delete(temporary);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The folder went away or became read-only: there is nothing left that could be removed.
        }
    }

    private static string Begin(string path)
    {
        string full = Path.GetFullPath(path);
        string folder = Path.GetDirectoryName(full) ?? "/";
        if (Directory.Exists(full))
        {
            throw new FastSegException($"{path} is a folder; give the name of the file to write.");
        }
        if (!Directory.Exists(folder))
        {
            throw new FastSegException($"{path} cannot be written: the folder {folder} does not exist; create it first.");
        }
        return Path.Combine(folder, $".{Path.GetFileName(full)}.partial-{Environment.ProcessId}");
    }

    private static void Guard(string path, Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            bool full = (e.HResult & 0xFFFF) == DiskFull;
            string why = full ? "the disk is full; free some space" : e is UnauthorizedAccessException ? "the folder may not be written by this user" : e.Message.TrimEnd('.');
            throw new FastSegException($"{path} cannot be written: {why}, or write elsewhere.", e);
        }
    }
}
