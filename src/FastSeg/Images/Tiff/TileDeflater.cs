using System.IO.Compression;
using FastSeg.Native;

namespace FastSeg.Images;

/// <summary>One thread's memory for compressing tiles: the raw samples and what becomes of them.</summary>
internal sealed class TileDeflater(int tileBytes) : IDisposable
{
    private readonly HostBuffer _raw = new(tileBytes);

    /// <summary>The tile's samples, to be filled before <see cref="Deflate"/>.</summary>
    public Span<byte> Raw => _raw.Span<byte>(0, tileBytes);

    /// <summary>The result of <see cref="Deflate"/>.</summary>
    public byte[] Compressed { get; } = GC.AllocateUninitializedArray<byte>(MostCompressed(tileBytes));

    /// <summary>What zlib works in while a tile is compressed, and the runtime's buffer in front of it.</summary>
    private const long StateBytes = 288L << 10;

    /// <summary>Bytes of both, and of zlib.</summary>
    public static long Bytes(int tileBytes) => (long)tileBytes + MostCompressed(tileBytes) + StateBytes;

    /// <summary>The fastest level spends 9 bits on half of the byte values where nothing repeats, and some bytes around the whole.</summary>
    public static int MostCompressed(int tileBytes) => tileBytes + (tileBytes / 8) + 1024;

    /// <summary>Compresses <see cref="Raw"/>, zlib format, fastest level: label maps shrink well at any.</summary>
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

    /// <inheritdoc/>
    public void Dispose() => _raw.Dispose();
}
