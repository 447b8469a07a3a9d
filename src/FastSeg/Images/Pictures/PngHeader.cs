using System.Buffers.Binary;
using FastSeg.Files;

namespace FastSeg.Images.Pictures;

/// <summary>
/// Walks through a PNG's chunks, checks them against the file's size, and leaves out those that say nothing about pixel values.
/// </summary>
internal static class PngHeader
{
    /// <summary>Bytes that one byte of deflate can become at most.</summary>
    private const int MostExpansion = 1032;

    /// <summary>The longest side that libvips takes.</summary>
    private const long LongestSide = 10_000_000;

    /// <summary>
    /// Describes the image. Where labels are wanted, a palette image is handed to libvips as a grey one, without the palette, so that the
    /// indices come out.
    /// </summary>
    /// <exception cref="FastSegException">It is damaged, or claims more pixels than it can hold.</exception>
    public static CodedImage Read(InputFile file, bool labels)
    {
        Span<byte> start = stackalloc byte[8 + 8 + 13];
        if (file.Length < start.Length)
        {
            throw file.Bad("is truncated: it ends within the PNG header");
        }
        file.Read(0, start);
        byte[] header = start[16..].ToArray();
        long width = BinaryPrimitives.ReadUInt32BigEndian(header), height = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(4));
        int depth = header[8], colour = header[9];
        bool valid = colour switch
        {
            0 => depth is 1 or 2 or 4 or 8 or 16,
            3 => depth is 1 or 2 or 4 or 8,
            2 or 4 or 6 => depth is 8 or 16,
            _ => false,
        };
        bool first = start[8..].StartsWith((ReadOnlySpan<byte>)[0, 0, 0, 13, (byte)'I', (byte)'H', (byte)'D', (byte)'R']);
        if (!first || !valid || width < 1 || height < 1)
        {
            throw file.Bad($"is damaged: its PNG header says {width} x {height} pixels of colour type {colour} with {depth} bits");
        }
        if (width > LongestSide || height > LongestSide)
        {
            throw file.Bad($"claims to be {width} x {height} pixels, more than {LongestSide} a side");
        }
        bool palette = colour == 3;
        if (palette && labels)
        {
            header[9] = 0;
        }
        var data = new FileParts(file);
        data.Add(PngChunks.Signature.ToArray());
        data.Add(PngChunks.Make("IHDR"u8, header));
        long compressed = CopyChunks(file, data, palette && !labels, out int turned, out byte[] classes);
        CheckSize(file, width, height, depth * Samples(colour), compressed);
        int channels = colour is 2 or 6 || (palette && !labels) ? 3 : 1;
        SampleType type = depth == 16 ? SampleType.UInt16 : SampleType.UInt8;
        bool interlaced = header[12] != 0;
        string kind = palette ? "palette" : channels == 3 ? "RGB" : "grey";
        string format = $"PNG, {depth}-bit {kind}{(colour is 4 or 6 ? " with alpha" : "")}{(interlaced ? ", interlaced" : "")}";
        bool alpha = colour is 4 or 6;
        return new CodedImage("PNG", width, height, alpha && labels ? channels + 1 : channels, type, format, data)
        {
            HasAlpha = alpha && labels,
            IsPalette = palette && labels,
            // As Pillow does: palette indices as they are, 1-bit grey as 0 and 1, other greys spread over 0..255.
            Divisor = labels && depth < 8 && (palette || depth == 1) ? 255 / ((1 << depth) - 1) : 1,
            Bands = alpha ? channels + 1 : channels,
            Orientation = turned,
            Classes = ClassText.Read(classes),
            DecodingBytes = interlaced ? width * height * (palette ? 3 : Samples(colour)) * type.Bytes() : 0,
        };
    }

    /// <summary>Samples of a pixel of a colour type.</summary>
    private static int Samples(int colour) => colour switch
    {
        2 => 3,
        4 => 2,
        6 => 4,
        _ => 1,
    };

    /// <summary>Hands on the chunks of pixel data and the last chunk, and the palette where it is wanted.</summary>
    /// <param name="file">The file.</param>
    /// <param name="data">Where the chunks go.</param>
    /// <param name="keepPalette">Whether the palette is wanted.</param>
    /// <param name="orientation">How its Exif data say that pixels should be turned.</param>
    /// <param name="classes">The text that names the classes of a label map; empty where there is none.</param>
    /// <returns>Bytes of compressed pixel data.</returns>
    private static long CopyChunks(InputFile file, FileParts data, bool keepPalette, out int orientation, out byte[] classes)
    {
        orientation = 1;
        classes = [];
        Span<byte> chunk = stackalloc byte[8];
        long compressed = 0;
        for (long at = PngChunks.Signature.Length; ;)
        {
            if (!file.Holds(at, 12))
            {
                throw file.Bad($"is truncated: it ends at byte {file.Length} without its last chunk");
            }
            file.Read(at, chunk);
            long length = BinaryPrimitives.ReadUInt32BigEndian(chunk);
            if (!file.Holds(at, 12 + length))
            {
                throw file.Bad($"is truncated: the chunk at byte {at} is said to have {length} bytes, the file has {file.Length}");
            }
            ReadOnlySpan<byte> name = chunk[4..];
            bool pixels = name.SequenceEqual("IDAT"u8), end = name.SequenceEqual("IEND"u8);
            if (pixels || end || (keepPalette && name.SequenceEqual("PLTE"u8)))
            {
                data.Add(at, 12 + length);
                compressed += pixels ? length : 0;
            }
            if (orientation == 1 && name.SequenceEqual("eXIf"u8))
            {
                orientation = Exif.ReadOrientation(file, at + 8, length);
            }
            if (classes.Length == 0 && name.SequenceEqual(PngChunks.Text))
            {
                classes = ClassesOf(file, at + 8, length);
            }
            if (end)
            {
                return compressed;
            }
            at += 12 + length;
        }
    }

    /// <summary>What follows the keyword in a chunk of text, where the keyword is ours.</summary>
    private static byte[] ClassesOf(InputFile file, long at, long length)
    {
        byte[] keyword = new byte[PngChunks.ClassKeyword.Length];
        if (length <= keyword.Length || length > keyword.Length + ClassText.MostBytes)
        {
            return [];
        }
        file.Read(at, keyword);
        if (!keyword.AsSpan().SequenceEqual(PngChunks.ClassKeyword))
        {
            return [];
        }
        byte[] text = new byte[length - keyword.Length];
        file.Read(at + keyword.Length, text);
        return text;
    }

    /// <summary>Refuses a header that claims more pixels than the compressed data can hold.</summary>
    private static void CheckSize(InputFile file, long width, long height, int pixelBits, long compressed)
    {
        var raw = (Int128)height * (((width * pixelBits) + 7) / 8);
        if (raw > (Int128)compressed * MostExpansion)
        {
            throw file.Bad($"lies about its size: {width} x {height} pixels cannot come out of {compressed} bytes of PNG data");
        }
    }
}
