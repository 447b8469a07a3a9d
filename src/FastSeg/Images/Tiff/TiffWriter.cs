using System.Collections.Concurrent;
using FastSeg.Common;
using FastSeg.Files;
using FastSeg.Files.Runs;
using FastSeg.Images.Pyramids;
using FastSeg.Native;

namespace FastSeg.Images.Tiff;

/// <summary>
/// A TIFF (BigTIFF where it could grow past 4 GB) of 256 x 256 tiles, deflate, one grey sample, written in any order. The thread that
/// writes a tile compresses it; then the tile waits in a second file beside the output, the spool, until <see cref="Commit"/> makes the
/// smaller sizes, where they are wanted, and puts all of them in order, page by page. So the bytes do not depend on which thread was first.
/// </summary>
internal sealed unsafe class TiffWriter : ImageWriter
{
    private const int TileSize = TiffAssembler.TileSize;

    private readonly OutputFile _file;
    private readonly SpoolFile _spool;
    private readonly RunPart? _part;
    private readonly TiffAssembler _assembler;
    private readonly ConcurrentBag<TileDeflater> _deflaters = [];

    /// <summary>Tiles of which only a part has been written yet.</summary>
    private readonly Dictionary<(int Plane, int Tile), PartialTile> _partial = [];

    /// <summary>Where each page's tiles are in the spool.</summary>
    private readonly (long Offset, int Count)[][] _spooled;
    private readonly TilePyramid _tiles;
    private readonly WantedUnits? _wanted;
    private long _spoolEnd;
    private long _tilesWritten;
    private bool _finished;

    /// <summary>Creates the temporary files.</summary>
    /// <param name="path">Final path.</param>
    /// <param name="layout">Size, type and pages.</param>
    /// <param name="folder">The folder of a run that can go on, which keeps the spool; null for a run that leaves nothing.</param>
    /// <exception cref="FastSegException">There would be too many tiles, or the folder cannot be written.</exception>
    public TiffWriter(string path, ImageLayout layout, RunFolder? folder = null)
    {
        Layout = layout;
        _tiles = Tiles(path, layout);
        _spooled = new (long, int)[layout.AllPages][];
        for (int page = 0; page < _spooled.Length; page++)
        {
            _spooled[page] = new (long, int)[_tiles.Count];
        }
        _file = new OutputFile(path);
        try
        {
            _part = folder?.Add(path, replaces: true);
            _spool = _part is null ? new SpoolFile(path) : new SpoolFile(_part);
            _wanted = _part is null ? null : TakeOver(_part);
            _assembler = new TiffAssembler(_file, layout, _tiles.Levels);
        }
        catch
        {
            _file.Dispose();
            _spool?.Dispose();
            throw;
        }
    }

    public override ImageLayout Layout { get; }

    /// <summary>
    /// What a writer of this layout holds, without opening one: a deflater for each thread, the tile that is being put in order, 16 bytes
    /// for each tile of every page here, and 16 for each tile of one page in BitMiracle; and what making smaller sizes takes.
    /// </summary>
    /// <exception cref="FastSegException">The format cannot hold the layout.</exception>
    public static long HeldBytes(string path, ImageLayout layout, int threads)
    {
        TilePyramid tiles = Tiles(path, layout);
        int tile = BytesOfATile(layout);
        long tables = tiles.Count * ((16L * layout.AllPages) + 16);
        long each = TileDeflater.Bytes(tile) + (tiles.Levels.Count > 1 ? TileDeflater.InflatingBytes(tile) : 0);
        return (threads * each) + TileDeflater.MostCompressed(tile) + tables;
    }

    private static TilePyramid Tiles(string path, ImageLayout layout)
    {
        try
        {
            return new TilePyramid(layout, TileSize);
        }
        catch (OverflowException e)
        {
            throw new FastSegException(
                $"{path}: an image of {layout.Width} x {layout.Height} pixels has more tiles than a TIFF is written with here; " +
                "write a part of it.", e);
        }
    }

    private static int BytesOfATile(ImageLayout layout) => TileSize * TileSize * layout.Type.Bytes();

    private int TileBytes => BytesOfATile(Layout);

    public override long HeldBytes(int threads) => HeldBytes(_file.Path, Layout, threads);

    public override void Write(Region region, ReadOnlySpan<byte> samples) => Write(0, region, samples);

