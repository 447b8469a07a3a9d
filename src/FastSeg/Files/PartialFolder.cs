using Microsoft.Win32.SafeHandles;

namespace FastSeg.Files;

/// <summary>
/// A folder that is filled beside its final name and appears there only when it is whole. Disposed before <see cref="Commit"/>, it leaves
/// nothing behind; a killed run's is removed by the next run beside it, which knows from the lock of a hidden file that nobody fills it.
/// </summary>
internal sealed class PartialFolder : IDisposable
{
    private readonly string _target;
    private readonly string _above;
    private readonly string _lockPath;
    private readonly SafeFileHandle _lock;

    /// <summary>Creates the empty folder beside <paramref name="path"/>.</summary>
    /// <exception cref="FastSegException">
    /// Something of that name is there already, or the folder above is missing, or the folder cannot be made.
    /// </exception>
    public PartialFolder(string path)
    {
        Path = path;
        _target = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));
        Name = System.IO.Path.GetFileName(_target);
        CheckFree();
        _above = System.IO.Path.GetDirectoryName(_target) ?? "/";
        if (!Directory.Exists(_above))
        {
            throw new FastSegException($"{path} cannot be written: the folder {_above} does not exist; create it or name another.");
        }
        SafeFileHandle? handle = null;
        string hidden = "";
        Guard(() => handle = HiddenName.Create(_target, out hidden));
        (_lock, _lockPath, TemporaryPath) = (handle!, hidden, hidden + HiddenName.FolderEnd);
        try
        {
            Guard(() => Directory.CreateDirectory(TemporaryPath));
        }
        catch
        {
            Unlock();
            throw;
        }
    }

    /// <summary>The final name, as the caller gave it.</summary>
    public string Path { get; }

    /// <summary>The last part of the final name.</summary>
    public string Name { get; }

    /// <summary>Where files are written until <see cref="Commit"/>.</summary>
    public string TemporaryPath { get; }

    /// <summary>Runs <paramref name="write"/> and turns a failure of the disk into one sentence that names the final folder.</summary>
    /// <exception cref="FastSegException">The disk is full, or the folder cannot be written.</exception>
    public void Guard(Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (PartialFile.IsDiskFailure(e))
        {
            string why = PartialFile.Reason(e, _above, "name another place");
            throw new FastSegException($"{Path} cannot be written: {why}.", e);
        }
    }

    /// <summary>Gives the folder its final name. An empty folder of that name is replaced.</summary>
    /// <exception cref="FastSegException">Something of that name appeared meanwhile, or the name cannot be written.</exception>
    public void Commit()
    {
        CheckFree();
        Guard(() =>
        {
            if (Directory.Exists(_target))
            {
                Directory.Delete(_target);
            }
            foreach (string file in Directory.EnumerateFiles(TemporaryPath))
            {
                using SafeFileHandle handle = File.OpenHandle(file, FileMode.Open, FileAccess.ReadWrite);
                RandomAccess.FlushToDisk(handle);
            }
            FolderFlush.Of(TemporaryPath);
            Directory.Move(TemporaryPath, _target);
            FolderFlush.Of(_above);
        });
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            if (Directory.Exists(TemporaryPath))
            {
                Directory.Delete(TemporaryPath, recursive: true);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The folder above went away or became read-only: there is nothing left that could be removed.
        }
        Unlock();
    }

    /// <summary>Removes the file that is the lock; the folder is gone or has its final name.</summary>
    private void Unlock()
    {
        try
        {
            File.Delete(_lockPath);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // As above; the next run beside it tries again.
        }
        _lock.Dispose();
    }

    private void CheckFree()
    {
        if (File.Exists(_target) || (Directory.Exists(_target) && Directory.EnumerateFileSystemEntries(_target).Any()))
        {
            throw new FastSegException($"{Path} is there already; name a folder that does not exist yet, or remove that one.");
        }
    }
}
