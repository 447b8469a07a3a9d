using Microsoft.Win32.SafeHandles;

namespace FastSeg.Files;

/// <summary>
/// A file open for reads at byte offsets, and the sentences for what can be wrong with it. Several threads may read at once.
/// </summary>
internal sealed class InputFile : IDisposable
{
    private readonly SafeFileHandle _handle;

    private InputFile(string path, string name, SafeFileHandle handle)
    {
        Path = path;
        Name = name;
        _handle = handle;
        Length = RandomAccess.GetLength(handle);
    }

    /// <summary>The path that was opened.</summary>
    public string Path { get; }

    /// <summary>What the caller wrote, with the page ("a.tif#2"); error sentences begin with it.</summary>
    public string Name { get; }

    /// <summary>Bytes in the file when it was opened.</summary>
    public long Length { get; }

    /// <summary>Opens a file for reading.</summary>
    /// <exception cref="FastSegException">It is missing, a folder, empty or may not be read.</exception>
    public static InputFile Open(string path, string name)
    {
        if (Directory.Exists(path))
        {
            throw new FastSegException($"{name} is a folder; an image file is needed here.");
        }
        FileKinds.RefuseStreams(path, name);
        SafeFileHandle handle;
        try
        {
            handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new FastSegException($"{name} does not exist; give the path of an image.", e) { IsOfInput = true };
        }
        catch (UnauthorizedAccessException e)
        {
            throw new FastSegException($"{name} may not be read by this user; change its permissions or give another image.", e)
            {
                IsOfInput = true,
            };
        }
        catch (Exception e) when (e is IOException or ArgumentException or NotSupportedException)
        {
            throw new FastSegException($"{name} cannot be opened ({OneLine(e.Message)}); give the path of an image.", e)
            {
                IsOfInput = e is PathTooLongException,
            };
        }
        try
        {
            var file = new InputFile(path, name, handle);
            return file.Length > 0 ? file : throw file.Bad("is empty (0 bytes)");
        }
        catch (Exception e)
        {
            handle.Dispose();
            throw e as FastSegException ?? new FastSegException($"{name} cannot be read ({OneLine(e.Message)}); give a regular file.", e);
        }
    }

    /// <summary>Reads exactly <paramref name="destination"/>'s length from <paramref name="offset"/>.</summary>
    /// <exception cref="FastSegException">The file ends before, or the disk fails.</exception>
    public void Read(long offset, Span<byte> destination)
    {
        int done = 0;
        while (done < destination.Length)
        {
            int got = 0;
            try
            {
                // A hostile file's offset may be negative; then nothing is read and the file counts as truncated.
                got = offset < 0 ? 0 : RandomAccess.Read(_handle, destination[done..], offset + done);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new FastSegException(
                    $"{Name} cannot be read at byte {offset + done} ({OneLine(e.Message)}); check the disk it lies on.", e);
            }
            if (got == 0)
            {
                throw Bad($"is truncated: it ends at byte {Length}, but {destination.Length} bytes at {offset} are needed");
            }
            done += got;
        }
    }

    /// <summary>Reads into unmanaged memory, which may be larger than a span can be: in parts of 64 MiB.</summary>
    public unsafe void Read(long offset, byte* destination, long count)
    {
        for (long done = 0; done < count;)
        {
            int part = (int)Math.Min(count - done, 1 << 26);
            Read(offset + done, new Span<byte>(destination + done, part));
            done += part;
        }
    }

    /// <summary>Whether <paramref name="count"/> bytes at <paramref name="offset"/> lie inside the file.</summary>
    public bool Holds(long offset, long count) => offset >= 0 && count >= 0 && offset <= Length && count <= Length - offset;

    /// <summary>The failure of a damaged file: "FILE is truncated; write the file again."</summary>
    public FastSegException Bad(string what, Exception? inner = null) => new($"{Name} {what}; write the file again.", inner);

    /// <summary>The failure of a file of another kind: "FILE has 1-bit samples; uint8, uint16 and float32 are read."</summary>
    public FastSegException Unsupported(string what, string instead) => new($"{Name} {what}; {instead}.");

    /// <summary>Another library's message without line breaks and final full stop, to be put into a sentence of ours.</summary>
    public static string OneLine(string text) =>
        string.Join(' ', text.Split((char[])['\r', '\n', '\t', ' '], StringSplitOptions.RemoveEmptyEntries)).TrimEnd('.', ' ');

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();
}
