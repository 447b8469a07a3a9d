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
        // A JPEG block of 64 samples takes at least one bit, in a progressive scan, and three components may share it.
        _ => 1536,
    };

    /// <summary>Fills in offsets and byte counts of a page's segments.</summary>
    /// <exception cref="FastSegException">
    /// A segment lies outside the file, cannot hold its pixels, or is too large for BitMiracle.
    /// </exception>
    public static void Locate(InputFile file, TiffTags tags, TiffPage page)
    {
        ushort offsetTag = page.Tiled ? TiffTags.TileOffsets : TiffTags.StripOffsets;
        ushort countTag = page.Tiled ? TiffTags.TileByteCounts : TiffTags.StripByteCounts;
        string what = page.Tiled ? "tile" : "strip";
        var segments = (Int128)page.Across * page.Down * (page.Separate ? page.Samples : 1);
        if (tags.Count(offsetTag) < segments)
        {
            throw file.Bad(
                $"is damaged or lies about its size: {page.Width} x {page.Height} pixels take {segments} {what}s, " +
                $"but it lists {tags.Count(offsetTag)}");
        }
        CheckSegmentSize(file, page, what);
        // BitMiracle counts rows and bytes in 32 bits, and decodes into one managed array.
        if (page.NeedsBitMiracle
            && ((Int128)page.SegmentHeight * segments > int.MaxValue
                || page.SegmentBytes > Array.MaxLength
                || page.RowBytes > int.MaxValue))
        {
            throw file.Unsupported(
                $"keeps {page.Height} rows in {page.Codec} {what}s of {page.SegmentBytes} bytes",
                "LZW, PackBits and JPEG are read up to 2 GiB a strip or tile; save it with deflate");
        }
        page.Offsets = tags.Integers(offsetTag, (long)segments);
        page.Counts = tags.Integers(countTag, (long)segments);
        if (page.Counts.Length == 0 && page.Codec == TiffCodec.None)
        {
            // Some old files leave the counts out; without compression they follow from the size.
            page.Counts = new long[page.Offsets.Length];
            for (long i = 0; i < segments; i++)
            {
                page.Counts[i] = page.RowBytes * page.StoredRows(i);
            }
        }
        if (page.Counts.Length < segments)
        {
            throw file.Bad($"is damaged: it lists {segments} {what}s, but the sizes of only {page.Counts.Length}");
        }
        for (long i = 0; i < segments; i++)
        {
            Check(file, page, what, i);
        }
    }

    /// <summary>Refuses segments so large that not even the whole file could hold one.</summary>
    private static void CheckSegmentSize(InputFile file, TiffPage page, string what)
    {
        var bytes = (Int128)page.SegmentWidth * page.SegmentSamples * page.Type.Bytes() * page.SegmentHeight;
        if (bytes > (Int128)file.Length * MostExpansion(page.Codec))
        {
            throw file.Bad(
                $"lies about its size: one {what} of {page.SegmentWidth} x {page.SegmentHeight} pixels " +
                $"cannot come out of a file of {file.Length} bytes");
        }
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
        if ((Int128)count * MostExpansion(page.Codec) < needed)
        {
            throw file.Bad(
                $"is damaged or lies about its size: {what} {i} has {count} bytes, from which {needed} bytes of pixels cannot come");
        }
    }
}
