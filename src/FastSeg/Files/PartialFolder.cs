namespace FastSeg.Files;

/// <summary>
/// A folder that is filled beside its final name and appears there only when it is whole. Disposed before <see cref="Commit"/>, it leaves
/// nothing behind.
/// </summary>
internal sealed class PartialFolder : IDisposable
{
    private readonly string _target;

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
        string above = System.IO.Path.GetDirectoryName(_target) ?? "/";
        if (!Directory.Exists(above))
        {
            throw new FastSegException($"{path} cannot be written: the folder {above} does not exist; create it or name another.");
        }
        TemporaryPath = HiddenName.Beside(_target);
        Guard(() => Directory.CreateDirectory(TemporaryPath));
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
            string why = PartialFile.Reason(e, System.IO.Path.GetDirectoryName(_target) ?? "/", "name another place");
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
            Directory.Move(TemporaryPath, _target);
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
    }

    private void CheckFree()
    {
        if (File.Exists(_target) || (Directory.Exists(_target) && Directory.EnumerateFileSystemEntries(_target).Any()))
        {
            throw new FastSegException($"{Path} is there already; name a folder that does not exist yet, or remove that one.");
        }
    }
}
