namespace FastSeg.Images.Codecs;

/// <summary>What became of a chunk's bytes before they were stored.</summary>
internal enum ChunkCodec
{
    /// <summary>Deflate in zlib's frame.</summary>
    Zlib,

    /// <summary>Deflate in gzip's frame.</summary>
    Gzip,

    /// <summary>A Zstandard frame.</summary>
    Zstd,

    /// <summary>A Blosc-1 frame.</summary>
    Blosc,

    /// <summary>The bytes themselves, and behind them four bytes of their CRC-32C.</summary>
    Crc32C,
}
