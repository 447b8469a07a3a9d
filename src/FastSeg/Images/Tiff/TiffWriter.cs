using System.Collections.Concurrent;
using FastSeg.Native;

namespace FastSeg.Images;

/// <summary>
/// A TIFF (BigTIFF where it could grow past 4 GB) of 256 x 256 tiles, deflate, one grey sample, written in any order. Tiles are compressed
/// by the thread that writes them, and wait in a file beside the output until <see cref="Commit"/> puts them in order, page by page: the
/// bytes do not depend on which thread was first.
/// </summary>
internal sealed unsafe class TiffWriter : ImageWriter
{
    /// <summary>Columns and rows of a tile.</summary>
    public const int TileSize = 256;

    private readonly OutputFile _file;
    private readonly OutputFile _spool;
    private readonly TiffAssembler _assembler;
    private readonly ConcurrentBag<TileDeflater> _deflaters = [];
    private readonly Dictionary<int, PartialTile> _partial = [];
    private readonly (long Offset, int Count)[][] _spooled;
    private readonly int _across;
    private readonly int _down;
    private long _spoolEnd;
    private long _tilesWritten;

    public TiffWriter(string path, ImageLayout layout)
    {
        long across = ((layout.Width - 1) / TileSize) + 1, down = ((layout.Height - 1) / TileSize) + 1;
        if (across > int.MaxValue / down)
        {
            throw new FastSegException($"{path}: an image of {layout.Width} x {layout.Height} pixels has more tiles than a TIFF is written with here; write a part of it.");
        }
        Layout = layout;
        _across = (int)across;
        _down = (int)down;
        _spooled = new (long, int)[layout.Pages][];
        for (int page = 0; page < _spooled.Length; page++)
        {
            _spooled[page] = new (long, int)[across * down];
        }
        _file = new OutputFile(path);
        try
        {
            _spool = new OutputFile(path);
            _assembler = new TiffAssembler(_file, layout);
        }
        catch
        {
            _file.Dispose();
            _spool?.Dispose();
            throw;
        }
    }

    public override ImageLayout Layout { get; }

    private int TileBytes => TileSize * TileSize * Layout.Type.Bytes();

    public override long HeldBytes(int threads) =>
        ((long)threads * TileDeflater.Bytes(TileBytes)) + TileDeflater.MostCompressed(TileBytes) + ((long)_across * _down * ((16L * Layout.Pages) + 16));

    public override void Write(Region region, ReadOnlySpan<byte> samples)
    {
        ImageWriting.Check(Layout, region, samples.Length);
        TileDeflater deflater = _deflaters.TryTake(out TileDeflater? kept) ? kept : new TileDeflater(TileBytes);
        try
        {
            for (long row = region.Y / TileSize; row * TileSize < region.Bottom; row++)
            {
                for (long column = region.X / TileSize; column * TileSize < region.Right; column++)
                {
                    int tile = checked((int)((row * _across) + column));
                    Region whole = Whole(tile), part = whole.Intersect(region);
                    if (part == whole)
                    {
                        WriteWhole(deflater, tile, region, part, samples);
                    }
                    else
                    {
                        Collect(deflater, tile, region, part, samples);
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
        if (Interlocked.Read(ref _tilesWritten) != (long)_across * _down)
        {
            throw new InvalidOperationException($"{_tilesWritten} of {(long)_across * _down} tiles of {_file.Path} were written");
        }
        byte[] tile = new byte[TileDeflater.MostCompressed(TileBytes)];
        for (int page = 0; page < Layout.Pages; page++)
        {
            if (page > 0)
            {
                _assembler.NextPage();
            }
            for (int i = 0; i < _spooled[page].Length; i++)
            {
                (long offset, int count) = _spooled[page][i];
                _spool.Read(offset, tile.AsSpan(0, count));
                _assembler.Append(i, tile, count);
            }
        }
        _assembler.Finish();
        _file.Commit();
    }

    protected override void Dispose(bool disposing)
    {
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

    private Region Whole(int tile) =>
        new Region((long)(tile % _across) * TileSize, (long)(tile / _across) * TileSize, TileSize, TileSize)
            .Intersect(new Region(0, 0, Layout.Width, Layout.Height));

    private void WriteWhole(TileDeflater deflater, int tile, Region region, Region part, ReadOnlySpan<byte> samples)
    {
        int sample = Layout.Type.Bytes(), rowBytes = (int)part.Width * sample;
        for (int page = 0; page < Layout.Pages; page++)
        {
            Span<byte> raw = deflater.Raw;
            if (part.Width < TileSize || part.Height < TileSize)
            {
                raw.Clear();
            }
            for (int y = 0; y < part.Height; y++)
            {
                long from = ((((page * region.Height) + part.Y - region.Y + y) * region.Width) + part.X - region.X) * sample;
                samples.Slice(checked((int)from), rowBytes).CopyTo(raw[(y * TileSize * sample)..]);
            }
            Store(page, tile, deflater.Compressed, deflater.Deflate());
        }
        Interlocked.Increment(ref _tilesWritten);
    }

    private void Store(int page, int tile, byte[] compressed, int count)
    {
        long at = Interlocked.Add(ref _spoolEnd, count) - count;
        _spooled[page][tile] = (at, count);
        _spool.Write(at, compressed.AsSpan(0, count));
    }

    /// <summary>Keeps a part of a tile until the rest has come.</summary>
    private void Collect(TileDeflater deflater, int tile, Region region, Region part, ReadOnlySpan<byte> samples)
    {
        Region whole = Whole(tile);
        PartialTile? partial;
        lock (_partial)
        {
            if (!_partial.TryGetValue(tile, out partial))
            {
                partial = new PartialTile(new HostBuffer(whole.Pixels * Layout.Pages * Layout.Type.Bytes()), whole.Pixels);
                _partial.Add(tile, partial);
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
                _partial.Remove(tile);
            }
            using HostBuffer done = partial.Samples;
            WriteWhole(deflater, tile, whole, whole, done.Span<byte>(0, checked((int)done.Length)));
        }
    }

    private sealed class PartialTile(HostBuffer samples, long missing)
    {
        public HostBuffer Samples { get; } = samples;

        public long Missing { get; set; } = missing;
    }
}
