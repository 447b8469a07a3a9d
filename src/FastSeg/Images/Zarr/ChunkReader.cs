using System.Buffers.Binary;
using FastSeg.Files;
using FastSeg.Images.Codecs;
using FastSeg.Native;

namespace FastSeg.Images.Zarr;

/// <summary>Finds and decodes chunks of an array. One thread at a time: a reader keeps a pool of these.</summary>
/// <param name="array">The array.</param>
internal sealed unsafe class ChunkReader(ZarrArray array) : IDisposable
{
    /// <summary>
    /// Most bytes that may come out of a stored byte: deflate ends at 1032, Zstandard repeats 128 KiB by 4 bytes, LZ4 by 515.
    /// </summary>
    private const long MostExpansion = 40_000, DeflateExpansion = 1100;

    private HostBuffer? _stored;
    private HostBuffer? _scratch;
    private HostBuffer? _index;
    private string? _indexed;

    /// <summary>Most bytes that one of these holds.</summary>
    public static long HeldBytes(ZarrArray array) =>
        (array.Codecs.Length == 0 ? 0 : ChunkCodecs.MostStored(array.ChunkBytes) + ScratchBytes(array) + ChunkCodecs.StateBytes)
        + (array.Shard?.IndexBytes(array.Chunk) ?? 0);

    /// <summary>Where a chunk is stored; null where it is absent, so that all of its samples are the fill value.</summary>
    /// <param name="numbers">The chunk's number along each axis.</param>
    /// <exception cref="FastSegException">What is stored cannot be such a chunk.</exception>
    public StoredChunk? Find(ReadOnlySpan<long> numbers)
    {
        Span<long> file = stackalloc long[numbers.Length], inside = stackalloc long[numbers.Length];
        for (int i = 0; i < numbers.Length; i++)
        {
            long each = array.Shard is { } shard ? shard.Shape[i] / array.Chunk[i] : 1;
            (file[i], inside[i]) = Math.DivRem(numbers[i], each);
        }
        string name = array.FileOf(file);
        InputFile? stored = array.Store.Open(name);
        if (stored is null)
        {
            return null;
        }
        try
        {
            (long offset, long count) = array.Shard is null ? (0, stored.Length) : Entry(stored, name, inside);
            if (count >= 0)
            {
                CheckLength(stored, count);
                return new StoredChunk(stored, offset, count);
            }
        }
        catch
        {
            stored.Dispose();
            throw;
        }
        stored.Dispose();
        return null;
    }

