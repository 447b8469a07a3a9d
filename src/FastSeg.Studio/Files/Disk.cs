using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace FastSeg.Studio.Files;

/// <summary>Files that are on the disk as a whole or not at all, also after a power cut.</summary>
internal static partial class Disk
{
    /// <summary>O_RDONLY, O_DIRECTORY and O_CLOEXEC of Linux on x64.</summary>
    private const int ReadDirectory = 0x10000 | 0x80000;

    private const UnixFileMode Usual =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Writes a file beside its name and renames it; when this returns it is on the disk.</summary>
    /// <exception cref="IOException">The disk failed; an older file of that name is as it was.</exception>
    public static void WriteWhole(string path, ReadOnlySpan<byte> bytes, UnixFileMode mode = Usual)
    {
        string partial = $"{path}.partial-{Environment.ProcessId}";
        try
        {
            var how = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = mode };
            using (var file = new FileStream(partial, how))
            {
                file.Write(bytes);
                file.Flush(flushToDisk: true);
            }
            File.Move(partial, path, overwrite: true);
            FlushFolder(Path.GetDirectoryName(path)!);
        }
        finally
        {
            File.Delete(partial);
        }
    }

    /// <summary>Returns when a file that another part wrote is on the disk, under its name.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public static void FlushFile(string path)
    {
        using (SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite))
        {
            RandomAccess.FlushToDisk(file);
        }
        FlushFolder(Path.GetDirectoryName(path)!);
    }

    /// <summary>Returns when the entries of a folder are on the disk: after a power cut, its new files still have their names.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public static void FlushFolder(string folder)
    {
        int descriptor = Open(folder, ReadDirectory);
        if (descriptor < 0)
        {
            throw new IOException(Marshal.GetLastPInvokeErrorMessage());
        }
        int result = Sync(descriptor);
        string message = result < 0 ? Marshal.GetLastPInvokeErrorMessage() : "";
        _ = Close(descriptor);
        if (result < 0)
        {
            throw new IOException(message);
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
