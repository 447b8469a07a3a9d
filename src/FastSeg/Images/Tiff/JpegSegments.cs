using System.Buffers.Binary;
using FastSeg.Files;
using FastSeg.Images.Pictures;
using FastSeg.Native;
using NetVips;

namespace FastSeg.Images.Tiff;

/// <summary>
/// Segments of a TIFF that are JPEG, decoded by libvips. Each becomes a file of its own: the page's tables in front of it, and a marker
/// that says whether colours are YCbCr. Metadata never reaches the library.
/// </summary>
internal static unsafe class JpegSegments
{
    /// <summary>Most scans of a segment: each goes over all of it, and a small file could keep a decoder busy for hours.</summary>
    private const int MostScans = 100;

    /// <summary>How far a JPEG may reach beyond its strip or tile: encoders fill up to whole blocks.</summary>
    private const int MostPadding = 64;

    /// <summary>Bytes of a segment from which on it is worth while to give memory back once it is decoded.</summary>
    private const long LargeSegment = 4L << 20;

    /// <summary>Bytes at the beginning of a segment in which its frame header is looked for when the file is opened.</summary>
    private const int HeaderBytes = 1 << 16;

    /// <summary>Whether the first segment that is stored is decoded as a whole; then all are expected to be.</summary>
    public static bool IsWhole(InputFile file, TiffPage page)
    {
        if (page.FirstStored is not { } first)
        {
            return false;
        }
        byte[] bytes = new byte[(int)Math.Min(page.Counts[first], HeaderBytes)];
        file.Read(page.Offsets[first], bytes);
        return Join(page, bytes, [], out JpegFrame frame) is null && frame.Whole;
    }

    /// <summary>Most bytes taken while a segment is decoded: its file, pixels, rows of blocks, and coefficients if all are kept.</summary>
    public static long HeldBytes(TiffPage page)
    {
        // A JPEG has 16 bits for each side; larger segments are refused when they are decoded.
        long width = Math.Min(page.SegmentWidth, ushort.MaxValue) + MostPadding;
        long height = Math.Min(page.SegmentHeight, ushort.MaxValue) + MostPadding;
        long file = 4 * (page.Counts.Max() + page.JpegTables.Length), pixels = width * height * page.SegmentSamples;
        return (2L << 20) + file + pixels + (width * page.SegmentSamples * 256) + (page.WholeJpeg ? Coefficients(page) : 0);
    }

    /// <summary>Those of <see cref="HeldBytes"/> that are freed with each segment: pixels and coefficients.</summary>
    public static long OnlyDecodingBytes(TiffPage page) =>
        HeldBytes(page) - (2L << 20) - (4 * (page.Counts.Max() + page.JpegTables.Length));

    /// <summary>Decodes a segment.</summary>
    /// <param name="page">Its page.</param>
    /// <param name="stored">The segment as stored.</param>
    /// <param name="to">Where <paramref name="rows"/> rows of the page's segment width go.</param>
    /// <param name="rows">Rows that are wanted.</param>
    /// <returns>Null, or what is wrong.</returns>
    public static string? Decode(TiffPage page, ReadOnlySpan<byte> stored, byte* to, long rows)
    {
        var joined = new List<byte>(stored.Length + page.JpegTables.Length + 64);
        string? refusal = Join(page, stored, joined, out JpegFrame frame);
        if (refusal is not null)
        {
            return refusal;
        }
        if (frame.Components != page.SegmentSamples || frame.Width < page.SegmentWidth || frame.Height < rows
            || frame.Width > page.SegmentWidth + MostPadding || frame.Height > page.SegmentHeight + MostPadding)
        {
            return $"its JPEG has {frame.Width} x {frame.Height} pixels of {frame.Components} samples instead of " +
                $"{page.SegmentWidth} x {rows} of {page.SegmentSamples}";
        }
        if (frame.Whole && (!page.WholeJpeg || frame.Coefficients > Coefficients(page)))
        {
            return "it is progressive, and the page's first one is not";
        }
        try
        {
            return Decode(page, joined, frame, to, rows);
        }
        catch (VipsException e)
        {
            return $"its JPEG data is corrupt ({InputFile.OneLine(e.Message)})";
        }
        finally
        {
            if (page.SegmentBytes >= LargeSegment)
            {
                FreedMemory.Return();
            }
        }
    }

