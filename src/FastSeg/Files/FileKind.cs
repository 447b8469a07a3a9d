using System.Runtime.InteropServices;

namespace FastSeg.Files;

/// <summary>What a path leads to when links are followed. .NET itself tells only files and folders apart.</summary>
internal enum FileKind
{
    /// <summary>Nothing, or nothing that this user may see.</summary>
    Missing,

    /// <summary>A file that can be read at any position.</summary>
    Regular,

    /// <summary>A folder.</summary>
    Folder,

    /// <summary>A named pipe.</summary>
    Pipe,

    /// <summary>A socket.</summary>
    Socket,

    /// <summary>A device, of characters or of blocks.</summary>
    Device,
}

/// <summary>Asks what a path leads to without opening it: opening a pipe would wait for whoever writes into it.</summary>
internal static unsafe partial class FileKinds
{
    // AT_FDCWD and STATX_TYPE of Linux's statx.
    private const int CurrentFolder = -100, WantType = 1;

    // Size of struct statx, offset of its stx_mode, and the bits of that field which tell the type (S_IFMT).
    private const int StatBytes = 256, ModeOffset = 28, TypeBits = 0xF000;

    /// <summary>The kind of a path; <see cref="FileKind.Missing"/> also where the folders above may not be searched.</summary>
    public static FileKind Of(string path)
    {
        byte* result = stackalloc byte[StatBytes];
        if (path.Length == 0 || path.Contains('\0') || Statx(CurrentFolder, path, 0, WantType, result) != 0)
        {
            return FileKind.Missing;
        }
        // S_IFREG, S_IFDIR, S_IFIFO, S_IFSOCK; what is left are character and block devices.
        return (*(ushort*)(result + ModeOffset) & TypeBits) switch
        {
            0x8000 => FileKind.Regular,
            0x4000 => FileKind.Folder,
            0x1000 => FileKind.Pipe,
            0xC000 => FileKind.Socket,
            _ => FileKind.Device,
        };
    }

    /// <summary>
    /// Refuses, before it is opened, what cannot be read at any position. Missing files are left to whoever opens them.
    /// </summary>
    /// <exception cref="FastSegException">It is a pipe, a socket or a device.</exception>
    public static void RefuseStreams(string path, string name)
    {
        FileKind kind = Of(path);
        if (kind is FileKind.Pipe or FileKind.Socket or FileKind.Device)
        {
            throw new FastSegException(
                $"{name} is a {kind.ToString().ToLowerInvariant()}; files are read at any position, so give a regular file.");
        }
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int folder, string path, int flags, uint mask, byte* result);
}
