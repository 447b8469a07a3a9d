using System.Buffers.Binary;
using FastSeg.Files;
using SharpCompress.Compressors.LZMA;

namespace FastSeg.Images.Tiff;

/// <summary>
/// The first block of an xz stream, which is all that a TIFF's segment has: LZMA2, before which differences may have been taken. We read
/// the container ourselves, because SharpCompress does not know that filter, and so that no header can ask for a large dictionary: no match
/// reaches farther back than the output is long.
/// </summary>
internal static unsafe class XzBlock
{
    private const int Delta = 3, Lzma2 = 0x21, LeastDictionary = 1 << 16;

    private static ReadOnlySpan<byte> Magic => [0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0];

    /// <summary>Bytes taken while a segment of so many bytes is decoded: the dictionary, and the decoder's tables and buffers.</summary>
    public static long HeldBytes(long segmentBytes) =>
        (1L << 20) + Math.Min(Math.Max(LeastDictionary, 2 * segmentBytes), int.MaxValue);

    /// <summary>Decodes a block.</summary>
    /// <param name="xz">The stream, which begins with xz's header.</param>
    /// <param name="to">Where the output goes.</param>
    /// <param name="bytes">Bytes that must come out.</param>
    /// <returns>Null, or what is wrong.</returns>
    /// <exception cref="FastSegException">The file cannot be read.</exception>
    public static string? Decode(FilePart xz, byte* to, long bytes)
    {
        try
        {
            Span<byte> header = stackalloc byte[12 + 1];
            xz.ReadExactly(header);
            if (!header.StartsWith(Magic) || header[12] == 0)
            {
                return "its LZMA data does not begin as xz does";
            }
            byte[] block = new byte[(header[12] * 4) + 3];
            xz.ReadExactly(block);
            if (!Filters(block, out int distance, out byte dictionary))
            {
                return "its LZMA data has filters other than LZMA2 and differences";
            }
            long done = Decompress(xz, dictionary, to, bytes);
            for (long i = distance; distance > 0 && i < done; i++)
            {
                to[i] += to[i - distance];
            }
            return done < bytes ? $"it ends after {done} of {bytes} bytes" : null;
        }
        catch (Exception e) when (e is not (FastSegException or OutOfMemoryException))
        {
            // A managed decoder meets damaged data with whatever exception its arrays throw.
            return $"its LZMA data is corrupt ({e.GetType().Name})";
        }
    }

    private static long Decompress(FilePart xz, byte dictionary, byte* to, long bytes)
    {
        byte enough = dictionary;
        while (enough > 0 && Size(enough - 1) >= Math.Max(bytes, LeastDictionary))
        {
            enough--;
        }
        using var buffered = new BufferedStream(xz, 1 << 16);
        using LzmaStream lzma = LzmaStream.Create([enough], buffered, -1, -1, null, true, true);
        long done = 0;
        byte[] part = new byte[1 << 16];
        for (int got; done < bytes && (got = lzma.Read(part, 0, (int)Math.Min(part.Length, bytes - done))) > 0; done += got)
        {
            part.AsSpan(0, got).CopyTo(new Span<byte>(to + done, got));
        }
        return done;
    }

    /// <summary>The size of a dictionary as LZMA2 writes it in a byte.</summary>
    private static long Size(int code) => (2L | (uint)(code & 1)) << ((code / 2) + 11);

    /// <summary>Reads a block's header behind its first byte: LZMA2 alone, or behind differences.</summary>
    private static bool Filters(ReadOnlySpan<byte> block, out int distance, out byte dictionary)
    {
        distance = dictionary = 0;
        int at = 1, filters = (block[0] & 3) + 1;
        for (int sizes = ((block[0] >> 6) & 1) + (block[0] >> 7); sizes > 0; sizes--)
        {
            Number(block, ref at);
        }
        for (int i = 0; i < filters; i++)
        {
            ulong filter = Number(block, ref at), size = Number(block, ref at);
            bool last = i == filters - 1;
            if (size != 1 || filter != (last ? (ulong)Lzma2 : Delta) || (!last && i > 0))
            {
                return false;
            }
            dictionary = block[at];
            distance = last ? distance : block[at] + 1;
            at++;
        }
        return dictionary <= 40;
    }

    /// <summary>A number in groups of seven bits, the lowest first.</summary>
    private static ulong Number(ReadOnlySpan<byte> block, ref int at)
    {
        ulong value = 0;
        for (int shift = 0; shift < 63; shift += 7)
        {
            value |= (ulong)(block[at] & 0x7F) << shift;
            if (block[at++] < 0x80)
            {
                break;
            }
        }
        return value;
    }
}
