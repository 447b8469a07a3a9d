using FastSeg.Images.Codecs;
using FastSeg.Native;

namespace FastSeg.Images.Zarr;

/// <summary>One thread's memory for a chunk that is written: its samples and its compressed bytes.</summary>
/// <param name="image">What is written.</param>
internal sealed class ChunkBuffer(WrittenImage image) : IDisposable
{
    /// <summary>The level of Zstandard: label maps shrink well at any.</summary>
    public const int ZstdLevel = 1;

    /// <summary>Bytes of Zstandard's tables while it compresses at that level.</summary>
    private const long ZstdState = 2L << 20;

    private readonly HostBuffer _raw = new(image.ChunkBytes);
    private readonly byte[] _stored = GC.AllocateUninitializedArray<byte>((int)ChunkCodecs.MostStored(image.ChunkBytes));
    private readonly ZstdSharp.Compressor? _compressor = image.IsVersion3 ? new ZstdSharp.Compressor(ZstdLevel) : null;

    /// <summary>Bytes that one of these holds.</summary>
    public static long Bytes(WrittenImage image) =>
        image.ChunkBytes + ChunkCodecs.MostStored(image.ChunkBytes) + (image.IsVersion3 ? ZstdState : ChunkCodecs.StateBytes);

    /// <summary>The first sample.</summary>
    public unsafe byte* First => _raw.Pointer;

    /// <summary>The samples of a level's chunk, row by row; a chunk at the edge is whole, what lies outside is 0.</summary>
    /// <param name="level">The level.</param>
    public Span<byte> Samples(int level)
    {
        (int width, int height) = image.Chunk(level);
        return _raw.Span<byte>(0, width * height * image.SampleBytes);
    }

    /// <summary>Compresses the samples of a level's chunk.</summary>
    /// <returns>The stored bytes, until the next call.</returns>
    public ReadOnlySpan<byte> Compress(int level)
    {
        Span<byte> samples = Samples(level);
        return _stored.AsSpan(0, _compressor is null ? ChunkCodecs.Deflate(samples, _stored) : _compressor.Wrap(samples, _stored));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _raw.Dispose();
        _compressor?.Dispose();
    }
}
