using FastSeg.Files;

namespace FastSeg.Images.Tiff;

/// <summary>
/// Finds where a page's strips or tiles lie. Before anything is allocated, it refuses a page whose segments cannot hold the pixels it
/// claims: no codec can make more than so many bytes of one.
/// </summary>
internal static class TiffSegments
{
    /// <summary>Bytes that one compressed byte can become at most, rounded up.</summary>
    public static int MostExpansion(TiffCodec codec) => codec switch
    {
        TiffCodec.None => 1,
        // A copy of 258 bytes takes two codes of one bit each.
        TiffCodec.Deflate => 1032,
        // The table's 3,837 codes of up to 12 bits can stand for 1, 2, 3 .. 3,837 bytes: 7.4 MB from 5.4 kB.
        TiffCodec.Lzw => 1400,
        // Two bytes stand for a run of up to 128.
        TiffCodec.PackBits => 64,
        // A code of one bit repeats a row, however wide; see also LargestFax.
        TiffCodec.Fax => 4096,
        // A block of 128 KiB that repeats one byte takes 4 bytes.
        TiffCodec.Zstandard => 1 << 15,
        // A repeated match of 273 bytes takes about ten bits, each of which may cost a fiftieth of a bit.
        TiffCodec.Lzma => 1 << 14,
        // A JPEG block of 64 samples takes at least one bit, in a progressive scan, and three components may share it.
        _ => 1536,
    };

    /// <summary>Bytes that a segment of fax may always have; beyond that, it is held to <see cref="MostExpansion"/>.</summary>
    private const long LargestFax = 16L << 20;

    /// <summary>Bytes that a segment may have in a file that stores none.</summary>
    private const long LargestLeftOut = 16L << 20;

    /// <summary>Whether so many bytes can come out of so many compressed ones.</summary>
    private static bool CanHold(TiffCodec codec, long compressed, Int128 bytes) =>
        bytes <= (Int128)compressed * MostExpansion(codec) || (codec == TiffCodec.Fax && bytes <= LargestFax);

    /// <summary>
    /// Rows of a strip as the directory says, or as it means: a missing number, 0, and one above the image's height all say that there is
    /// one strip. Where there are more of them, and they are not compressed, their size tells their rows.
    /// </summary>
    /// <param name="tags">The directory.</param>
    /// <param name="height">Rows of the image.</param>
    /// <param name="planes">Planes with strips of their own.</param>
    /// <param name="codec">Compression.</param>
    /// <param name="rowBytes">Bytes of an uncompressed row.</param>
    public static long RowsPerStrip(TiffTags tags, long height, int planes, TiffCodec codec, long rowBytes)
    {
        long rows = tags.Integer(TiffTags.RowsPerStrip, height), strips = tags.Count(TiffTags.StripOffsets) / planes;
        if (rows > 0 && rows < height)
        {
            return rows;
        }
        long first = codec == TiffCodec.None && strips > 1 ? tags.Integer(TiffTags.StripByteCounts, 0) : 0;
        (long fits, long rest) = Math.DivRem(first, rowBytes);
        return rest == 0 && fits > 0 && ((height - 1) / fits) + 1 == strips ? fits : height;
    }

