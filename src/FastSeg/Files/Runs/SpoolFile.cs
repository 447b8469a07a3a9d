using Microsoft.Win32.SafeHandles;

namespace FastSeg.Files.Runs;

/// <summary>
/// A file in which tiles wait until their order is known. Several threads write it, and read it back, at byte offsets. It has no name and
/// is gone when it is closed, or it lies in a run's folder and stays as long as that does.
/// </summary>
internal sealed class SpoolFile : IDisposable
{
    private readonly PartialFile? _partial;
    private readonly RunPart? _part;
    private readonly SafeFileHandle _handle;
    private readonly PositionedFile _file;

    /// <summary>Creates a file without a name, on the disk of an output.</summary>
    /// <param name="path">The output.</param>
    /// <exception cref="FastSegException">The folder is missing or cannot be written.</exception>
    public SpoolFile(string path)
    {
        _partial = new PartialFile(path);
        _handle = _partial.Handle;
        _file = Positioned();
        _partial.Guard(_partial.Unname);
    }

    /// <summary>Opens the data of a run's result, which may be there already.</summary>
    /// <exception cref="FastSegException">It cannot be written.</exception>
    public SpoolFile(RunPart part)
    {
        _part = part;
        SafeFileHandle? handle = null;
        part.Folder.Guard(() => handle = File.OpenHandle(
            part.Data, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete));
        _handle = handle!;
        _file = Positioned();
    }

    /// <summary>Bytes that it has.</summary>
    public long Length => RandomAccess.GetLength(_handle);

    /// <summary>Writes at a byte offset.</summary>
    /// <exception cref="FastSegException">The disk is full or fails.</exception>
    public void Write(long offset, ReadOnlySpan<byte> bytes) => _file.Write(offset, bytes);

    /// <summary>Reads back what was written.</summary>
    /// <exception cref="FastSegException">The disk fails, or somebody else cut the file.</exception>
    public void Read(long offset, Span<byte> destination) => _file.Read(offset, destination);

    /// <inheritdoc/>
    public void Dispose()
    {
        _handle.Dispose();
        _partial?.Dispose();
    }

    private PositionedFile Positioned() => new(_handle, "the spool", Failure);

    private FastSegException Failure(Exception e) => _part?.Folder.Failure(e) ?? _partial!.Failure(e);
}
