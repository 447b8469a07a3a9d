using System.Buffers.Binary;
using FastSeg.Files;

namespace FastSeg.Images.Pictures;

/// <summary>
/// Walks through a JPEG's segments up to its pixels, checks the claimed size against the file's, and leaves out metadata.
/// </summary>
internal static class JpegHeader
{
    /// <summary>Samples that a byte can stand for at most: a block of 64 takes at least one bit, in a progressive scan.</summary>
    private const int MostSamplesPerByte = 512;

    /// <summary>Rows of samples in the decoder's own buffers, blocks and pixels; fewer were measured.</summary>
    private const int BlockRows = 128;

    private const string Progressive = ", progressive";

    /// <summary>Describes the image of a file that begins like a JPEG.</summary>
    /// <exception cref="FastSegException">It is damaged, of a kind that is not read, or claims more pixels than it can hold.</exception>
    public static CodedImage Read(InputFile file)
    {
        var data = new FileParts(file);
        data.Add(0, 2);
        Span<byte> marker = stackalloc byte[4];
        CodedImage? image = null;
        int orientation = 1;
        for (long at = 2; ;)
        {
            if (!file.Holds(at, 4))
            {
                throw file.Bad("is truncated: it ends before its pixels");
            }
            file.Read(at, marker);
            if (marker[0] != 0xFF)
            {
                throw file.Bad($"is damaged: there is no JPEG marker at byte {at}");
            }
            int code = marker[1];
            if (code is 0xFF or 0x01 or (>= 0xD0 and <= 0xD8))
            {
                // A fill byte, or a marker without content (TEM, RST0 to RST7, SOI).
                at += code == 0xFF ? 1 : 2;
                continue;
            }
            int length = BinaryPrimitives.ReadUInt16BigEndian(marker[2..]);
            if (code == 0xD9 || length < 2 || !file.Holds(at, 2L + length))
            {
                throw file.Bad($"is truncated or damaged: the JPEG segment at byte {at} has no room");
            }
            // SOS: the pixels follow.
            if (code == 0xDA)
            {
                data.Add(at, file.Length - at);
                return image is null
                    ? throw file.Bad("is damaged: its JPEG header does not say how large it is")
                    : image with { Orientation = orientation, DecodingBytes = DecodingBytes(file, at, image) };
            }
            if (code is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC))
            {
                // SOF0 to SOF15, except for DHT, JPG and DAC.
                image = image is null
                    ? Frame(file, data, code, at + 4, length - 2)
                    : throw file.Bad("is damaged: it has two JPEG frames");
            }
            // APP1 holds Exif data, or XMP, which does not begin like them; the first orientation counts.
            if (code == 0xE1 && orientation == 1)
            {
                orientation = Exif.ReadOrientation(file, at + 4, length - 2);
            }
            // APP0 and APP14 say how colours are stored; the other APPn and comments are metadata.
            if (code is < 0xE1 or 0xEE or (> 0xEF and not 0xFE))
            {
                data.Add(at, 2L + length);
            }
            at += 2L + length;
        }
    }

    /// <summary>
    /// Rows of blocks, or the whole image's coefficients: these are kept until the last scan of a progressive image, and of one that has
    /// a scan for each component.
    /// </summary>
    private static long DecodingBytes(InputFile file, long scan, CodedImage image)
    {
        Span<byte> components = stackalloc byte[1];
        file.Read(scan + 4, components);
        bool whole = image.Format.EndsWith(Progressive, StringComparison.Ordinal) || components[0] < image.Channels;
        return (whole ? image.DecodingBytes : 0) + (BlockRows * image.Width * image.Channels);
    }

    /// <summary>Reads the frame header: sample depth, height, width, and each component's sampling factors.</summary>
    private static CodedImage Frame(InputFile file, FileParts data, int code, long at, int length)
    {
        Span<byte> frame = stackalloc byte[6 + (3 * 4)];
        frame.Clear();
        file.Read(at, frame[..Math.Min(length, frame.Length)]);
        int depth = frame[0], components = frame[5];
        long height = BinaryPrimitives.ReadUInt16BigEndian(frame[1..]), width = BinaryPrimitives.ReadUInt16BigEndian(frame[3..]);
        if (length < 6 + (3 * components) || width < 1 || height < 1)
        {
            throw file.Bad($"is damaged: its JPEG header says {width} x {height} pixels");
        }
        string? refused = code is not (0xC0 or 0xC1 or 0xC2) ? "lossless or arithmetic-coded JPEG"
            : depth != 8 ? $"{depth}-bit JPEG"
            : components == 4 ? "CMYK JPEG"
            : components is not (1 or 3) ? $"JPEG with {components} components" : null;
        if (refused is not null)
        {
            throw file.Unsupported($"is {refused}", "8-bit grey and RGB JPEG are read");
        }
        int blocks = 0, most = 1;
        for (int i = 0; i < components; i++)
        {
            int h = frame[7 + (3 * i)] >> 4, v = frame[7 + (3 * i)] & 15;
            blocks += h * v;
            most = Math.Max(most, h * v);
        }
        if (width * height > (Int128)file.Length * MostSamplesPerByte)
        {
            throw file.Bad($"lies about its size: {width} x {height} pixels cannot come out of {file.Length} bytes of JPEG");
        }
        string format = $"JPEG, {(components == 1 ? "grey" : "RGB")}{(code == 0xC2 ? Progressive : "")}";
        return new CodedImage("JPEG", width, height, components, SampleType.UInt8, format, data)
        {
            IsLossy = true,
            // What is kept until the last scan: coefficients of 16 bits; subsampled components have fewer.
            DecodingBytes = width * height * 2 * blocks / most,
        };
    }
}
