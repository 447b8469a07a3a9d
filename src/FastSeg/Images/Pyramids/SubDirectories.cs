using System.Buffers.Binary;
using FastSeg.Files;

namespace FastSeg.Images.Pyramids;

/// <summary>
/// Takes the smaller sizes of a TIFF's pages out of the chain of pages and lists them in each page's directory (tag SubIFDs). BitMiracle
/// would list them itself, but writes their offsets over the file's header. So it writes one chain of all directories, and each page's is
/// written once more behind them, with the list in it.
/// </summary>
/// <param name="file">The file, to which nothing is added later.</param>
/// <param name="big">Whether it is a BigTIFF.</param>
/// <param name="length">Its bytes.</param>
/// <param name="pages">Pages.</param>
/// <param name="levels">Sizes of each page, two or more, the largest first.</param>
internal sealed class SubDirectories(OutputFile file, bool big, long length, int pages, int levels)
{
    private const ushort SubIfds = 330;

    // Types of an offset in a classic TIFF and in a BigTIFF.
    private const ushort Ifd = 13, Ifd8 = 18;

    private readonly DirectoryLinks _links = new(file, big);
    private long _length = length;

    /// <summary>Does it.</summary>
    public void Link()
    {
        long link = _links.Header, next = _links.Offset(link);
        for (int page = 0; page < pages; page++)
        {
            long[] directories = new long[levels];
            for (int level = 0; level < levels; level++)
            {
                directories[level] = next;
                next = _links.Offset(_links.Next(next));
            }
            for (int level = 1; level < levels; level++)
            {
                Write(_links.Next(directories[level]), _links.Number(0));
            }
            long moved = Move(directories[0], directories.AsSpan(1));
            Write(link, _links.Number(moved));
            link = _links.Next(moved);
        }
        Write(link, _links.Number(0));
    }

    /// <summary>Writes a directory once more, with the list of its sizes. Returns where it is.</summary>
    private long Move(long directory, ReadOnlySpan<long> sizes)
    {
        int count = _links.Count(directory);
        byte[] entries = new byte[(count + 1) * _links.EntryBytes];
        file.Read(directory + _links.CountBytes, entries.AsSpan(0, count * _links.EntryBytes));
        int at = 0;
        while (at < count && BinaryPrimitives.ReadUInt16LittleEndian(entries.AsSpan(at * _links.EntryBytes)) < SubIfds)
        {
            at++;
        }
        entries.AsSpan(at * _links.EntryBytes, (count - at) * _links.EntryBytes).CopyTo(entries.AsSpan((at + 1) * _links.EntryBytes));
        byte[] list = [.. sizes.ToArray().SelectMany(_links.Number)];
        long listAt = sizes.Length == 1 ? 0 : Append(list);
        Span<byte> entry = entries.AsSpan(at * _links.EntryBytes, _links.EntryBytes);
        BinaryPrimitives.WriteUInt16LittleEndian(entry, SubIfds);
        BinaryPrimitives.WriteUInt16LittleEndian(entry[2..], big ? Ifd8 : Ifd);
        _links.Number(sizes.Length).CopyTo(entry[4..]);
        (sizes.Length == 1 ? list : _links.Number(listAt)).CopyTo(entry[(4 + _links.OffsetBytes)..]);
        return Append([.. BitConverter.GetBytes((long)count + 1)[.._links.CountBytes], .. entries, .. _links.Number(0)]);
    }

    /// <summary>Adds bytes at the end, at an even place as TIFF wants it.</summary>
    private long Append(byte[] bytes)
    {
        long at = (_length + 1) & ~1;
        Write(at, bytes);
        _length = at + bytes.Length;
        return at;
    }

    private void Write(long at, byte[] bytes) => file.Write(at, bytes);
}
