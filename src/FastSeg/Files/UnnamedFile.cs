using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace FastSeg.Files;

/// <summary>
/// A file of the temporary folder that has no name: several threads write it and read it back at byte offsets, and it is gone when it is
/// disposed, or when the process ends in whatever way.
/// </summary>
internal sealed partial class UnnamedFile : IDisposable
{
    /// <summary>Linux's number for a call that a signal broke off.</summary>
    private const int Interrupted = 4;

    private readonly SafeFileHandle _handle;
    private readonly PositionedFile _file;
    private readonly string _folder = Path.GetTempPath();
    private readonly string _what;

    /// <summary>Creates the file and takes its name away at once.</summary>
    /// <param name="bytes">Bytes it will have; a disk that is too full for them is refused now.</param>
    /// <param name="what">What it holds, for the sentence of a failure.</param>
    /// <exception cref="FastSegException">The temporary folder cannot be written, or its disk is too full.</exception>
    public UnnamedFile(long bytes, string what)
    {
        _what = what;
        string path = Path.Combine(_folder, $".fastseg-{Environment.ProcessId}-{Guid.NewGuid():N}");
        try
        {
            _handle = File.OpenHandle(
                path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Delete, FileOptions.None, preallocationSize: bytes);
        }
        catch (Exception e) when (PartialFile.IsDiskFailure(e))
        {
            throw Failure(e);
        }
        File.Delete(path);
        _file = new PositionedFile(_handle, "the file", Failure);
    }

    /// <summary>The open file, which stays this one's.</summary>
    internal SafeFileHandle Handle => _handle;

    /// <summary>
    /// Makes the file so long, of zeros, and has the disk keep room for parts of it: .NET's preallocation passes over quotas and over disks
    /// that keep none.
    /// </summary>
    /// <param name="bytes">Bytes of the file.</param>
    /// <param name="parts">Those that will be written.</param>
    /// <exception cref="FastSegException">The disk is too full, a quota is, or the disk keeps no room.</exception>
    public void Reserve(long bytes, IEnumerable<(long Offset, long Bytes)> parts)
    {
        SetLength(bytes);
        foreach ((long offset, long count) in parts)
        {
            int error;
            while ((error = Allocate(_handle, offset, count)) == Interrupted)
            {
            }
            if (error != 0)
            {
                throw Failure(new IOException(Marshal.GetPInvokeErrorMessage(error)));
            }
        }
    }

    /// <summary>Gives back the room of all that was written.</summary>
    /// <exception cref="FastSegException">The disk fails.</exception>
    public void Clear() => SetLength(0);

    /// <summary>Writes at a byte offset.</summary>
    /// <exception cref="FastSegException">The disk is full or fails.</exception>
    public void Write(long offset, ReadOnlySpan<byte> bytes) => _file.Write(offset, bytes);

    /// <summary>Reads back what was written.</summary>
    /// <exception cref="FastSegException">The disk fails.</exception>
    public void Read(long offset, Span<byte> destination) => _file.Read(offset, destination);

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    [LibraryImport("libc", EntryPoint = "posix_fallocate")]
    private static partial int Allocate(SafeFileHandle file, long offset, long bytes);

    private void SetLength(long bytes)
    {
        try
        {
            RandomAccess.SetLength(_handle, bytes);
        }
        catch (Exception e) when (PartialFile.IsDiskFailure(e))
        {
            throw Failure(e);
        }
    }

    private FastSegException Failure(Exception e) => new(
        $"The temporary folder {_folder} cannot hold {_what}: " +
        $"{PartialFile.Reason(e, _folder, "name another temporary folder in the environment (TMPDIR)")}.", e);
}
