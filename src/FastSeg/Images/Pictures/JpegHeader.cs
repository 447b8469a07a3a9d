using System.Buffers.Binary;

namespace FastSeg.Images;

/// <summary>Reads a JPEG's segments up to its pixels, checks the size against the file's, and leaves out metadata.</summary>
internal static class JpegHeader
{
    /// <summary>A block of 64 samples takes one bit at least (in a progressive scan).</summary>
    private const int MostSamplesPerByte = 512;

    /// <summary>Describes the image.</summary>
    public static CodedImage Read(InputFile file)
    {
        var data = new FileParts(file);
        data.Add(0, 2);
        Span<byte> marker = stackalloc byte[4];
        CodedImage? image = null;
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
                // Fill bytes, and markers without content.
                at += code == 0xFF ? 1 : 2;
                continue;
            }
            int length = BinaryPrimitives.ReadUInt16BigEndian(marker[2..]);
            if (code == 0xD9 || length < 2 || !file.Holds(at, 2L + length))
            {
                throw file.Bad($"is truncated or damaged: the JPEG segment at byte {at} has no room");
            }
            if (code == 0xDA)
            {
                data.Add(at, file.Length - at);
                return image ?? throw file.Bad("is damaged: its JPEG header does not say how large it is");
            }
            if (code is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC))
            {
                image = image is null ? Frame(file, data, code, at + 4, length - 2) : throw file.Bad("is damaged: it has two JPEG frames");
            }
            // APP0 and APP14 say how colours are stored; the other APPn and comments are metadata.
            if (code is < 0xE1 or 0xEE or (> 0xEF and not 0xFE))
            {
                data.Add(at, 2L + length);
            }
            at += 2L + length;
        }
    }

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
        bool progressive = code == 0xC2;
        return new CodedImage("JPEG", width, height, components, SampleType.UInt8, $"JPEG, {(components == 1 ? "grey" : "RGB")}{(progressive ? ", progressive" : "")}", data)
        {
            // A progressive image is kept as coefficients of 16 bits until its last scan.
            DecodingBytes = progressive ? width * height * 2 * blocks / most : 0,
        };
    }
}
