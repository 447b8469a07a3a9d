using System.IO.Compression;
using FastSeg.Native;

namespace FastSeg.Images.Tiff;

/// <summary>One thread's memory for compressing tiles: the raw samples and the compressed bytes.</summary>
internal sealed class TileDeflater(int tileBytes) : IDisposable
{
    /// <summary>Bytes in which zlib works while it inflates, and of the runtime's buffer in front of it.</summary>
    private const long InflaterBytes = 64L << 10;

    private HostBuffer? _source;

    /// <summary>The tile's samples, which the caller fills before <see cref="Deflate"/>.</summary>
    public HostBuffer Tile { get; } = new(tileBytes);

    /// <summary>The samples as bytes.</summary>
    public Span<byte> Raw => Tile.Span<byte>(0, tileBytes);

    /// <summary>Memory for the samples of another tile, which <see cref="Inflate"/> fills.</summary>
    public HostBuffer Source => _source ??= new HostBuffer(tileBytes);

    /// <summary>The compressed bytes, as many as <see cref="Deflate"/> returned.</summary>
    public byte[] Compressed { get; } = GC.AllocateUninitializedArray<byte>(MostCompressed(tileBytes));

    /// <summary>Bytes in which zlib works while a tile is compressed, and of the runtime's buffer in front of it.</summary>
    private const long StateBytes = 288L << 10;

    /// <summary>Bytes of the samples, of the compressed tile and of zlib.</summary>
    public static long Bytes(int tileBytes) => (long)tileBytes + MostCompressed(tileBytes) + StateBytes;

    /// <summary>Bytes that inflating takes besides.</summary>
    public static long InflatingBytes(int tileBytes) => tileBytes + InflaterBytes;

    /// <summary>
    /// Most bytes of a compressed tile: where nothing repeats, the fastest level spends 9 bits on half of the byte values, and some bytes
    /// around the whole.
    /// </summary>
    public static int MostCompressed(int tileBytes) => tileBytes + (tileBytes / 8) + 1024;

    /// <summary>Compresses <see cref="Raw"/> in zlib's format, at the fastest level: label maps shrink well at any.</summary>
    /// <returns>Bytes in <see cref="Compressed"/>.</returns>
    public int Deflate()
    {
        using var stream = new MemoryStream(Compressed);
        using (var deflate = new ZLibStream(stream, CompressionLevel.Fastest, leaveOpen: true))
        {
            deflate.Write(Raw);
        }
        return (int)stream.Position;
    }

    /// <summary>Puts the samples of a tile into <see cref="Source"/>, of which <see cref="Compressed"/> holds that many bytes.</summary>
    public void Inflate(int count)
    {
        using var inflate = new ZLibStream(new MemoryStream(Compressed, 0, count, writable: false), CompressionMode.Decompress);
        inflate.ReadExactly(Source.Span<byte>(0, tileBytes));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Tile.Dispose();
        _source?.Dispose();
    }
}