    private static string? Decode(TiffPage page, List<byte> joined, JpegFrame frame, byte* to, long rows)
    {
        using Image image = Image.JpegloadBuffer([.. joined], access: Enums.Access.Sequential, failOn: Enums.FailOn.Error);
        if (image.Width != frame.Width || image.Height != frame.Height || image.Bands != frame.Components)
        {
            return $"its JPEG comes out as {image.Width} x {image.Height} x {image.Bands}";
        }
        using VipsMemory pixels = VipsMemory.Decode(image);
        long row = page.RowBytes, whole = (long)frame.Width * frame.Components;
        for (long y = 0; y < rows; y++)
        {
            Buffer.MemoryCopy(pixels.Pointer + (y * whole), to + (y * row), row, row);
        }
        return null;
    }

    /// <summary>Most bytes of a segment's coefficients, of 16 bits each.</summary>
    private static long Coefficients(TiffPage page) =>
        2 * (Math.Min(page.SegmentWidth, ushort.MaxValue) + MostPadding) * (Math.Min(page.SegmentHeight, ushort.MaxValue) + MostPadding)
        * page.SegmentSamples;

    /// <summary>Makes a JPEG file of the page's tables and a segment.</summary>
    /// <param name="page">The page.</param>
    /// <param name="stored">The segment, or its beginning.</param>
    /// <param name="joined">Where the file goes.</param>
    /// <param name="frame">What its frame header says.</param>
    /// <returns>Null, or what is wrong.</returns>
    private static string? Join(TiffPage page, ReadOnlySpan<byte> stored, List<byte> joined, out JpegFrame frame)
    {
        frame = default;
        joined.AddRange((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF, 0xEE, 0, 14]);
        joined.AddRange("Adobe"u8);
        joined.AddRange((ReadOnlySpan<byte>)[0, 100, 0, 0, 0, 0, (byte)(page.Photometric == 6 ? 1 : 0)]);
        return AddHeaders(page.JpegTables, joined, ref frame, out _) ?? AddHeaders(stored, joined, ref frame, out int pixels)
            ?? AddPixels(stored[pixels..], joined, ref frame);
    }

    /// <summary>Adds what stands in front of the pixels: tables and the frame, no metadata.</summary>
    private static string? AddHeaders(ReadOnlySpan<byte> from, List<byte> joined, ref JpegFrame frame, out int pixels)
    {
        int at = pixels = 0;
        while (at + 1 < from.Length)
        {
            int code = from[at + 1];
            if (from[at] != 0xFF)
            {
                return "its JPEG header is damaged";
            }
            if (code is 0xFF or 0x01 or (>= 0xD0 and <= 0xD9))
            {
                // A fill byte, or a marker without content: the beginning, and the end of tables.
                at += code == 0xFF ? 1 : 2;
                continue;
            }
            if (code == 0xDA)
            {
                pixels = at;
                return frame.Width == 0 || frame.Height == 0 ? "its JPEG does not say how large it is" : null;
            }
            int length = at + 3 < from.Length ? BinaryPrimitives.ReadUInt16BigEndian(from[(at + 2)..]) : 0;
            if (length < 2 || at + 2 + length > from.Length)
            {
                return "its JPEG header is truncated or damaged";
            }
            if (code is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC))
            {
                frame = JpegFrame.Read(code, from.Slice(at + 4, length - 2), out string? refusal);
                if (refusal is not null)
                {
                    return refusal;
                }
            }
            if (code is < 0xE0 or (> 0xEF and not 0xFE))
            {
                joined.AddRange(from.Slice(at, 2 + length));
            }
            at += 2 + length;
        }
        pixels = from.Length;
        return null;
    }

    /// <summary>Adds the scans and counts them.</summary>
    private static string? AddPixels(ReadOnlySpan<byte> pixels, List<byte> joined, ref JpegFrame frame)
    {
        if (pixels.Length < 5)
        {
            return "its JPEG has no pixels";
        }
        // A scan names its components; where the first has not all of them, others follow.
        frame = frame with { Whole = frame.Whole || pixels[4] < frame.Components };
        int scans = 0;
        for (int at = 0; frame.Whole && at + 1 < pixels.Length;)
        {
            int next = pixels[at..].IndexOf((byte)0xFF);
            if (next < 0 || at + next + 1 >= pixels.Length)
            {
                break;
            }
            scans += pixels[at + next + 1] == 0xDA ? 1 : 0;
            at += next + (pixels[at + next + 1] == 0xFF ? 1 : 2);
        }
        joined.AddRange(pixels);
        return scans > MostScans ? $"its JPEG has {scans} scans, more than {MostScans}" : null;
    }
}
