using System.Buffers.Binary;
using K4os.Compression.LZ4;

namespace FastSeg.Images.Codecs;

/// <summary>
/// Decodes a Blosc-1 frame: 16 bytes of header, the offset of each block, the blocks. A block is one compressed stream, or one for each
/// byte of a sample; its bytes or bits may be shuffled.
/// </summary>
internal static class BloscFrame
{
    private const int HeaderBytes = 16;

    // Bits of the header's third byte; its highest three tell the codec.
    private const int ByteShuffle = 1, Stored = 2, BitShuffle = 4, Whole = 16;

    /// <summary>Larger samples, and blocks of fewer samples, are never split into streams.</summary>
    private const int MostStreams = 16, FewestSamples = 128;

    private static readonly string[] Codecs = ["blosclz", "lz4", "snappy", "zlib", "zstd"];

    /// <summary>The codecs inside a frame that are not read, by the names that arrays give them.</summary>
    public static bool IsRead(string codec) => codec is "lz4" or "lz4hc" or "zlib" or "zstd";

    /// <summary>Decodes a whole frame.</summary>
    /// <param name="from">The frame.</param>
    /// <param name="to">Where the output goes, which must fill it exactly.</param>
    /// <param name="scratch">As many bytes, for a block that is shuffled.</param>
    /// <returns>Null, or what is wrong with "it", the chunk.</returns>
    public static string? Decode(ReadOnlySpan<byte> from, Span<byte> to, Span<byte> scratch)
    {
        if (from.Length < HeaderBytes)
        {
            return $"it has {from.Length} bytes, too few for a Blosc frame";
        }
        int version = from[0], flags = from[2], sample = from[3];
        long bytes = Number(from, 4), block = Number(from, 8), stored = Number(from, 12);
        if (version is < 1 or > 2)
        {
            return $"it is a Blosc frame of version {version}, where 1 and 2 are read";
        }
        if (bytes != to.Length)
        {
            return bytes < to.Length ? ChunkCodecs.Short(bytes, to.Length) : ChunkCodecs.Long(to.Length);
        }
        if (stored > from.Length || stored < HeaderBytes || block < 1 || block > bytes || sample < 1
            || (block > sample && block % sample != 0))
        {
            return "its Blosc header is damaged or it is truncated";
        }
        from = from[..(int)stored];
        if ((flags & Stored) != 0)
        {
            return from.Length - HeaderBytes < bytes ? ChunkCodecs.Short(from.Length - HeaderBytes, bytes) : Copy(from[HeaderBytes..], to);
        }
        int codec = flags >> 5;
        if (codec >= Codecs.Length || !IsRead(Codecs[codec]))
        {
            string name = codec < Codecs.Length ? Codecs[codec] : $"number {codec}";
            return $"its Blosc frame holds {name}, where lz4, lz4hc, zstd and zlib are read";
        }
        return Blocks(from, to, scratch, new Frame(Codecs[codec], flags, sample, (int)block));
    }

    /// <summary>What the header says of every block.</summary>
    private readonly record struct Frame(string Codec, int Flags, int Sample, int Block)
    {
        /// <summary>Whether a block consists of a stream for each byte of a sample; the last, shorter block never does.</summary>
        public bool Splits(int length) =>
            (Flags & Whole) == 0 && Sample <= MostStreams && Block / Sample >= FewestSamples && length == Block;

        public bool Shuffles => ((Flags & ByteShuffle) != 0 && Sample > 1) || ((Flags & BitShuffle) != 0 && Block >= Sample);
    }

    private static string? Blocks(ReadOnlySpan<byte> from, Span<byte> to, Span<byte> scratch, Frame frame)
    {
        int count = ((to.Length - 1) / frame.Block) + 1, start = HeaderBytes + (sizeof(int) * count);
        if (start > from.Length)
        {
            return "its Blosc frame is truncated";
        }
        for (int i = 0; i < count; i++)
        {
            long at = Number(from, HeaderBytes + (sizeof(int) * i));
            if (at < start || at > from.Length)
            {
                return "its Blosc frame is damaged: a block lies outside";
            }
            Span<byte> block = to.Slice(i * frame.Block, Math.Min(frame.Block, to.Length - (i * frame.Block)));
            Span<byte> shuffled = frame.Shuffles ? scratch[..block.Length] : block;
            if (Streams(from[(int)at..], shuffled, frame) is { } failure)
            {
                return failure;
            }
            if (!frame.Shuffles)
            {
                continue;
            }
            if ((frame.Flags & ByteShuffle) != 0 && frame.Sample > 1)
            {
                Unshuffling.Bytes(shuffled, block, frame.Sample);
            }
            else
            {
                Unshuffling.Bits(shuffled, block, frame.Sample);
            }
        }
        return null;
    }

    /// <summary>Decodes the streams of a block. A stream that did not shrink is stored as it is.</summary>
    private static string? Streams(ReadOnlySpan<byte> from, Span<byte> to, Frame frame)
    {
        int streams = frame.Splits(to.Length) ? frame.Sample : 1, length = to.Length / streams;
        for (int i = 0; i < streams; i++)
        {
            long count = from.Length < sizeof(int) ? -1 : Number(from, 0);
            if (count < 0 || count > from.Length - sizeof(int))
            {
                return "its Blosc frame is truncated";
            }
            ReadOnlySpan<byte> stream = from.Slice(sizeof(int), (int)count);
            Span<byte> part = to.Slice(i * length, length);
            string? failure = stream.Length == length ? Copy(stream, part)
                : frame.Codec == "lz4" ? (LZ4Codec.Decode(stream, part) == length ? null : "its LZ4 data is corrupt")
                : ChunkCodecs.Decode(frame.Codec == "zlib" ? ChunkCodec.Zlib : ChunkCodec.Zstd, stream, part, default);
            if (failure is not null)
            {
                return failure;
            }
            from = from[(sizeof(int) + stream.Length)..];
        }
        return null;
    }

    private static string? Copy(ReadOnlySpan<byte> from, Span<byte> to)
    {
        from[..to.Length].CopyTo(to);
        return null;
    }

    private static long Number(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadInt32LittleEndian(bytes[at..]);
}
