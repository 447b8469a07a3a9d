using System.Buffers.Binary;
using System.IO.Compression;
using System.Numerics;
using System.Runtime.InteropServices;
using ZstdSharp;

namespace FastSeg.Images.Codecs;

/// <summary>
/// Decodes and encodes chunks. How many bytes come out of a chunk is known beforehand: more or fewer are refused, and nothing is allocated
/// that a file asks for.
/// </summary>
internal static unsafe class ChunkCodecs
{
    /// <summary>Bytes of a CRC-32C.</summary>
    public const int ChecksumBytes = sizeof(uint);

    /// <summary>Bytes in which zlib or Zstandard works, and the runtime's buffers.</summary>
    public const long StateBytes = 512L << 10;

    /// <summary>
    /// Most bytes that a chunk may have when it is stored. Where nothing repeats, every codec adds a little, and none adds an eighth.
    /// </summary>
    public static long MostStored(long bytes) => bytes + (bytes / 8) + 4096;

    /// <summary>Decodes all bytes of a chunk.</summary>
    /// <param name="codec">A codec that compresses.</param>
    /// <param name="from">The stored bytes.</param>
    /// <param name="to">Where the output goes; it must fill this exactly.</param>
    /// <param name="scratch">As many bytes as <paramref name="to"/>, for Blosc.</param>
    /// <returns>Null, or what is wrong with "it", the chunk.</returns>
    public static string? Decode(ChunkCodec codec, ReadOnlySpan<byte> from, Span<byte> to, Span<byte> scratch) => codec switch
    {
        _ when from.IsEmpty => "nothing is stored of it",
        ChunkCodec.Zlib or ChunkCodec.Gzip => Inflate(codec, from, to),
        ChunkCodec.Zstd => Unwrap(from, to),
        ChunkCodec.Blosc => BloscFrame.Decode(from, to, scratch),
        _ => throw new ArgumentOutOfRangeException(nameof(codec), codec, "This codec compresses nothing."),
    };

    /// <summary>Takes the checksum behind some bytes away.</summary>
    /// <returns>Null, or what is wrong with "it", the chunk.</returns>
    public static string? TakeChecksum(ref ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < ChecksumBytes)
        {
            return $"it has {bytes.Length} bytes, too few for its CRC-32C";
        }
        ReadOnlySpan<byte> stored = bytes[^ChecksumBytes..];
        bytes = bytes[..^ChecksumBytes];
        return BinaryPrimitives.ReadUInt32LittleEndian(stored) == Checksum(bytes) ? null : "its CRC-32C is wrong";
    }

    /// <summary>CRC-32 with Castagnoli's polynomial.</summary>
    public static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (ulong eight in MemoryMarshal.Cast<byte, ulong>(bytes))
        {
            crc = BitOperations.Crc32C(crc, eight);
        }
        foreach (byte b in bytes[(bytes.Length / sizeof(ulong) * sizeof(ulong))..])
        {
            crc = BitOperations.Crc32C(crc, b);
        }
        return ~crc;
    }

    /// <summary>Compresses in zlib's format, at its fastest level: what is written shrinks well at any.</summary>
    /// <param name="raw">The bytes.</param>
    /// <param name="to">At least <see cref="MostStored"/> bytes.</param>
    /// <returns>How many came out.</returns>
    public static int Deflate(ReadOnlySpan<byte> raw, byte[] to)
    {
        using var stream = new MemoryStream(to);
        using (var deflate = new ZLibStream(stream, CompressionLevel.Fastest, leaveOpen: true))
        {
            deflate.Write(raw);
        }
        return (int)stream.Position;
    }

    /// <summary>Decodes deflate, and looks for one byte more: a chunk that goes on is none of this shape.</summary>
    private static string? Inflate(ChunkCodec codec, ReadOnlySpan<byte> from, Span<byte> to)
    {
        fixed (byte* first = from)
        {
            using var stored = new UnmanagedMemoryStream(first, from.Length);
            using Stream inflate = codec == ChunkCodec.Gzip
                ? new GZipStream(stored, CompressionMode.Decompress)
                : new ZLibStream(stored, CompressionMode.Decompress);
            try
            {
                int got = inflate.ReadAtLeast(to, to.Length, throwOnEndOfStream: false);
                return got < to.Length ? Short(got, to.Length)
                    : inflate.ReadByte() >= 0 ? Long(to.Length)
                    : null;
            }
            catch (InvalidDataException)
            {
                return "its deflate data is corrupt";
            }
        }
    }

    private static string? Unwrap(ReadOnlySpan<byte> from, Span<byte> to)
    {
        try
        {
            // 2^64 - 1 and 2^64 - 2 stand for a size that is not said and for no frame.
            ulong claimed = Decompressor.GetDecompressedSize(from);
            if (claimed < ulong.MaxValue - 1 && claimed > (ulong)to.Length)
            {
                return Long(to.Length);
            }
            using var decompressor = new Decompressor();
            return !decompressor.TryUnwrap(from, to, out int got) ? Long(to.Length)
                : got < to.Length ? Short(got, to.Length)
                : null;
        }
        catch (ZstdException)
        {
            return "its Zstandard data is corrupt";
        }
    }

    /// <summary>What is said of a chunk that has too few bytes.</summary>
    public static string Short(long got, long needed) => $"it holds {got} of the {needed} bytes that its shape needs";

    /// <summary>What is said of a chunk that has too many bytes.</summary>
    public static string Long(long needed) => $"it holds more than the {needed} bytes that its shape needs";
}
