using System.Buffers.Binary;
using FastSeg.Files;

namespace FastSeg.Images.Tiff;

/// <summary>
/// The first bytes of a TIFF or BigTIFF, and its chain of directories. We read them ourselves, before anything is allocated, because
/// BitMiracle sizes its arrays by what a directory claims, whatever the file holds.
/// </summary>
/// <param name="Big">Whether it is a BigTIFF, with 64-bit offsets.</param>
/// <param name="BigEndian">Whether numbers have the high byte first ("MM").</param>
/// <param name="First">Offset of the first directory.</param>
internal readonly record struct TiffHeader(bool Big, bool BigEndian, long First)
{
    /// <summary>Most pages of a file, more than any microscope writes; a longer chain is taken for damage.</summary>
    private const int MostPages = 1 << 20;

    /// <summary>Bytes of one directory entry.</summary>
    public int EntryBytes => Big ? 20 : 12;

    /// <summary>Bytes of the entry count that a directory begins with.</summary>
    public int CountBytes => Big ? 8 : 2;

    /// <summary>Whether a file begins like a TIFF.</summary>
    public static bool Matches(ReadOnlySpan<byte> magic) =>
        magic.StartsWith("II*\0"u8) || magic.StartsWith("MM\0*"u8) || magic.StartsWith("II+\0"u8) || magic.StartsWith("MM\0+"u8);

    /// <summary>Reads the header of a file that <see cref="Matches"/>.</summary>
    public static TiffHeader Read(InputFile file)
    {
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        file.Read(0, bytes[..(int)Math.Min(file.Length, 16)]);
        bool big = bytes[2] == '+' || bytes[3] == '+', bigEndian = bytes[0] == 'M';
        var header = new TiffHeader(big, bigEndian, 0);
        return file.Length < (big ? 16 : 8)
            ? throw file.Bad("is truncated: it ends within the TIFF header")
            : header with { First = big ? header.Long8(bytes[8..]) : header.Long(bytes[4..]) };
    }

    /// <summary>A 16-bit value in the file's byte order.</summary>
    public ushort Short(ReadOnlySpan<byte> bytes) =>
        BigEndian ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : BinaryPrimitives.ReadUInt16LittleEndian(bytes);

    /// <summary>A 32-bit value.</summary>
    public uint Long(ReadOnlySpan<byte> bytes) =>
        BigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);

    /// <summary>A 64-bit value. Past 2^63 it comes out negative, which every check against the file's size refuses.</summary>
    public long Long8(ReadOnlySpan<byte> bytes) =>
        BigEndian ? BinaryPrimitives.ReadInt64BigEndian(bytes) : BinaryPrimitives.ReadInt64LittleEndian(bytes);

    /// <summary>
    /// The offset of each page's directory, and why the chain of pages ends before its end, where it does: it leaves the file or runs in a
    /// circle. The pages before that are good.
    /// </summary>
    /// <exception cref="FastSegException">There is no page at all.</exception>
    public (IReadOnlyList<long> Offsets, string? Break) Pages(InputFile file)
    {
        var seen = new HashSet<long>();
        var offsets = new List<long>();
        for (long offset = First; offset != 0;)
        {
            if (seen.Contains(offset) || seen.Count == MostPages)
            {
                return (offsets, "the chain of pages runs in a circle");
            }
            string? damage = CountEntries(file, offset, out long entries);
            if (damage is not null)
            {
                return seen.Count == 0 ? throw file.Bad($"is truncated or damaged: {damage}") : (offsets, damage);
            }
            seen.Add(offset);
            offsets.Add(offset);
            offset = Next(file, offset, entries);
        }
        return seen.Count == 0 ? throw file.Bad("is a TIFF without any page") : (offsets, null);
    }

    /// <summary>The number of entries of the directory at <paramref name="offset"/>, all of which lie inside the file.</summary>
    public long EntryCount(InputFile file, long offset) =>
        CountEntries(file, offset, out long entries) is { } damage ? throw file.Bad($"is truncated or damaged: {damage}") : entries;

    /// <summary>Counts the entries of a directory.</summary>
    /// <returns>Null, or what is wrong with it.</returns>
    private string? CountEntries(InputFile file, long offset, out long entries)
    {
        Span<byte> bytes = stackalloc byte[8];
        entries = 0;
        if (!file.Holds(offset, CountBytes))
        {
            return $"a page's directory is said to begin at byte {offset}, the file has {file.Length}";
        }
        file.Read(offset, bytes[..CountBytes]);
        entries = Big ? Long8(bytes) : Short(bytes);
        return entries is >= 1 and <= ushort.MaxValue && file.Holds(offset + CountBytes, entries * EntryBytes)
            ? null
            : $"the directory at byte {offset} claims {entries} entries, the file has {file.Length} bytes";
    }

    /// <summary>Offset of the directory behind the one at <paramref name="offset"/>; 0 where it is the last.</summary>
    private long Next(InputFile file, long offset, long entries)
    {
        Span<byte> bytes = stackalloc byte[8];
        int size = Big ? 8 : 4;
        long at = offset + CountBytes + (entries * EntryBytes);
        if (!file.Holds(at, size))
        {
            // Some writers leave out the closing zero at the end of the file; nothing can follow.
            return 0;
        }
        file.Read(at, bytes[..size]);
        return Big ? Long8(bytes) : Long(bytes);
    }
}
