using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace FastSeg.Files;

/// <summary>Brings what a folder holds to the disk, so that a file has its new name after a power cut, too.</summary>
internal static partial class FolderFlush
{
    /// <summary>O_RDONLY, O_DIRECTORY and O_CLOEXEC of Linux on x64.</summary>
    private const int ReadFolder = 0x10000 | 0x80000;

    /// <summary>Returns when the names are on the disk, or at once where the folder may be written but not read.</summary>
    /// <exception cref="IOException">The disk fails.</exception>
    public static void Of(string folder)
    {
        using var handle = new SafeFileHandle(Open(folder, ReadFolder), ownsHandle: true);
        if (!handle.IsInvalid)
        {
            RandomAccess.FlushToDisk(handle);
        }
    }

    /// <summary>Returns when everything that was written to the disk of a folder is there: one call for any number of files.</summary>
    /// <exception cref="IOException">The disk fails.</exception>
    public static void Disk(string folder)
    {
        using var handle = new SafeFileHandle(Open(folder, ReadFolder), ownsHandle: true);
        if (!handle.IsInvalid && FlushDisk(handle) != 0)
        {
            throw new IOException($"the disk of {folder} did not take all of it (error {Marshal.GetLastPInvokeError()})");
        }
    }

    [LibraryImport("libc", EntryPoint = "syncfs", SetLastError = true)]
    private static partial int FlushDisk(SafeFileHandle handle);

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);
}
