using System.Runtime.InteropServices;

namespace FastSeg.Native;

/// <summary>What a path leads to, links followed. .NET tells only files and folders apart.</summary>
internal enum FileKind
{
    Missing,
    Regular,
    Folder,
    Pipe,
    Socket,
    Device,
}

/// <summary>Asks for it without opening: opening a pipe waits for whoever writes into it.</summary>
internal static unsafe partial class FileKinds
{
    private const int CurrentFolder = -100, WantType = 1;

    // Of struct statx.
    private const int StatBytes = 256, ModeOffset = 28, TypeBits = 0xF000;

    /// <summary>The kind; missing too where the folders above may not be searched.</summary>
    public static FileKind Of(string path)
    {
        byte* result = stackalloc byte[StatBytes];
        if (path.Length == 0 || path.Contains('\0') || Statx(CurrentFolder, path, 0, WantType, result) != 0)
        {
            return FileKind.Missing;
        }
        return (*(ushort*)(result + ModeOffset) & TypeBits) switch
        {
            0x8000 => FileKind.Regular,
            0x4000 => FileKind.Folder,
            0x1000 => FileKind.Pipe,
            0xC000 => FileKind.Socket,
            _ => FileKind.Device,
        };
    }

    /// <summary>Refuses what cannot be read at any position, before it is opened. Missing files are left to whoever opens them.</summary>
    /// <exception cref="FastSegException">It is a pipe, a socket or a device.</exception>
    public static void RefuseStreams(string path, string name)
    {
        FileKind kind = Of(path);
        if (kind is FileKind.Pipe or FileKind.Socket or FileKind.Device)
        {
            throw new FastSegException($"{name} is a {kind.ToString().ToLowerInvariant()}; files are read at any position, so give a regular file.");
        }
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int folder, string path, int flags, uint mask, byte* result);
}
