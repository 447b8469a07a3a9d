using System.Buffers.Binary;

namespace FastSeg.Files;

/// <summary>
/// Looks at the end of a ZIP file before the runtime does, which makes objects of all entries that its directory lists: a small number of
/// them is expected here.
/// </summary>
internal static class ZipDirectory
{
    // The record at the end: its signature, its size without the comment, and the longest comment.
    private const uint EndSignature = 0x06054b50;
    private const int EndBytes = 22, LongestComment = ushort.MaxValue;

    /// <summary>Bytes of an entry in the directory, its name included, that are usual at most.</summary>
    private const long EntryBytes = 1024;

    /// <summary>Refuses a directory that is larger than that of <paramref name="mostEntries"/> entries.</summary>
    /// <param name="zip">The file; its position does not matter and is changed.</param>
    /// <param name="mostEntries">Most entries.</param>
    /// <exception cref="InvalidDataException">It is larger, or is no ZIP.</exception>
    public static void Check(Stream zip, int mostEntries)
    {
        byte[] end = new byte[Math.Min(zip.Length, EndBytes + LongestComment)];
        zip.Position = zip.Length - end.Length;
        zip.ReadExactly(end);
        zip.Position = 0;
        for (int at = end.Length - EndBytes; at >= 0; at--)
        {
            ReadOnlySpan<byte> record = end.AsSpan(at);
            if (BinaryPrimitives.ReadUInt32LittleEndian(record) != EndSignature)
            {
                continue;
            }
            // Where a number does not fit, it is all ones and stands in another record: such a file is larger than any that is read here.
            int entries = BinaryPrimitives.ReadUInt16LittleEndian(record[10..]);
            uint bytes = BinaryPrimitives.ReadUInt32LittleEndian(record[12..]);
            uint start = BinaryPrimitives.ReadUInt32LittleEndian(record[16..]);
            // The runtime reads entries from the directory's start on, whatever its size is said to be.
            long until = zip.Length - end.Length + at - start;
            if (start == uint.MaxValue || entries > mostEntries || Math.Max(bytes, until) > mostEntries * EntryBytes)
            {
                throw new InvalidDataException($"its directory has more than {mostEntries} entries");
            }
            return;
        }
        throw new InvalidDataException("it is no ZIP file");
    }
}
