using System.Runtime.InteropServices;

namespace FastSeg.Files;

/// <summary>
/// A file of the temporary folder that has no name and is seen as memory: for what must not count as the process's own. Its bytes are 0
/// until they are written. What was touched is resident until <see cref="Drop"/>; then the system keeps it in its cache or on the disk.
/// </summary>
internal sealed unsafe partial class MappedFile : SafeHandle
{
    /// <summary>Linux's numbers: memory may be read and written, others see what is written, and pages are not needed for now.</summary>
    private const int ReadWrite = 3, Shared = 1, NotNeeded = 4;

    /// <summary>
    /// Disks that keep room for a file when it is made, so that no later write to its memory can fail. Elsewhere a full disk would end the
    /// process (a network), or nothing would be gained (memory itself).
    /// </summary>
    private static readonly string[] Reserving = ["ext2", "ext3", "ext4", "xfs", "btrfs", "overlay", "overlayfs"];

    private readonly UnnamedFile _file;

    /// <summary>Creates and maps the file.</summary>
    /// <param name="bytes">Its bytes, at least 1; a disk that is too full for them is refused now.</param>
    /// <param name="what">What it holds, for the sentence of a failure.</param>
    /// <param name="written">The parts that are ever written, where others only need to be some number; null for all.</param>
    /// <exception cref="FastSegException">The temporary folder cannot be written, its disk is too full, or it cannot be mapped.</exception>
    public MappedFile(long bytes, string what, IEnumerable<(long Offset, long Bytes)>? written = null) : base(-1, ownsHandle: true)
    {
        Length = bytes;
        _file = new UnnamedFile(0, what);
        try
        {
            _file.Reserve(bytes, written ?? [(0, bytes)]);
        }
        catch
        {
            _file.Dispose();
            throw;
        }
        nint memory = Map(0, (nuint)bytes, ReadWrite, Shared, _file.Handle, 0);
        if (memory == -1)
        {
            string reason = Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError());
            _file.Dispose();
            throw new FastSegException(
                $"{bytes / 1048576.0:F1} MiB of the temporary folder {Path.GetTempPath()} could not be mapped for {what}: {reason}.",
                new IOException(reason));
        }
        SetHandle(memory);
    }

    /// <summary>Whether the temporary folder can be written, and its disk reserves room and has twice as many bytes free.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="besides">Bytes for which the disk must have room once, besides.</param>
    public static bool Fits(long bytes, long besides = 0) => Fits(bytes, Path.GetTempPath(), besides);

    /// <summary>The same of any folder whose disk is looked at; what is written lies in the temporary folder.</summary>
    internal static bool Fits(long bytes, string folder, long besides = 0)
    {
        try
        {
            var disk = new DriveInfo(folder);
            if (!Reserving.Contains(disk.DriveFormat) || disk.AvailableFreeSpace - besides <= 2 * bytes)
            {
                return false;
            }
            using var probe = new UnnamedFile(1, "a file");
            return true;
        }
        catch (Exception e) when (e is FastSegException or IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Bytes of the file.</summary>
    public long Length { get; }

    /// <inheritdoc/>
    public override bool IsInvalid => handle == -1;

    /// <summary>The first byte; valid until the file is disposed.</summary>
    public byte* Pointer
    {
        get
        {
            ObjectDisposedException.ThrowIf(IsClosed, this);
            return (byte*)handle;
        }
    }

    /// <summary>Copies a part, none of which becomes resident.</summary>
    public void Read(long offset, Span<byte> destination) => _file.Read(offset, destination);

    /// <summary>Lets go of all resident pages. Nothing is lost: threads that read or write at the same time get them back.</summary>
    public void Drop() => _ = Advise(Pointer, (nuint)Length, NotNeeded);

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        _file.Dispose();
        return Unmap(handle, (nuint)Length) == 0;
    }

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial nint Map(nint at, nuint bytes, int protection, int flags, SafeHandle file, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(nint memory, nuint bytes);

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* memory, nuint bytes, int advice);
}
