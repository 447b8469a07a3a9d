using Microsoft.Win32.SafeHandles;

namespace FastSeg.Files;

/// <summary>
/// A <see cref="PartialFile"/> that several threads write, and read back, at byte offsets. Without <see cref="Commit"/> nothing is left
/// behind; a spool, which keeps rows or tiles until their order is known, is never committed.
/// </summary>
internal sealed class OutputFile : IDisposable
{
    private readonly PartialFile _partial;
    private readonly SafeFileHandle _handle;

    /// <summary>Creates the temporary file.</summary>
    /// <param name="path">Final path.</param>
    /// <exception cref="FastSegException">The folder is missing or cannot be written.</exception>
    public OutputFile(string path)
    {
        _partial = new PartialFile(path);
        try
        {
            _handle = File.OpenHandle(_partial.TemporaryPath, FileMode.Open, FileAccess.ReadWrite, FileShare.Read);
        }
        catch (Exception e)
        {
            _partial.Dispose();
            throw PartialFile.IsDiskFailure(e) ? Failure(e) : e;
        }
    }

    /// <summary>The final path, as the caller gave it.</summary>
    public string Path => _partial.Path;

    /// <summary>Whether <see cref="Commit"/> was called and succeeded.</summary>
    public bool IsCommitted => _partial.IsCommitted;

    /// <summary>Writes at a byte offset.</summary>
    /// <exception cref="FastSegException">The disk is full or fails.</exception>
    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        try
        {
            RandomAccess.Write(_handle, bytes, offset);
        }
        catch (Exception e) when (PartialFile.IsDiskFailure(e))
        {
            throw Failure(e);
        }
    }

    /// <summary>Reads back what was written.</summary>
    /// <exception cref="FastSegException">The disk fails, or somebody else cut the file.</exception>
    public void Read(long offset, Span<byte> destination)
    {
        try
        {
            for (int done = 0; done < destination.Length;)
            {
                int got = RandomAccess.Read(_handle, destination[done..], offset + done);
                done += got > 0 ? got : throw new EndOfStreamException(
                    $"{_partial.TemporaryPath} was cut at byte {offset + done}");
            }
        }
        catch (Exception e) when (PartialFile.IsDiskFailure(e))
        {
            throw Failure(e);
        }
    }

    /// <summary>Gives the file its final name, replacing an older one in one step.</summary>
    /// <exception cref="FastSegException">The final name cannot be written.</exception>
    public void Commit()
    {
        _handle.Dispose();
        _partial.Commit();
    }

    /// <summary>The sentence for a failure of the file system.</summary>
    public FastSegException Failure(Exception e) => _partial.Failure(e);

    /// <inheritdoc/>
    public void Dispose()
    {
        _handle.Dispose();
        _partial.Dispose();
    }
}