    internal override void Write(int plane, Region region, ReadOnlySpan<byte> samples)
    {
        ImageWriting.Check(Layout, region, samples.Length);
        TileDeflater deflater = _deflaters.TryTake(out TileDeflater? kept) ? kept : new TileDeflater(TileBytes);
        try
        {
            for (long row = region.Y / TileSize; row * TileSize < region.Bottom; row++)
            {
                for (long column = region.X / TileSize; column * TileSize < region.Right; column++)
                {
                    int tile = checked((int)((row * _tiles.Across(0)) + column));
                    Region whole = _tiles.Area(0, tile), part = whole.Intersect(region);
                    if (_wanted?.Any(plane, whole) == false)
                    {
                        continue;
                    }
                    if (part == whole)
                    {
                        WriteWhole(deflater, plane, tile, region, part, samples);
                    }
                    else
                    {
                        Collect(deflater, plane, tile, region, part, samples);
                    }
                }
            }
        }
        finally
        {
            _deflaters.Add(deflater);
        }
    }

    public override void Commit()
    {
        Finish();
        _file.Commit();
    }

    internal override PartialFile Partial => _file.Partial;

    internal override (long Width, long Height)? Units => _part is null ? null : (TileSize, TileSize);

    internal override bool Lacks(int plane, Region region) => _wanted?.Any(plane, region) ?? true;

    internal override long LeftOut => _wanted?.LeftOut ?? 0;

    internal override ImageReader? OpenWritten(int plane, int threads) => _file.IsCommitted
        ? TiffReader.Open(InputFile.Open(_file.Path, _file.Path), (plane * Layout.Pages) + 1, indices: true)
        : null;

    internal override void Finish()
    {
        if (_finished)
        {
            return;
        }
        long tiles = (long)_tiles.First[1] * Layout.Planes;
        if (Interlocked.Read(ref _tilesWritten) != tiles)
        {
            throw new InvalidOperationException($"{_tilesWritten} of {tiles} tiles of {_file.Path} were written");
        }
        MakeSizes();
        byte[] tile = new byte[TileDeflater.MostCompressed(TileBytes)];
        for (int page = 0; page < Layout.AllPages; page++)
        {
            for (int level = 0; level < _tiles.Levels.Count; level++)
            {
                Cancellation.ThrowIfCancellationRequested();
                if (page > 0 || level > 0)
                {
                    _assembler.NextDirectory();
                }
                for (int i = _tiles.First[level]; i < _tiles.First[level + 1]; i++)
                {
                    _assembler.Append(i - _tiles.First[level], tile, Load(page, i, tile));
                }
            }
        }
        _assembler.Finish();
        _finished = true;
    }

    protected override void Dispose(bool disposing)
    {
        if (_file.IsCommitted)
        {
            _part?.MarkCommitted();
        }
        _assembler.Dispose();
        _file.Dispose();
        _spool.Dispose();
        foreach (PartialTile partial in _partial.Values)
        {
            partial.Samples.Dispose();
        }
        foreach (TileDeflater deflater in _deflaters)
        {
            deflater.Dispose();
        }
    }

    /// <summary>Makes the tiles of the smaller sizes, each size of all pages from the one before.</summary>
    private void MakeSizes()
    {
        int threads = Math.Max(1, _deflaters.Count);
        for (int level = 1; level < _tiles.Levels.Count; level++)
        {
            int first = _tiles.First[level], count = _tiles.First[level + 1] - first;
            Workers.Run(threads, (long)count * Layout.AllPages, new ComputeOptions { Cancellation = Cancellation }, (_, i) =>
            {
                TileDeflater deflater = _deflaters.TryTake(out TileDeflater? kept) ? kept : new TileDeflater(TileBytes);
                (int page, int tile) = ((int)(i / count), first + (int)(i % count));
                try
                {
                    _tiles.Make(tile, deflater.Tile, deflater.Source, from => deflater.Inflate(Load(page, from, deflater.Compressed)));
                    Store(page, tile, deflater.Compressed, deflater.Deflate());
                }
                finally
                {
                    _deflaters.Add(deflater);
                }
            });
        }
    }

    /// <summary>Reads a compressed tile back from the spool. Returns how many bytes it has.</summary>
    private int Load(int page, int tile, byte[] compressed)
    {
        (long offset, int count) = _spooled[page][tile];
        _spool.Read(offset, compressed.AsSpan(0, count));
        return count;
    }

