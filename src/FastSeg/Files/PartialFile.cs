using Microsoft.Win32.SafeHandles;

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

    private readonly string _target;
    private readonly string _folder;
    private readonly bool _intoStream;
    private bool _renamed;
    private string? _aside;
    private SafeFileHandle? _asideLock;

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
        SafeFileHandle? handle = null;
        string hidden = "";
        Guard(() => handle = HiddenName.Create(System.IO.Path.Combine(_folder, System.IO.Path.GetFileName(_target)), out hidden));
        (Handle, TemporaryPath) = (handle!, hidden);
    }

    /// <summary>The final name, as the caller gave it.</summary>
    public string Path { get; }

    /// <summary>Where the bytes are until <see cref="Commit"/>.</summary>
    public string TemporaryPath { get; }

    /// <summary>The file, open for reading and writing; closed with this.</summary>
    public SafeFileHandle Handle { get; }

    /// <summary>Whether the final name is a device, pipe or socket, into which the file is copied: that cannot be undone.</summary>
    public bool IntoStream => _intoStream;

    /// <summary>Takes the name away: the file can be written and read, and is gone when it is closed, in whatever way.</summary>
    public void Unname()
    {
        File.Delete(TemporaryPath);
        _renamed = true;
    }

    /// <summary>Writes the whole file through a stream.</summary>
    /// <exception cref="FastSegException">The disk is full, or the file cannot be written.</exception>
    public void Save(Action<Stream> write) => Guard(() =>
    {
        using var stream = new PartialStream(Handle);
        write(stream);
    });

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

    /// <summary>
    /// Renames the file to its final name, replacing an older one in one step; its bytes are on the disk before, and its name afterwards.
    /// A second time nothing happens.
    /// </summary>
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
            Guard(() =>
            {
                RandomAccess.FlushToDisk(Handle);
                File.Move(TemporaryPath, _target, overwrite: true);
                _renamed = true;
                FolderFlush.Of(_folder);
            });
        }
        IsCommitted = true;
        Handle.Dispose();
    }

    /// <summary>
    /// Gives several files their final names such that a run that is killed meanwhile leaves files of the old set or of the new one, never
    /// a new one beside an old one. Where one cannot be renamed, all are as they were before.
    /// </summary>
    /// <exception cref="FastSegException">A final name cannot be written.</exception>
    public static void CommitTogether(IReadOnlyList<PartialFile> files)
    {
        // What is copied into a pipe is gone; so that comes first, while everything else can still stay as it is.
        foreach (PartialFile file in files.Where(file => file.IntoStream))
        {
            file.Commit();
        }
        PartialFile[] named = [.. files.Where(file => !file.IsCommitted)];
        if (named.Length == 1)
        {
            named[0].Commit();
            return;
        }
        Array.ForEach(named, file => file.Guard(() => RandomAccess.FlushToDisk(file.Handle)));
        try
        {
            string set = OlderSets.NewSet();
            Array.ForEach(named, file => file.PutAside(set));
            Array.ForEach(named, file => file.Guard(() => File.Move(file.TemporaryPath, file._target)));
        }
        catch
        {
            Array.ForEach(named, file => file.PutBack());
            throw;
        }
        foreach (PartialFile file in named)
        {
            file._renamed = file.IsCommitted = true;
            file.Handle.Dispose();
        }
        // The new names are on the disk before the older files go.
        foreach (PartialFile file in named.DistinctBy(file => file._folder))
        {
            file.Guard(() => FolderFlush.Of(file._folder));
        }
        Array.ForEach(named, file => file.Forget());
    }

    /// <summary>Gives the older file of the final name, where there is one, a hidden name.</summary>
    private void PutAside(string set) => Guard(() =>
    {
        if (FileKinds.Of(_target) != FileKind.Regular)
        {
            return;
        }
        string aside = OlderSets.Aside(_target, set) ?? HiddenName.Beside(_target);
        try
        {
            // Held open, so that no other run takes it for a dead one's.
            _asideLock = File.OpenHandle(_target, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It may be renamed without being readable.
        }
        File.Move(_target, aside);
        _aside = aside;
    });

    /// <summary>Undoes a renaming and gives the older file its name again, as far as the disk lets us.</summary>
    private void PutBack()
    {
        try
        {
            if (!File.Exists(TemporaryPath))
            {
                File.Move(_target, TemporaryPath);
            }
            if (_aside is not null)
            {
                File.Move(_aside, _target, overwrite: true);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The folder went away meanwhile; the failure that is on its way says so.
        }
        _asideLock?.Dispose();
        (_aside, _asideLock) = (null, null);
    }

    /// <summary>Removes the older file.</summary>
    private void Forget()
    {
        try
        {
            if (_aside is not null)
            {
                File.Delete(_aside);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The new files are in their places; the next run in this folder tries again.
        }
        _asideLock?.Dispose();
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
        Handle.Dispose();
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
        using var from = new PartialStream(Handle);
        using var to = new FileStream(_target, FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
        from.CopyTo(to);
    }
}
