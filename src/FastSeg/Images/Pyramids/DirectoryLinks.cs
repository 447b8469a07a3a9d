using System.Buffers.Binary;
using FastSeg.Files;

namespace FastSeg.Images.Pyramids;

/// <summary>
/// Directories of a TIFF that is being written, each of which says where the next one is. Numbers are little-endian, as BitMiracle writes
/// them here.
/// </summary>
/// <param name="file">The file.</param>
/// <param name="big">Whether it is a BigTIFF.</param>
internal sealed class DirectoryLinks(OutputFile file, bool big)
{
    /// <summary>Where the header says which directory is the first.</summary>
    public long Header => big ? 8 : 4;

    /// <summary>Bytes of the count of entries that a directory begins with.</summary>
    public int CountBytes => big ? 8 : 2;

    /// <summary>Bytes of an entry.</summary>
    public int EntryBytes => big ? 20 : 12;

    /// <summary>Bytes of an offset.</summary>
    public int OffsetBytes => big ? 8 : 4;

    /// <summary>Entries of a directory.</summary>
    public int Count(long directory) => (int)Read(directory, CountBytes);

    /// <summary>Where a directory says which one is next.</summary>
    public long Next(long directory) => directory + CountBytes + ((long)Count(directory) * EntryBytes);

    /// <summary>The offset that is written at a place.</summary>
    public long Offset(long at) => Read(at, OffsetBytes);

    /// <summary>An offset as bytes.</summary>
    public byte[] Number(long value) => BitConverter.GetBytes(value)[..OffsetBytes];

    /// <summary>Reads a number.</summary>
    private long Read(long at, int bytes)
    {
        Span<byte> number = stackalloc byte[sizeof(long)];
        number.Clear();
        file.Read(at, number[..bytes]);
        return BinaryPrimitives.ReadInt64LittleEndian(number);
    }
}
