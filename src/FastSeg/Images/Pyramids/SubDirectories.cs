using System.Buffers.Binary;
using FastSeg.Files;

namespace FastSeg.Images.Pyramids;

/// <summary>
/// Takes the smaller sizes of a TIFF's pages out of the chain of pages and lists them in each page's directory (tag SubIFDs). BitMiracle
/// would list them itself, but writes their offsets over the file's header. So it writes one chain of all directories, and each page's is
/// written once more behind them, with the list in it. Numbers are little-endian, as BitMiracle writes them here.
/// </summary>
/// <param name="file">The file, to which nothing is added later.</param>
/// <param name="length">Its bytes.</param>
/// <param name="pages">Pages.</param>
/// <param name="levels">Sizes of each page, two or more, the largest first.</param>
internal sealed class SubDirectories(OutputFile file, long length, int pages, int levels)
{
    private const ushort SubIfds = 330;

    // Types of an offset in a classic TIFF and in a BigTIFF.
    private const ushort Ifd = 13, Ifd8 = 18;

    private readonly bool _big = Read(file, 2, sizeof(ushort)) == 43;
    private long _length = length;

    private int CountBytes => _big ? 8 : 2;

    private int EntryBytes => _big ? 20 : 12;

    private int OffsetBytes => _big ? 8 : 4;

    /// <summary>Does it.</summary>
    public void Link()
    {
        long link = _big ? 8 : 4, next = Offset(link);
        for (int page = 0; page < pages; page++)
        {
            long[] directories = new long[levels];
            for (int level = 0; level < levels; level++)
            {
                directories[level] = next;
                next = Offset(Next(next));
            }
            for (int level = 1; level < levels; level++)
            {
                Write(Next(directories[level]), Number(0));
            }
            long moved = Move(directories[0], directories.AsSpan(1));
            Write(link, Number(moved));
            link = Next(moved);
        }
        Write(link, Number(0));
    }

    /// <summary>Writes a directory once more, with the list of its sizes. Returns where it is.</summary>
    private long Move(long directory, ReadOnlySpan<long> sizes)
    {
        int count = Count(directory);
        byte[] entries = new byte[(count + 1) * EntryBytes];
        file.Read(directory + CountBytes, entries.AsSpan(0, count * EntryBytes));
        int at = 0;
        while (at < count && BinaryPrimitives.ReadUInt16LittleEndian(entries.AsSpan(at * EntryBytes)) < SubIfds)
        {
            at++;
        }
        entries.AsSpan(at * EntryBytes, (count - at) * EntryBytes).CopyTo(entries.AsSpan((at + 1) * EntryBytes));
        byte[] list = [.. sizes.ToArray().SelectMany(Number)];
        long listAt = sizes.Length == 1 ? 0 : Append(list);
        Span<byte> entry = entries.AsSpan(at * EntryBytes, EntryBytes);
        BinaryPrimitives.WriteUInt16LittleEndian(entry, SubIfds);
        BinaryPrimitives.WriteUInt16LittleEndian(entry[2..], _big ? Ifd8 : Ifd);
        Number(sizes.Length).CopyTo(entry[4..]);
        (sizes.Length == 1 ? list : Number(listAt)).CopyTo(entry[(4 + OffsetBytes)..]);
        return Append([.. BitConverter.GetBytes((long)count + 1)[..CountBytes], .. entries, .. Number(0)]);
    }

    private int Count(long directory) => (int)Read(file, directory, CountBytes);

    /// <summary>Where a directory says which one is next.</summary>
    private long Next(long directory) => directory + CountBytes + ((long)Count(directory) * EntryBytes);

    private long Offset(long at) => Read(file, at, OffsetBytes);

    private byte[] Number(long value) => BitConverter.GetBytes(value)[..OffsetBytes];

    /// <summary>Adds bytes at the end, at an even place as TIFF wants it.</summary>
    private long Append(byte[] bytes)
    {
        long at = (_length + 1) & ~1;
        Write(at, bytes);
        _length = at + bytes.Length;
        return at;
    }

    private void Write(long at, byte[] bytes) => file.Write(at, bytes);

    /// <summary>Reads a number.</summary>
    private static long Read(OutputFile file, long at, int bytes)
    {
        Span<byte> number = stackalloc byte[sizeof(long)];
        number.Clear();
        file.Read(at, number[..bytes]);
        return BinaryPrimitives.ReadInt64LittleEndian(number);
    }
}
