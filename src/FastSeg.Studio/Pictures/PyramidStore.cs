using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace FastSeg.Studio.Pictures;

/// <summary>
/// The tiles of an image's levels above 0: in memory for a small image, in a file for a large one. A file has its name only once it is
/// whole.
/// </summary>
internal sealed class PyramidStore : IDisposable
{
    private const int HeaderBytes = 64;

    private static ReadOnlySpan<byte> Magic => "FSPYR001"u8;

    private readonly byte[]? _memory;
    private readonly SafeFileHandle? _file;
    private readonly string? _path;
    private readonly long[] _rows;
    private volatile bool _whole;

    private PyramidStore(PyramidLayout layout, byte[]? memory, SafeFileHandle? file, string? path, bool whole)
    {
        Layout = layout;
        (_memory, _file, _path, _whole) = (memory, file, path, whole);
        _rows = new long[layout.Last + 1];
    }

    /// <summary>Sizes and places.</summary>
    public PyramidLayout Layout { get; }

    /// <summary>Whether all tiles are there.</summary>
    public bool IsWhole => _whole;

    /// <summary>Bytes of memory that it takes.</summary>
    public long HeldBytes => _memory?.LongLength ?? 0;

    /// <summary>An empty store in memory.</summary>
    public static PyramidStore InMemory(PyramidLayout layout) => new(layout, new byte[layout.Bytes], null, null, whole: false);

    /// <summary>The store that an earlier run left in a file; null where there is none of this image.</summary>
    public static PyramidStore? Open(PyramidLayout layout, string path)
    {
        SafeFileHandle? file = null;
        try
        {
            if (!File.Exists(path))
            {
                return null;
            }
            file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            byte[] header = new byte[HeaderBytes];
            if (RandomAccess.GetLength(file) == HeaderBytes + layout.Bytes && RandomAccess.Read(file, header, 0) == HeaderBytes
                && header.AsSpan().SequenceEqual(Header(layout)))
            {
                File.SetLastWriteTimeUtc(path, DateTime.UtcNow);
                return new PyramidStore(layout, null, file, path, whole: true);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A cache that cannot be read is made anew.
        }
        file?.Dispose();
        return null;
    }

    /// <summary>An empty store in a file, which gets its name when it is finished.</summary>
    /// <exception cref="IOException">The disk is full or read-only.</exception>
    public static PyramidStore Create(PyramidLayout layout, string path)
    {
        SafeFileHandle file = File.OpenHandle(
            Unfinished(path), FileMode.Create, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete, FileOptions.None);
        RandomAccess.SetLength(file, HeaderBytes + layout.Bytes);
        RandomAccess.Write(file, Header(layout), 0);
        return new PyramidStore(layout, null, file, path, whole: false);
    }

    /// <summary>Whether a tile can be read.</summary>
    public bool Has(int level, long y) => level >= 1 && level <= Layout.Last && (_whole || y < Rows(level));

    /// <summary>Stores a tile.</summary>
    public void Write(int level, long x, long y, SampleBlock tile)
    {
        long offset = Layout.Offset(level, x, y);
        if (_memory is not null)
        {
            tile.Bytes.CopyTo(_memory.AsSpan((int)offset));
        }
        else
        {
            RandomAccess.Write(_file!, tile.Bytes, HeaderBytes + offset);
        }
    }

    /// <summary>How many rows of tiles of a level are there.</summary>
    public long Rows(int level) => Interlocked.Read(ref _rows[level]);

    /// <summary>Says that the next row of tiles of a level is there.</summary>
    public void RowDone(int level) => Interlocked.Increment(ref _rows[level]);

    /// <summary>Reads a tile that is there.</summary>
    public SampleBlock Read(int level, long x, long y)
    {
        Region area = Layout.Area(level, x, y);
        var tile = new SampleBlock(Layout.Image, (int)area.Width, (int)area.Height);
        long offset = Layout.Offset(level, x, y);
        if (_memory is not null)
        {
            _memory.AsSpan((int)offset, tile.Samples.Length).CopyTo(tile.Samples);
        }
        else if (RandomAccess.Read(_file!, tile.Samples, HeaderBytes + offset) != tile.Samples.Length)
        {
            throw new FastSegException($"{_path} is shorter than it was; delete it, it is made anew.");
        }
        return tile;
    }

    /// <summary>All tiles are there: a file gets its name.</summary>
    public void Finish()
    {
        if (_path is not null && !_whole)
        {
            RandomAccess.FlushToDisk(_file!);
            File.Move(Unfinished(_path), _path, overwrite: true);
        }
        _whole = true;
    }

    public void Dispose()
    {
        _file?.Dispose();
        if (_path is not null && !_whole)
        {
            File.Delete(Unfinished(_path));
        }
    }

    private static string Unfinished(string path) => $"{path}{CacheFolder.Unfinished}";

    /// <summary>What the tiles depend on, so that those of another layout are not taken for these.</summary>
    private static byte[] Header(PyramidLayout layout)
    {
        byte[] header = new byte[HeaderBytes];
        Magic.CopyTo(header);
        long[] numbers = [layout.Image.Width, layout.Image.Height, layout.Image.Channels, (long)layout.Image.Type, PyramidLayout.Side];
        for (int i = 0; i < numbers.Length; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(8 + (8 * i)), numbers[i]);
        }
        return header;
    }
}
