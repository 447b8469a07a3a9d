using System.Buffers.Binary;
using FastSeg.Files;

namespace FastSeg.Images.Pictures;

/// <summary>
/// Finds the still image in a WebP, checks its claimed size against the file's, and leaves out alpha planes and metadata.
/// </summary>
internal static class WebpHeader
{
    /// <summary>
    /// Bytes of pixels that any file may claim. WebP has no bound of its own, because one byte can stand for any number of equal pixels;
    /// but a micrograph does not compress like that, so a larger image may have <see cref="MostExpansion"/> times its file's bytes.
    /// </summary>
    private const long AlwaysAllowed = 16L << 20;

    /// <summary>Bytes of pixels that a byte of a file may stand for, where there are more than <see cref="AlwaysAllowed"/>.</summary>
    private const int MostExpansion = 4096;

    /// <summary>Bytes of libwebp's rows of blocks for each column of pixels: two rows of coefficients, three of samples.</summary>
    private const int BytesPerColumn = 256;

    /// <summary>Describes the image of a file that begins like a WebP.</summary>
    /// <exception cref="FastSegException">It is damaged, animated, or claims more pixels than is believed.</exception>
    public static CodedImage Read(InputFile file, bool labels)
    {
        Span<byte> chunk = stackalloc byte[8];
        file.Read(0, chunk);
        long whole = 8L + BinaryPrimitives.ReadUInt32LittleEndian(chunk[4..]);
        if (whole > file.Length)
        {
            throw file.Bad($"is truncated: a WebP of {whole} bytes of which {file.Length} are there");
        }
        for (long at = 12; ;)
        {
            if (!file.Holds(at, 8))
            {
                throw file.Bad("is truncated: no WebP image is in it");
            }
            file.Read(at, chunk);
            long length = BinaryPrimitives.ReadUInt32LittleEndian(chunk[4..]);
            if (!file.Holds(at, 8 + length))
            {
                throw file.Bad($"is truncated: the WebP chunk at byte {at} is said to have {length} bytes, the file has {file.Length}");
            }
            if (chunk[..4].SequenceEqual("ANIM"u8) || chunk[..4].SequenceEqual("ANMF"u8))
            {
                throw file.Unsupported("is an animated WebP", "still images are read");
            }
            if (chunk[..4].SequenceEqual("VP8 "u8) || chunk[..4].SequenceEqual("VP8L"u8))
            {
                return Image(file, at, length, lossless: chunk[3] == 'L', labels) with
                {
                    Orientation = Orientation(file, at + 8 + length + (length & 1)),
                };
            }
            at += 8 + length + (length & 1);
        }
    }

    /// <summary>Looks for Exif data in the chunks behind the image.</summary>
    private static int Orientation(InputFile file, long at)
    {
        Span<byte> chunk = stackalloc byte[8];
        while (file.Holds(at, 8))
        {
            file.Read(at, chunk);
            long length = BinaryPrimitives.ReadUInt32LittleEndian(chunk[4..]);
            if (chunk.StartsWith("EXIF"u8) && file.Holds(at + 8, length))
            {
                return Exif.ReadOrientation(file, at + 8, length);
            }
            at += 8 + length + (length & 1);
        }
        return 1;
    }

    /// <summary>Reads the frame header of a "VP8 " or "VP8L" chunk and makes a WebP of this chunk alone.</summary>
    private static CodedImage Image(InputFile file, long at, long length, bool lossless, bool labels)
    {
        Span<byte> frame = stackalloc byte[10];
        if (length < frame.Length)
        {
            throw file.Bad("is truncated: its WebP image has no header");
        }
        file.Read(at + 8, frame);
        long width, height;
        bool valid, alpha = false;
        if (lossless)
        {
            // A signature of 0x2F, then 14 bits of width less one, 14 of height less one, and whether there is alpha.
            uint bits = BinaryPrimitives.ReadUInt32LittleEndian(frame[1..]);
            alpha = (bits & (1 << 28)) != 0;
            (width, height, valid) = ((bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1, frame[0] == 0x2F);
        }
        else
        {
            // Three bytes of frame tag, the start code, then width and height of 14 bits each.
            width = BinaryPrimitives.ReadUInt16LittleEndian(frame[6..]) & 0x3FFF;
            height = BinaryPrimitives.ReadUInt16LittleEndian(frame[8..]) & 0x3FFF;
            valid = frame[3] == 0x9D && frame[4] == 0x01 && frame[5] == 0x2A;
        }
        if (!valid || width < 1 || height < 1)
        {
            throw file.Bad("is damaged: its WebP image has no valid header");
        }
        long bytes = width * height * 3;
        if (bytes > Math.Max(AlwaysAllowed, file.Length * MostExpansion))
        {
            throw file.Bad($"claims {width} x {height} pixels in {file.Length} bytes, more than a photograph compresses to");
        }
        // Chunks have an even length: an odd one is followed by a byte of padding.
        var data = new FileParts(file);
        byte[] riff = new byte[12];
        "RIFF"u8.CopyTo(riff);
        BinaryPrimitives.WriteUInt32LittleEndian(riff.AsSpan(4), checked((uint)(4 + 8 + length + (length & 1))));
        "WEBP"u8.CopyTo(riff.AsSpan(8));
        data.Add(riff);
        data.Add(at, 8 + length);
        if ((length & 1) != 0)
        {
            data.Add([0]);
        }
        int bands = alpha ? 4 : 3;
        string format = $"WebP, {(lossless ? "lossless" : "lossy")} RGB";
        return new CodedImage("WebP", width, height, alpha && labels ? 4 : 3, SampleType.UInt8, format, data)
        {
            Bands = bands,
            HasAlpha = alpha && labels,
            IsLossy = !lossless,
            // libvips reads the whole file, and keeps the picture as libwebp decodes it beside a canvas of four channels.
            DecodingBytes = data.Length + (width * height * (bands + 4)) + (width * BytesPerColumn),
        };
    }
}
