namespace FastSeg.Images.Zarr;

/// <summary>
/// How chunks lie together in a file: behind or before them stands an index of offset and length of each, in the order of the shard's
/// chunks.
/// </summary>
/// <param name="Shape">Lengths of a shard, multiples of a chunk's.</param>
/// <param name="AtEnd">Whether the index stands behind the chunks.</param>
/// <param name="BigEndian">Whether its numbers begin with their highest bytes.</param>
/// <param name="Checked">Whether a CRC-32C follows it.</param>
internal sealed record ShardLayout(long[] Shape, bool AtEnd, bool BigEndian, bool Checked)
{
    /// <summary>Most chunks of a shard: its index is read as a whole.</summary>
    public const long MostChunks = 1 << 20;

    /// <summary>Bytes of an entry: offset and length.</summary>
    public const int EntryBytes = 2 * sizeof(ulong);

    /// <summary>Chunks of a shard.</summary>
    /// <param name="chunk">Lengths of a chunk.</param>
    public long Chunks(long[] chunk) => Shape.Zip(chunk).Aggregate(1L, (product, pair) => product * (pair.First / pair.Second));

    /// <summary>Bytes of the index.</summary>
    /// <param name="chunk">Lengths of a chunk.</param>
    public long IndexBytes(long[] chunk) => (Chunks(chunk) * EntryBytes) + (Checked ? Codecs.ChunkCodecs.ChecksumBytes : 0);
}