    /// <summary>Compresses a tile of every page and puts it into the spool.</summary>
    /// <param name="deflater">The thread's memory for it.</param>
    /// <param name="plane">The plane.</param>
    /// <param name="tile">Number of the tile.</param>
    /// <param name="region">The pixels of <paramref name="samples"/>.</param>
    /// <param name="part">The tile's pixels.</param>
    /// <param name="samples">Page by page, row by row.</param>
    private void WriteWhole(TileDeflater deflater, int plane, int tile, Region region, Region part, ReadOnlySpan<byte> samples)
    {
        int sample = Layout.Type.Bytes(), rowBytes = (int)part.Width * sample;
        for (int page = 0; page < Layout.Pages; page++)
        {
            Span<byte> raw = deflater.Raw;
            // A tile at the edge is stored whole too; what lies outside the image is 0.
            if (part.Width < TileSize || part.Height < TileSize)
            {
                raw.Clear();
            }
            for (int y = 0; y < part.Height; y++)
            {
                long from = ((((page * region.Height) + part.Y - region.Y + y) * region.Width) + part.X - region.X) * sample;
                samples.Slice(checked((int)from), rowBytes).CopyTo(raw[(y * TileSize * sample)..]);
            }
            Store((plane * Layout.Pages) + page, tile, deflater.Compressed, deflater.Deflate());
        }
        Interlocked.Increment(ref _tilesWritten);
    }

    /// <summary>Appends a compressed tile to the spool. Threads take their stretches of it with one atomic addition.</summary>
    private void Store(int page, int tile, byte[] compressed, int count)
    {
        long at = Interlocked.Add(ref _spoolEnd, count) - count;
        _spooled[page][tile] = (at, count);
        _spool.Write(at, compressed.AsSpan(0, count));
        if (tile < _tiles.First[1])
        {
            _part?.Add(StoredUnits.Stretch($"{page}.{tile}", at), compressed.AsSpan(0, count));
        }
    }

    /// <summary>Takes over the tiles that earlier starts of the run put into the spool, of those whose pages are all there.</summary>
    private WantedUnits TakeOver(RunPart part)
    {
        foreach ((string number, long offset, long length) in part.KeptStretches())
        {
            string[] names = number.Split('.');
            if (names.Length == 2 && int.TryParse(names[0], out int page) && int.TryParse(names[1], out int tile)
                && (uint)page < (uint)Layout.AllPages && (uint)tile < (uint)_tiles.First[1]
                && length <= TileDeflater.MostCompressed(TileBytes))
            {
                _spooled[page][tile] = (offset, (int)length);
            }
        }
        _spoolEnd = _spool.Length;
        bool IsKept(int plane, long y, long x)
        {
            ReadOnlySpan<(long Offset, int Count)[]> pages = _spooled.AsSpan(plane * Layout.Pages, Layout.Pages);
            bool kept = true;
            foreach ((long Offset, int Count)[] tiles in pages)
            {
                kept &= tiles[(y * _tiles.Across(0)) + x].Count > 0;
            }
            return kept;
        }
        var wanted = new WantedUnits(part, (Layout.Width, Layout.Height, Layout.Planes), (TileSize, TileSize), IsKept);
        _tilesWritten = wanted.KeptCount;
        return wanted;
    }

    /// <summary>Keeps a part of a tile until the rest has come; whoever brings the last part writes the tile.</summary>
    private void Collect(TileDeflater deflater, int plane, int tile, Region region, Region part, ReadOnlySpan<byte> samples)
    {
        Region whole = _tiles.Area(0, tile);
        PartialTile? partial;
        lock (_partial)
        {
            if (!_partial.TryGetValue((plane, tile), out partial))
            {
                partial = new PartialTile(new HostBuffer(whole.Pixels * Layout.Pages * Layout.Type.Bytes()), whole.Pixels);
                _partial.Add((plane, tile), partial);
            }
        }
        int sample = Layout.Type.Bytes(), rowBytes = (int)part.Width * sample;
        bool complete;
        lock (partial)
        {
            for (int page = 0; page < Layout.Pages; page++)
            {
                for (int y = 0; y < part.Height; y++)
                {
                    long from = ((((page * region.Height) + part.Y - region.Y + y) * region.Width) + part.X - region.X) * sample;
                    long to = ((((page * whole.Height) + part.Y - whole.Y + y) * whole.Width) + part.X - whole.X) * sample;
                    samples.Slice(checked((int)from), rowBytes).CopyTo(partial.Samples.Span<byte>(to, rowBytes));
                }
            }
            partial.Missing -= part.Pixels;
            complete = partial.Missing == 0;
        }
        if (complete)
        {
            lock (_partial)
            {
                _partial.Remove((plane, tile));
            }
            using HostBuffer done = partial.Samples;
            WriteWhole(deflater, plane, tile, whole, whole, done.Span<byte>(0, checked((int)done.Length)));
        }
    }

    /// <summary>The samples of a tile that have come, and how many pixels are missing.</summary>
    private sealed class PartialTile(HostBuffer samples, long missing)
    {
        public HostBuffer Samples { get; } = samples;

        public long Missing { get; set; } = missing;
    }
}