    /// <summary>Fills in offsets and byte counts of a page's segments.</summary>
    /// <exception cref="FastSegException">
    /// A segment lies outside the file, cannot hold its pixels, or is too large for BitMiracle.
    /// </exception>
    public static void Locate(InputFile file, TiffTags tags, TiffPage page)
    {
        // Some writers list tiles under the tags of strips.
        bool tiles = page.Tiled && tags.Has(TiffTags.TileOffsets);
        ushort offsetTag = tiles ? TiffTags.TileOffsets : TiffTags.StripOffsets;
        ushort countTag = page.Tiled && tags.Has(TiffTags.TileByteCounts) ? TiffTags.TileByteCounts : TiffTags.StripByteCounts;
        string what = page.Tiled ? "tile" : "strip";
        var segments = (Int128)page.Across * page.Down * (page.Separate ? page.Samples : 1);
        if (tags.Count(offsetTag) < segments)
        {
            throw file.Bad(
                $"is damaged or lies about its size: {page.Width} x {page.Height} pixels take {segments} {what}s, " +
                $"but it lists {tags.Count(offsetTag)}");
        }
        // BitMiracle counts rows and bytes in 32 bits, and decodes into one managed array; others fill one span.
        if ((page.NeedsBitMiracle && ((Int128)page.SegmentHeight * segments > int.MaxValue || page.RowBytes > int.MaxValue))
            || (page.Codec is not (TiffCodec.None or TiffCodec.Deflate or TiffCodec.Lzma) && page.SegmentBytes > Array.MaxLength))
        {
            throw file.Unsupported(
                $"keeps {page.Height} rows in {page.Codec} {what}s of {page.SegmentBytes} bytes",
                "LZW, PackBits, CCITT fax, Zstandard and JPEG are read up to 2 GiB a strip or tile; save it with deflate");
        }
        page.Offsets = tags.Integers(offsetTag, (long)segments);
        if (!IsPossible(page, file.Length))
        {
            throw file.Bad(
                $"lies about its size: one {what} of {page.SegmentWidth} x {page.SegmentHeight} pixels " +
                $"cannot come out of a file of {file.Length} bytes");
        }
        // Missing sizes count as 0: they follow from the pixels or from where the next segment begins.
        long[] counts = tags.Integers(countTag, (long)segments);
        Array.Resize(ref counts, (int)segments);
        page.Counts = counts;
        var ends = new Lazy<long[]>(() => SortedOffsets(page));
        for (long i = 0; i < segments; i++)
        {
            if (page.Offsets[i] == 0 && counts[i] == 0)
            {
                page.LeftOut++;
                continue;
            }
            Complete(file, page, ends, i);
            Check(file, page, what, i);
        }
    }

    /// <summary>Where segments begin, in ascending order.</summary>
    private static long[] SortedOffsets(TiffPage page)
    {
        long[] sorted = [.. page.Offsets];
        Array.Sort(sorted);
        return sorted;
    }

    /// <summary>
    /// Puts a size right that is missing, 0, or too small for uncompressed pixels, as some writers count samples instead of bytes: an
    /// uncompressed segment is as long as its pixels, if they fit in front of the next segment, and a compressed one ends where the next
    /// begins, or with the file, if its data do not say so before.
    /// </summary>
    private static void Complete(InputFile file, TiffPage page, Lazy<long[]> ends, long i)
    {
        long offset = page.Offsets[i], needed = page.RowBytes * page.StoredRows(i);
        bool stored = page.Codec == TiffCodec.None;
        if (offset <= 0 || offset >= file.Length || (stored ? page.Counts[i] >= needed : page.Counts[i] > 0))
        {
            return;
        }
        int next = Array.BinarySearch(ends.Value, offset + 1);
        next = next < 0 ? ~next : next;
        long room = Math.Min(next < ends.Value.Length ? ends.Value[next] : file.Length, file.Length) - offset;
        if (!stored)
        {
            // No codec makes more than twice the bytes of what it packs, so that a decoder's buffer need not hold the rest of the file.
            page.Counts[i] = (long)Int128.Min(room, (2 * (Int128)needed) + (1 << 16));
        }
        else if (needed <= room)
        {
            page.Counts[i] = needed;
        }
    }

    /// <summary>Whether the whole file could hold a segment; where none is stored, it may have so many bytes as small ones have.</summary>
    private static bool IsPossible(TiffPage page, long file)
    {
        Int128 bytes = (Int128)page.RowBytes * page.Rows(page.SegmentHeight);
        return CanHold(page.Codec, file, bytes) || (page.FirstStored is null && bytes <= LargestLeftOut);
    }

    /// <summary>Refuses a segment that lies outside the file or has fewer bytes than its pixels need.</summary>
    private static void Check(InputFile file, TiffPage page, string what, long i)
    {
        long offset = page.Offsets[i], count = page.Counts[i];
        long needed = page.RowBytes * page.StoredRows(i);
        if (page.Codec == TiffCodec.None && count > needed)
        {
            page.Counts[i] = count = needed;
        }
        if (offset <= 0 || count <= 0 || !file.Holds(offset, count))
        {
            throw file.Bad($"is truncated: {what} {i} is said to be {count} bytes at byte {offset}, the file has {file.Length}");
        }
        if (!CanHold(page.Codec, count, needed))
        {
            throw file.Bad(
                $"is damaged or lies about its size: {what} {i} has {count} bytes, from which {needed} bytes of pixels cannot come");
        }
    }
}
