namespace FastSeg.Files;

/// <summary>
/// A <see cref="PartialFile"/> that several threads write, and read back, at byte offsets. Without <see cref="Commit"/> nothing is left
/// behind; a spool, which keeps rows or tiles until their order is known, is never committed.
/// </summary>
internal sealed class OutputFile : IDisposable
{
    private readonly PositionedFile _file;

    /// <summary>Creates the temporary file.</summary>
    /// <param name="path">Final path.</param>
    /// <param name="spool">Whether it is a spool: it has no name, and is gone when it is closed or the process ends.</param>
    /// <exception cref="FastSegException">The folder is missing or cannot be written.</exception>
    public OutputFile(string path, bool spool = false)
    {
        Partial = new PartialFile(path);
        _file = new PositionedFile(Partial.Handle, Partial.TemporaryPath, Failure);
        if (spool)
        {
            Partial.Guard(Partial.Unname);
        }
    }

    /// <summary>The file, for whoever commits several together.</summary>
    public PartialFile Partial { get; }

    /// <summary>The final path, as the caller gave it.</summary>
    public string Path => Partial.Path;

    /// <summary>Whether <see cref="Commit"/> was called and succeeded.</summary>
    public bool IsCommitted => Partial.IsCommitted;

    /// <summary>Writes at a byte offset.</summary>
    /// <exception cref="FastSegException">The disk is full or fails.</exception>
    public void Write(long offset, ReadOnlySpan<byte> bytes) => _file.Write(offset, bytes);

    /// <summary>Reads back what was written.</summary>
    /// <exception cref="FastSegException">The disk fails, or somebody else cut the file.</exception>
    public void Read(long offset, Span<byte> destination) => _file.Read(offset, destination);

    /// <summary>Gives the file its final name, replacing an older one in one step.</summary>
    /// <exception cref="FastSegException">The final name cannot be written.</exception>
    public void Commit()
    {
        Partial.Commit();
    }

    /// <summary>The sentence for a failure of the file system.</summary>
    public FastSegException Failure(Exception e) => Partial.Failure(e);

    /// <inheritdoc/>
    public void Dispose()
    {
        Partial.Dispose();
    }
}
