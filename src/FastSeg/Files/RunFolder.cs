using Microsoft.Win32.SafeHandles;

namespace FastSeg.Files;

/// <summary>
/// The hidden folder of a run that writes many files: .NAME.fastseg-run beside the final name, with the data and a lock. The data gets the
/// final name when it is whole. Disposed before <see cref="Commit"/>, it leaves nothing behind; what a killed run left is named later.
/// </summary>
internal sealed class RunFolder : IDisposable
{
    private const string Ending = ".fastseg-run", LockName = "lock", DataName = "data";

    private readonly string _target;
    private readonly string _above;
    private readonly SafeFileHandle _lock;

    /// <summary>Creates the folder beside <paramref name="path"/>.</summary>
    /// <exception cref="FastSegException">
    /// Something of the final name is there already, another run writes it or left its folder, or the folder cannot be made.
    /// </exception>
    public RunFolder(string path)
    {
        Path = path;
        // Links are followed: their target is written, they stay.
        _target = RealPath.Of(System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path)));
        _above = System.IO.Path.GetDirectoryName(_target) ?? "/";
        Hidden = System.IO.Path.Combine(_above, $".{System.IO.Path.GetFileName(_target)}{Ending}");
        CheckFree();
        if (!Directory.Exists(_above))
        {
            throw new FastSegException($"{path} cannot be written: the folder {_above} does not exist; create it or name another.");
        }
        string lockFile = System.IO.Path.Combine(Hidden, LockName);
        if (Directory.Exists(Hidden))
        {
            bool held = File.Exists(lockFile);
            HiddenName.IfUnlocked(lockFile, () => held = false);
            throw new FastSegException(held
                ? $"{path} is being written by another run, in {Hidden}; wait for it, or name another place."
                : $"{path}: a run that did not finish left {Hidden}; remove that folder, or name another place.");
        }
        SafeFileHandle? handle = null;
        Guard(() =>
        {
            Directory.CreateDirectory(Data);
            handle = File.OpenHandle(lockFile, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
        });
        _lock = handle!;
    }

    /// <summary>The final name, as the caller gave it.</summary>
    public string Path { get; }

    /// <summary>The hidden folder.</summary>
    public string Hidden { get; }

    /// <summary>Where the data is written until <see cref="Commit"/>.</summary>
    public string Data => System.IO.Path.Combine(Hidden, DataName);

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
            throw Failure(e);
        }
    }

    /// <summary>The sentence for a failure of the file system.</summary>
    public FastSegException Failure(Exception e) =>
        new($"{Path} cannot be written: {PartialFile.Reason(e, _above, "name another place")}.", e);

    /// <summary>Gives the data its final name, once the disk has all of it.</summary>
    /// <exception cref="FastSegException">Something of that name appeared meanwhile, or the name cannot be written.</exception>
    public void Commit()
    {
        CheckFree();
        Guard(() =>
        {
            FolderFlush.Disk(Data);
            if (Directory.Exists(_target))
            {
                Directory.Delete(_target);
            }
            Directory.Move(Data, _target);
            FolderFlush.Of(_above);
        });
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            Directory.Delete(Hidden, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The folder above went away or became read-only: there is nothing left that could be removed.
        }
        _lock.Dispose();
    }

    private void CheckFree()
    {
        if (File.Exists(_target) || (Directory.Exists(_target) && Directory.EnumerateFileSystemEntries(_target).Any()))
        {
            throw new FastSegException($"{Path} is there already; name another, or remove that one.");
        }
    }
}
