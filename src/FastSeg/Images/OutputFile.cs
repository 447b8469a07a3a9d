using Microsoft.Win32.SafeHandles;

namespace FastSeg.Images;

/// <summary>
/// A file being written under a hidden, unique name beside its final one (".NAME.partial-PID-N"), renamed by <see cref="Commit"/> and
/// removed by <see cref="Dispose"/> otherwise. Positioned writes are safe for several threads.
/// </summary>
internal sealed class OutputFile : IDisposable
{
    private static int _count;

    private readonly SafeFileHandle _handle;
    private readonly string _temporary;
    private bool _gone;

    /// <summary>Creates the temporary file.</summary>
    /// <param name="path">Final path.</param>
    /// <param name="scratch">Whether the file is only a helper that <see cref="Commit"/> is never called for.</param>
    /// <exception cref="FastSegException">The folder is missing or cannot be written.</exception>
    public OutputFile(string path, bool scratch = false)
    {
        Path = path;
        string full = System.IO.Path.GetFullPath(path);
        string folder = System.IO.Path.GetDirectoryName(full) ?? "/";
        if (Directory.Exists(full))
        {
            throw new FastSegException($"{path} is a folder; give the name of the file to write.");
        }
        if (!Directory.Exists(folder))
        {
            throw new FastSegException($"{path} cannot be written: the folder {folder} does not exist; create it first.");
        }
        string suffix = $".{(scratch ? "spool" : "partial")}-{Environment.ProcessId}-{Interlocked.Increment(ref _count)}";
        // A file name holds at most 255 bytes.
        string name = System.IO.Path.GetFileName(full);
        _temporary = System.IO.Path.Combine(folder, "." + (name.Length > 60 ? name[..60] : name) + suffix);
        try
        {
            _handle = File.OpenHandle(_temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failure(e);
        }
    }

    /// <summary>Final path, as the caller gave it.</summary>
    public string Path { get; }

    /// <summary>Where the bytes are until then.</summary>
    public string TemporaryPath => _temporary;

    /// <summary>Writes at a byte offset.</summary>
    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        try
        {
            RandomAccess.Write(_handle, bytes, offset);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failure(e);
        }
    }

    /// <summary>Reads back what was written.</summary>
    public void Read(long offset, Span<byte> destination)
    {
        for (int done = 0; done < destination.Length;)
        {
            int got;
            try
            {
                got = RandomAccess.Read(_handle, destination[done..], offset + done);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw Failure(e);
            }
            if (got == 0)
            {
                // Rows nobody wrote, past the end of a sparse file, read as zero.
                destination[done..].Clear();
                return;
            }
            done += got;
        }
    }

    /// <summary>Gives the file its final name, replacing an older one in one step.</summary>
    public void Commit()
    {
        try
        {
            _handle.Dispose();
            File.Move(_temporary, Path, overwrite: true);
            _gone = true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failure(e);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _handle.Dispose();
        if (!_gone)
        {
            _gone = true;
            try
            {
                File.Delete(_temporary);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // The folder went away or became read-only: there is nothing left that could be removed.
            }
        }
    }

    /// <summary>The sentence for a write that failed.</summary>
    public FastSegException Failure(Exception e)
    {
        const int NoSpace = 28, TooLarge = 27, ReadOnly = 30, Quota = 122;
        string folder = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(Path)) ?? "/";
        string what = (e.HResult & 0xFFFF, e) switch
        {
            (NoSpace, _) => "the disk is full; free some space or write elsewhere",
            (Quota, _) => "the disk quota is used up; free some space or write elsewhere",
            (TooLarge, _) => "the file would grow past what the disk or the shell's limit (ulimit -f) allows; write elsewhere",
            (ReadOnly, _) => $"the folder {folder} is read-only; write elsewhere",
            (_, UnauthorizedAccessException) => $"the folder {folder} may not be written by this user; write elsewhere",
            (_, DirectoryNotFoundException) => $"the folder {folder} does not exist any more; create it first",
            _ => $"{InputFile.OneLine(e.Message)}; write elsewhere",
        };
        return new FastSegException($"{Path} cannot be written: {what}.", e);
    }
}
