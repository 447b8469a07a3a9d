using Microsoft.Win32.SafeHandles;

namespace FastSeg.Studio.Files;

/// <summary>A journal's file on a disk. Tests override what fails on a disk that is full.</summary>
internal class JournalFile : IDisposable
{
    private readonly SafeFileHandle _handle;

    /// <summary>Opens a file, and makes it where there is none; then its folder is on the disk, too.</summary>
    /// <exception cref="FastSegException">It cannot be read and written.</exception>
    public JournalFile(string path)
    {
        try
        {
            bool made = !File.Exists(path);
            _handle = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
            if (made)
            {
                Disk.FlushFolder(Path.GetDirectoryName(path)!);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FastSegException(
                $"{path} cannot be written ({e.Message.TrimEnd('.')}); give a folder that can be written with --project.", e);
        }
    }

    /// <summary>Writes all bytes at a place.</summary>
    public virtual void Write(ReadOnlySpan<byte> bytes, long offset) => RandomAccess.Write(_handle, bytes, offset);

    /// <summary>Returns when everything is on the disk.</summary>
    public virtual void Flush() => RandomAccess.FlushToDisk(_handle);

    /// <summary>Cuts the file off behind a length.</summary>
    public virtual void Cut(long length) => RandomAccess.SetLength(_handle, length);

    public long Length => RandomAccess.GetLength(_handle);

    /// <summary>Reads as many bytes as fit.</summary>
    public void Read(Span<byte> bytes, long offset)
    {
        for (int read; bytes.Length > 0; bytes = bytes[read..], offset += read)
        {
            read = RandomAccess.Read(_handle, bytes, offset);
            if (read == 0)
            {
                throw new EndOfStreamException("The journal is shorter than it was.");
            }
        }
    }

    public void Dispose()
    {
        _handle.Dispose();
        GC.SuppressFinalize(this);
    }
}
