using System.Security.Cryptography;
using System.Text;
using FastSeg.Studio.Files;

namespace FastSeg.Studio.Pictures;

/// <summary>The project's folder of files that can be made anew: bounded, the longest unused go first.</summary>
/// <param name="path">The folder, made when it is first needed.</param>
/// <param name="most">Most bytes of its files.</param>
internal sealed class CacheFolder(string path, long most)
{
    /// <summary>How the name of a file ends that is still being written.</summary>
    public const string Unfinished = ".unfinished";

    /// <summary>How the names of a stored pyramid and of a stored small picture end.</summary>
    public const string Pyramid = ".pyramid", Thumbnail = ".thumbnail.png";

    private readonly Lock _gate = new();

    /// <summary>Deletes what a run that broke off has left.</summary>
    public void CleanUp()
    {
        foreach (FileInfo file in Files().Where(file => file.Name.EndsWith(Unfinished, StringComparison.Ordinal)))
        {
            Delete(file);
        }
    }

    /// <summary>The file of an image's page: another one once the image's file has changed.</summary>
    public string FileOf(string image, int page, string ending)
    {
        var state = ImageState.Of(image);
        string key = $"{Path.GetFullPath(image)}\n{page}\n{state.Length}\n{state.Changed.Ticks}";
        return Path.Combine(path, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)).AsSpan(0, 12)) + ending);
    }

    /// <summary>Makes the folder and room in it.</summary>
    /// <exception cref="FastSegException">So much does not fit, or the folder cannot be made.</exception>
    public void MakeRoom(long bytes)
    {
        lock (_gate)
        {
            try
            {
                Directory.CreateDirectory(path);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new FastSegException($"{path} cannot be made ({e.Message.TrimEnd('.')}); pictures stay coarse until it can.", e);
            }
            if (bytes > most)
            {
                throw new FastSegException($"A picture's levels take {bytes >> 20} MiB, more than the {most >> 20} MiB of {path}.");
            }
            FileInfo[] files = [.. Files().OrderBy(file => file.LastWriteTimeUtc)];
            long held = files.Sum(file => file.Length);
            foreach (FileInfo file in files.Where(file => !file.Name.EndsWith(Unfinished, StringComparison.Ordinal)))
            {
                if (held + bytes <= most)
                {
                    break;
                }
                held -= file.Length;
                Delete(file);
            }
        }
    }

    /// <summary>A file of the folder; null where there is none, or it cannot be read.</summary>
    public static byte[]? Read(string file)
    {
        try
        {
            return File.Exists(file) ? File.ReadAllBytes(file) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Writes a small file whole; where that does not work there is none.</summary>
    public void Write(string file, byte[] bytes)
    {
        // Two requests may write the same file at once.
        string partial = $"{file}-{Guid.NewGuid():N}{Unfinished}";
        try
        {
            MakeRoom(bytes.Length);
            File.WriteAllBytes(partial, bytes);
            File.Move(partial, file, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FastSegException)
        {
            Delete(new FileInfo(partial));
        }
    }

    private IEnumerable<FileInfo> Files() => Directory.Exists(path) ? new DirectoryInfo(path).EnumerateFiles() : [];

    private static void Delete(FileInfo file)
    {
        try
        {
            file.Delete();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It stays until it can be deleted.
        }
    }
}
