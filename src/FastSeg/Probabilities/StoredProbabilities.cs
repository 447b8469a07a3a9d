using System.Runtime.InteropServices;
using FastSeg.Common;
using FastSeg.Files;
using FastSeg.Native;

namespace FastSeg.Probabilities;

/// <summary>
/// The probabilities of a region between two passes over its tiles: 16 bits a class and pixel, each tile in one piece. They lie in memory
/// or in an unnamed file. Several threads may write and read.
/// </summary>
internal sealed class StoredProbabilities : IDisposable
{
    private readonly TileGrid _grid;
    private readonly int _classes;
    private readonly HostBuffer? _memory;
    private readonly UnnamedFile? _file;

    /// <summary>Allocates the memory or creates the file.</summary>
    /// <param name="grid">The region's tiles, from its corner.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="onDisk">Whether they go to a file.</param>
    /// <param name="image">The image's name, for the sentence of a full disk.</param>
    /// <exception cref="FastSegException">There is not enough memory or space on the disk.</exception>
    public StoredProbabilities(TileGrid grid, int classes, bool onDisk, string image)
    {
        (_grid, _classes) = (grid, classes);
        long bytes = Bytes(grid.Area, classes);
        if (onDisk)
        {
            _file = new UnnamedFile(bytes, $"the probabilities of {image}, {ByteSize.Text(bytes)}");
        }
        else
        {
            _memory = new HostBuffer(bytes);
        }
    }

    /// <summary>Bytes of a region's probabilities.</summary>
    public static long Bytes(Region region, int classes) => checked(region.Pixels * classes * sizeof(ushort));

    /// <summary>Keeps the probabilities of a tile: classes x pixels of the tile.</summary>
    /// <exception cref="FastSegException">The disk is full or fails.</exception>
    public void Write(Region tile, ReadOnlySpan<ushort> probabilities)
    {
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(probabilities);
        if (_file is not null)
        {
            _file.Write(Offset(tile), bytes);
        }
        else
        {
            bytes.CopyTo(_memory!.Span<byte>(Offset(tile), bytes.Length));
        }
    }

    /// <summary>Reads the probabilities of a tile back.</summary>
    /// <exception cref="FastSegException">The disk fails.</exception>
    public void Read(Region tile, Span<ushort> probabilities)
    {
        Span<byte> bytes = MemoryMarshal.AsBytes(probabilities);
        if (_file is not null)
        {
            _file.Read(Offset(tile), bytes);
        }
        else
        {
            _memory!.Span<byte>(Offset(tile), bytes.Length).CopyTo(bytes);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _memory?.Dispose();
        _file?.Dispose();
    }

    /// <summary>Where a tile's probabilities begin: behind those of the rows of tiles above it and of the tiles to its left.</summary>
    private long Offset(Region tile)
    {
        Region area = _grid.Area;
        return (((tile.Y - area.Y) * area.Width) + ((tile.X - area.X) * tile.Height)) * _classes * sizeof(ushort);
    }
}
