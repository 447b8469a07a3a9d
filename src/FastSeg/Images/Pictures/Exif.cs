using System.Buffers.Binary;
using FastSeg.Files;

namespace FastSeg.Images.Pictures;

/// <summary>The one thing that is read of a picture's Exif data: how its pixels should be turned.</summary>
internal static class Exif
{
    /// <summary>Exif data are a small TIFF; what lies beyond this is not read.</summary>
    private const int MostBytes = 1 << 16;

    private const int Orientation = 274, Short = 3;

    /// <summary>The orientation (1 to 8) in Exif data at <paramref name="offset"/>; 1 where there is none, or it is damaged.</summary>
    public static int ReadOrientation(InputFile file, long offset, long length)
    {
        byte[] bytes = new byte[(int)Math.Clamp(length, 0, MostBytes)];
        file.Read(offset, bytes);
        ReadOnlySpan<byte> exif = bytes;
        exif = exif.StartsWith("Exif\0"u8) && exif.Length >= 6 ? exif[6..] : exif;
        bool big = exif.StartsWith("MM\0*"u8);
        if (exif.Length < 8 || (!big && !exif.StartsWith("II*\0"u8)))
        {
            return 1;
        }
        uint at = big ? BinaryPrimitives.ReadUInt32BigEndian(exif[4..]) : BinaryPrimitives.ReadUInt32LittleEndian(exif[4..]);
        int entries = at <= exif.Length - 2 ? Number(exif[(int)at..], big) : 0;
        for (long i = 0, entry = at + 2L; i < entries && entry + 12 <= exif.Length; i++, entry += 12)
        {
            ReadOnlySpan<byte> tag = exif[(int)entry..];
            if (Number(tag, big) == Orientation && Number(tag[2..], big) == Short)
            {
                int value = Number(tag[8..], big);
                return value is >= 1 and <= 8 ? value : 1;
            }
        }
        return 1;
    }

    private static int Number(ReadOnlySpan<byte> bytes, bool big) =>
        big ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : BinaryPrimitives.ReadUInt16LittleEndian(bytes);
}
