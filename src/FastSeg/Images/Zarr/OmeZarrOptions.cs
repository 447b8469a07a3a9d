using static FastSeg.Common.Arguments;

namespace FastSeg;

/// <summary>How an OME-Zarr is written.</summary>
public sealed record OmeZarrOptions
{
    /// <summary>The shortest and the longest side of a chunk that is written.</summary>
    private const int LeastChunk = 16, MostChunk = 8192;

    /// <summary>The version that every reader knows: on Zarr version 2, zlib.</summary>
    public const string Version04 = "0.4";

    /// <summary>The newer version: on Zarr version 3, Zstandard, chunks in shards of 4 x 4.</summary>
    public const string Version05 = "0.5";

    /// <summary>The version of OME-Zarr: <see cref="Version04"/> or <see cref="Version05"/>.</summary>
    public string Version
    {
        get;
        init => field = NotNull(value) is Version04 or Version05
            ? value
            : throw new FastSegException($"OME-Zarr {value} is not written; write {Version04} or {Version05}.");
    } = Version04;

    /// <summary>What the image is called in its metadata; null for the store's name.</summary>
    internal string? Name { get; init; }

    /// <summary>Whether it is one of several images in a store, in a folder whose name is a number.</summary>
    internal bool IsMember => Name is not null;

    /// <summary>Columns and rows of a chunk; images that are smaller have smaller ones.</summary>
    public int Chunk
    {
        get;
        init => field = value is >= LeastChunk and <= MostChunk
            ? value
            : throw new FastSegException($"A chunk of {value} x {value} pixels is not written; give {LeastChunk} to {MostChunk}.");
    } = 1024;
}
