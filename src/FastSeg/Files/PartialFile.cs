namespace FastSeg.Files;

/// <summary>
/// A file that is written beside its final name and appears there only when it is whole. Disposed before <see cref="Commit"/>, it
/// leaves nothing behind. Links are followed: their target is replaced, they stay. A device or pipe of that name is never replaced:
/// the whole file is copied into it.
/// </summary>
internal sealed class PartialFile : IDisposable
{
    // Numbers of Linux's errors, which .NET passes on in the low half of HResult.
    private const int DiskFull = 28, FileTooLarge = 27, ReadOnlyDisk = 30, QuotaUsedUp = 122;

    /// <summary>How many letters of the final name the temporary one keeps: a name holds at most 255 bytes.</summary>
    private const int LongestStem = 60;

    private static int _serial;
    private readonly string _target;
    private readonly string _folder;
    private readonly bool _intoStream;
    private bool _renamed;

    /// <summary>Creates the empty file beside <paramref name="path"/>.</summary>
    /// <exception cref="FastSegException">The folder is missing or cannot be written, or <paramref name="path"/> is a folder.</exception>
    public PartialFile(string path)
    {
        Path = path;
        string full = System.IO.Path.GetFullPath(path);
        FileKind kind = FileKinds.Of(full);
        // /dev/stdout is a link into /proc and may lead to a regular file that the shell has open. Renaming over that file would cut the
        // shell's connection to it, so it is copied into, as a pipe is.
        string real = RealPath.Of(full);
        _intoStream = kind is FileKind.Pipe or FileKind.Socket or FileKind.Device
            || (kind == FileKind.Regular && InDev(full) && !InDev(real));
        _target = _intoStream ? full : real;
        _folder = _intoStream ? System.IO.Path.GetTempPath() : System.IO.Path.GetDirectoryName(real) ?? "/";
        if (kind == FileKind.Folder)
        {
            throw new FastSegException($"{path} is a folder; name a file to write.");
        }
        if (!Directory.Exists(_folder))
        {
            throw new FastSegException($"{path} cannot be written: the folder {_folder} does not exist; create it or name another.");
        }
        string stem = System.IO.Path.GetFileName(_target);
        string start = stem.Length > LongestStem ? stem[..LongestStem] : stem;
        TemporaryPath = System.IO.Path.Combine(
            _folder, $".{start}.partial-{Environment.ProcessId}-{Interlocked.Increment(ref _serial)}");
        Guard(() => File.Create(TemporaryPath).Dispose());
    }

    /// <summary>The final name, as the caller gave it.</summary>
    public string Path { get; }

    /// <summary>Where the bytes are written until <see cref="Commit"/>.</summary>
    public string TemporaryPath { get; }

    /// <summary>Runs <paramref name="write"/> and turns a failure of the disk into one sentence that names the final file.</summary>
    /// <exception cref="FastSegException">The disk is full, or the file cannot be written.</exception>
    public void Guard(Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (IsDiskFailure(e))
        {
            throw Failure(e);
        }
    }

    /// <summary>Whether the file has its final name, or was copied into the device or pipe that has it.</summary>
    public bool IsCommitted { get; private set; }

    /// <summary>Renames the file to its final name, replacing an older one in one step. A second time nothing happens.</summary>
    /// <exception cref="FastSegException">The final name cannot be written.</exception>
    public void Commit()
    {
        if (IsCommitted)
        {
            return;
        }
        if (_intoStream)
        {
            Guard(CopyInto);
        }
        else
        {
            Guard(() => File.Move(TemporaryPath, _target, overwrite: true));
            _renamed = true;
        }
        IsCommitted = true;
    }

    /// <summary>
    /// Whether an exception comes from the file system. Where a file may not grow further (EFBIG), .NET throws
    /// <see cref="ArgumentOutOfRangeException"/> about its parameter "value".
    /// </summary>
    public static bool IsDiskFailure(Exception e) =>
        e is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException { ParamName: "value" };

    /// <summary>The sentence for a failure of the file system.</summary>
    public FastSegException Failure(Exception e) => new($"{Path} cannot be written: {Reason(e, _folder, "write elsewhere")}.", e);

    /// <summary>Why the file system failed, and what would help.</summary>
    /// <param name="e">The failure.</param>
    /// <param name="folder">The folder that was written to.</param>
    /// <param name="elsewhere">How the user names another place.</param>
    public static string Reason(Exception e, string folder, string elsewhere) => (e.HResult & 0xffff, e) switch
    {
        (DiskFull, _) => $"the disk is full; free some space or {elsewhere}",
        (QuotaUsedUp, _) => $"the disk quota is used up; free some space or {elsewhere}",
        (FileTooLarge, _) or (_, ArgumentOutOfRangeException) =>
            $"the file grows past what the disk or the shell's limit (ulimit -f) allows; {elsewhere}",
        (ReadOnlyDisk, _) => $"the folder {folder} is read-only; {elsewhere}",
        (_, UnauthorizedAccessException) => $"the folder {folder} may not be written by this user; {elsewhere}",
        (_, DirectoryNotFoundException) => $"the folder {folder} takes no files or does not exist any more; name another",
        _ => $"{FastSeg.Files.InputFile.OneLine(e.Message)}; {elsewhere}",
    };

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_renamed)
        {
            try
            {
                File.Delete(TemporaryPath);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // The folder went away or became read-only: there is nothing left that could be removed.
            }
        }
    }

    private static bool InDev(string path) => path.StartsWith("/dev/", StringComparison.Ordinal);

    private void CopyInto()
    {
        using FileStream from = File.OpenRead(TemporaryPath);
        using var to = new FileStream(_target, FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
        from.CopyTo(to);
    }
}