    /// <summary>Decodes a chunk into little-endian samples.</summary>
    /// <param name="chunk">Where it is stored.</param>
    /// <param name="to">As many bytes as a chunk has.</param>
    /// <exception cref="FastSegException">It is damaged.</exception>
    public void Decode(StoredChunk chunk, HostBuffer to)
    {
        Span<byte> samples = to.Span<byte>(0, (int)array.ChunkBytes);
        if (array.Codecs.Length == 0)
        {
            chunk.File.Read(chunk.Offset, samples);
        }
        else
        {
            _stored ??= new HostBuffer(ChunkCodecs.MostStored(array.ChunkBytes));
            Span<byte> stored = _stored.Span<byte>(0, (int)chunk.Count);
            chunk.File.Read(chunk.Offset, stored);
            if (Decode(stored, samples) is { } failure)
            {
                throw chunk.File.Bad($"is a damaged chunk: {failure}");
            }
        }
        if (array.Swapped)
        {
            ImageReading.SwapBytes(samples, array.Type.Bytes());
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stored?.Dispose();
        _scratch?.Dispose();
        _index?.Dispose();
    }

    /// <summary>Undoes all codecs, the last one first.</summary>
    private string? Decode(ReadOnlySpan<byte> stored, Span<byte> to)
    {
        int compressor = Array.FindIndex(array.Codecs, codec => codec != ChunkCodec.Crc32C);
        for (int i = array.Codecs.Length - 1; i > compressor; i--)
        {
            if (ChunkCodecs.TakeChecksum(ref stored) is { } failure)
            {
                return failure;
            }
        }
        if (compressor < 0)
        {
            return Copy(stored, to);
        }
        int inner = compressor * ChunkCodecs.ChecksumBytes;
        _scratch ??= ScratchBytes(array) > 0 ? new HostBuffer(ScratchBytes(array)) : null;
        Span<byte> scratch = _scratch is null ? default : _scratch.Span<byte>(0, (int)_scratch.Length);
        if (inner == 0)
        {
            return ChunkCodecs.Decode(array.Codecs[0], stored, to, scratch);
        }
        Span<byte> checkedBytes = scratch[..(to.Length + inner)];
        if (ChunkCodecs.Decode(array.Codecs[compressor], stored, checkedBytes, scratch[checkedBytes.Length..]) is { } wrong)
        {
            return wrong;
        }
        ReadOnlySpan<byte> rest = checkedBytes;
        for (int i = 0; i < compressor; i++)
        {
            if (ChunkCodecs.TakeChecksum(ref rest) is { } failure)
            {
                return failure;
            }
        }
        return Copy(rest, to);
    }

    private static string? Copy(ReadOnlySpan<byte> from, Span<byte> to)
    {
        if (from.Length != to.Length)
        {
            return from.Length < to.Length ? ChunkCodecs.Short(from.Length, to.Length) : ChunkCodecs.Long(to.Length);
        }
        from.CopyTo(to);
        return null;
    }

    /// <summary>What decoding needs beside its output: Blosc's shuffled block, and an output with its checksums.</summary>
    private static long ScratchBytes(ZarrArray array)
    {
        int compressor = Array.FindIndex(array.Codecs, codec => codec != ChunkCodec.Crc32C);
        long inner = compressor > 0 ? array.ChunkBytes + (compressor * ChunkCodecs.ChecksumBytes) : 0;
        bool blosc = compressor >= 0 && array.Codecs[compressor] == ChunkCodec.Blosc;
        return inner + (blosc ? array.ChunkBytes + (Math.Max(compressor, 0) * ChunkCodecs.ChecksumBytes) : 0);
    }

    /// <summary>Refuses a length from which no chunk of this shape can come, before anything is allocated for it.</summary>
    private void CheckLength(InputFile file, long count)
    {
        long bytes = array.ChunkBytes;
        if (array.Codecs.Length == 0 && count != bytes)
        {
            throw file.Bad($"is a damaged chunk: {(count < bytes ? ChunkCodecs.Short(count, bytes) : ChunkCodecs.Long(bytes))}");
        }
        if (count > ChunkCodecs.MostStored(bytes))
        {
            throw file.Bad($"is a damaged chunk: it has {count} bytes, and {bytes} are never stored in so many");
        }
        bool deflate = array.Codecs.Any(codec => codec is ChunkCodec.Zlib or ChunkCodec.Gzip);
        long expansion = array.Codecs.All(codec => codec == ChunkCodec.Crc32C) ? 1 : deflate ? DeflateExpansion : MostExpansion;
        if (bytes / expansion > count)
        {
            throw file.Bad($"is a damaged chunk: it has {count} bytes, from which the {bytes} that its shape needs cannot come");
        }
    }

    /// <summary>Offset and length of a chunk in its shard; a length of -1 where it is absent.</summary>
    private (long Offset, long Count) Entry(InputFile file, string name, ReadOnlySpan<long> inside)
    {
        ShardLayout shard = array.Shard!;
        long bytes = shard.IndexBytes(array.Chunk), number = 0;
        if (_indexed != name)
        {
            ReadIndex(file, name, shard, bytes);
        }
        for (int i = 0; i < inside.Length; i++)
        {
            number = (number * (shard.Shape[i] / array.Chunk[i])) + inside[i];
        }
        ReadOnlySpan<byte> entry = _index!.Span<byte>(number * ShardLayout.EntryBytes, ShardLayout.EntryBytes);
        ulong offset = Number(entry, shard.BigEndian), count = Number(entry[sizeof(ulong)..], shard.BigEndian);
        if (offset == ulong.MaxValue && count == ulong.MaxValue)
        {
            return (0, -1);
        }
        return offset <= long.MaxValue && count <= long.MaxValue && file.Holds((long)offset, (long)count)
            ? ((long)offset, (long)count)
            : throw file.Bad($"is a damaged shard: chunk {number} of it lies at byte {offset} and has {count}, of {file.Length}");
    }

    private void ReadIndex(InputFile file, string name, ShardLayout shard, long bytes)
    {
        _indexed = null;
        if (bytes > file.Length)
        {
            throw file.Bad($"is a damaged shard: it has {file.Length} bytes, and its index alone has {bytes}");
        }
        _index ??= new HostBuffer(bytes);
        Span<byte> all = _index.Span<byte>(0, (int)bytes);
        file.Read(shard.AtEnd ? file.Length - bytes : 0, all);
        ReadOnlySpan<byte> index = all;
        if (shard.Checked && ChunkCodecs.TakeChecksum(ref index) is not null)
        {
            throw file.Bad("is a damaged shard: the CRC-32C of its index is wrong");
        }
        _indexed = name;
    }

    private static ulong Number(ReadOnlySpan<byte> bytes, bool bigEndian) =>
        bigEndian ? BinaryPrimitives.ReadUInt64BigEndian(bytes) : BinaryPrimitives.ReadUInt64LittleEndian(bytes);
}
