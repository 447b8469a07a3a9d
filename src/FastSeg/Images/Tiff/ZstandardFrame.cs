using System.Buffers.Binary;
using SharpCompress.Compressors.ZStandard;
using SharpCompress.Compressors.ZStandard.Unsafe;

namespace FastSeg.Images.Tiff;

/// <summary>Zstandard in one step: the output is its own window, so that no frame can ask for memory of its own.</summary>
internal static unsafe class ZstandardFrame
{
    private const uint Magic = 0xFD2FB528, SkippedMagic = 0x184D2A50;

    /// <summary>Bytes of the longest frame header.</summary>
    public const int LongestHeader = 18;

    /// <summary>Why a segment is no frame that can be read, as far as its beginning tells; null where nothing speaks against it.</summary>
    /// <param name="first">Its first <see cref="LongestHeader"/> bytes; zeros behind a shorter one.</param>
    public static string? Refusal(ReadOnlySpan<byte> first)
    {
        uint magic = BinaryPrimitives.ReadUInt32LittleEndian(first);
        if (magic != Magic)
        {
            // A frame that decoders skip is no reason to refuse the one behind it.
            bool skipped = (magic & ~0xFU) == SkippedMagic;
            return skipped ? null : $"begins with the bytes {Convert.ToHexStringLower(first[..4])}";
        }
        // Behind the magic number: a byte of flags, a window size unless bit 5 is set, and a dictionary's number of 0, 1, 2 or 4 bytes.
        int flags = first[4];
        ReadOnlySpan<byte> number = first[((flags & 0x20) == 0 ? 6 : 5)..];
        uint dictionary = (flags & 3) switch
        {
            0 => 0,
            1 => number[0],
            2 => BinaryPrimitives.ReadUInt16LittleEndian(number),
            _ => BinaryPrimitives.ReadUInt32LittleEndian(number),
        };
        return dictionary == 0 ? null : $"its frame asks for dictionary {dictionary}, which no TIFF holds";
    }

    /// <summary>Decodes the frame at the beginning of some bytes.</summary>
    /// <param name="compressed">The bytes; what follows the frame is left alone.</param>
    /// <param name="to">Where the output goes.</param>
    /// <param name="needed">Bytes that must come out.</param>
    /// <returns>Null, or what is wrong.</returns>
    public static string? Decode(ReadOnlySpan<byte> compressed, Span<byte> to, int needed)
    {
        try
        {
            nuint frame;
            fixed (byte* first = compressed)
            {
                frame = Methods.ZSTD_findFrameCompressedSize(first, (nuint)compressed.Length);
            }
            if (frame > (nuint)compressed.Length)
            {
                return "its Zstandard data is corrupt or truncated";
            }
            using var decompressor = new Decompressor();
            return !decompressor.TryUnwrap(compressed[..(int)frame].ToArray(), to, out int got) ? "its Zstandard data is corrupt"
                : got < needed ? $"it ends after {got} of {needed} bytes"
                : null;
        }
        catch (ZstdException e)
        {
            return $"its Zstandard data is corrupt ({e.Message})";
        }
    }
}
