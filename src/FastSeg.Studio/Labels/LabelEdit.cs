using static FastSeg.Studio.Labels.LabelTile;

namespace FastSeg.Studio.Labels;

/// <summary>
/// Paints over a raster and makes a new one. The old raster stays as it is: tiles are copied when they are first painted on. One thread
/// at a time.
/// </summary>
internal sealed class LabelEdit
{
    /// <summary>Copied tiles (64 KiB each) above which full tiles of one label are given back while the edit goes on.</summary>
    private const int ManyTiles = 1024;

    private static readonly byte[] Nothing = new byte[Side];

    private readonly LabelRaster _start;
    private readonly LabelTile?[]?[] _rows;
    private readonly bool[] _ownRow;
    private readonly long[] _counts;
    private readonly LabelPatch.Writer _patch;
    private readonly List<(int Tx, int Ty)> _copied = [];
    private int _settleAt = ManyTiles;

    /// <summary>Begins to paint over a raster.</summary>
    /// <param name="start">The raster.</param>
    /// <param name="patchLimit">Bytes of a patch above which there will be none.</param>
    public LabelEdit(LabelRaster start, int patchLimit = LabelPatch.DefaultLimit)
    {
        _start = start;
        _rows = start.Rows.ToArray();
        _ownRow = new bool[_rows.Length];
        _counts = start.Counts.ToArray();
        _patch = new LabelPatch.Writer(patchLimit);
    }

    public long Width => _start.Width;

    public long Height => _start.Height;

    /// <summary>The label of a pixel inside the page.</summary>
    public byte this[long x, long y] => RowFrom(x, y)[0];

    /// <summary>Gives pixels of a row a label, as far as they lie on the page.</summary>
    public void Paint(PixelRun run, byte label)
    {
        if (run.Y < 0 || run.Y >= Height)
        {
            return;
        }
        long end = Math.Min(run.End, Width);
        for (long x = Math.Max(run.X, 0); x < end; x = ((x >> Shift) + 1) << Shift)
        {
            int length = (int)Math.Min(Side - (x & (Side - 1)), end - x);
            PaintInTile(x, run.Y, length, label);
        }
    }

    /// <summary>Gives pixels a label.</summary>
    public void Paint(IEnumerable<PixelRun> runs, byte label)
    {
        foreach (PixelRun run in runs)
        {
            Paint(run, label);
        }
    }

    /// <summary>Takes back what a patch remembers.</summary>
    public void Restore(LabelPatch patch)
    {
        foreach (LabelRun run in patch.Runs())
        {
            Paint(new PixelRun(run.Y, run.X, run.X + run.Length), run.Label);
        }
    }

    /// <summary>Gives every pixel the label of an image of the page's size.</summary>
    /// <exception cref="FastSegException">It has another size or larger values, or is damaged.</exception>
    public void Replace(ImageReader labels)
    {
        ImageInfo info = labels.Info;
        if (info.Width != Width || info.Height != Height || info.Type != SampleType.UInt8)
        {
            throw new FastSegException(
                $"{info.Name} has {info.Width} x {info.Height} pixels of {info.Type.Name()}; labels of this page have " +
                    $"{Width} x {Height} of uint8.");
        }
        byte[] band = new byte[Math.Min(Side, Height) * Width];
        for (long top = 0; top < Height; top += Side)
        {
            var region = new Region(0, top, Width, Math.Min(Side, Height - top));
            labels.Read(region, band);
            for (long y = top; y < region.Bottom; y++)
            {
                PaintRow(y, band.AsSpan((int)((y - top) * Width), (int)Width));
            }
        }
    }

    private void PaintRow(long y, ReadOnlySpan<byte> labels)
    {
        for (int x = 0; x < labels.Length;)
        {
            int length = labels[x..].IndexOfAnyExcept(labels[x]);
            int end = length < 0 ? labels.Length : x + length;
            Paint(new PixelRun(y, x, end), labels[x]);
            x = end;
        }
    }

    /// <summary>Takes a label off all pixels that have it.</summary>
    public void Erase(byte label)
    {
        foreach (LabelRun run in _start.Runs())
        {
            if (run.Label == label)
            {
                Paint(new PixelRun(run.Y, run.X, run.X + run.Length), 0);
            }
        }
    }

    /// <summary>Takes the labels off all pixels.</summary>
    public void Clear()
    {
        foreach (LabelRun run in _start.Runs())
        {
            Paint(new PixelRun(run.Y, run.X, run.X + run.Length), 0);
        }
    }

    /// <summary>The first column at or after x that has another label than that given, or the width.</summary>
    public long EndOfRun(long x, long y, byte label)
    {
        while (x < Width)
        {
            ReadOnlySpan<byte> row = RowFrom(x, y);
            int other = row.IndexOfAnyExcept(label);
            if (other >= 0)
            {
                return Math.Min(x + other, Width);
            }
            x += row.Length;
        }
        return Width;
    }

    /// <summary>The leftmost column of the run of a label that ends before x.</summary>
    public long StartOfRun(long x, long y, byte label)
    {
        while (x > 0)
        {
            long left = (x - 1) >> Shift << Shift;
            ReadOnlySpan<byte> row = RowFrom(left, y)[..(int)(x - left)];
            int other = row.LastIndexOfAnyExcept(label);
            if (other >= 0)
            {
                return left + other + 1;
            }
            x = left;
        }
        return 0;
    }

    /// <summary>The first column from x on and before end that has a label, or end.</summary>
    public long Find(long x, long end, long y, byte label)
    {
        while (x < end)
        {
            ReadOnlySpan<byte> row = RowFrom(x, y);
            int found = row.IndexOf(label);
            if (found >= 0)
            {
                return Math.Min(x + found, end);
            }
            x += row.Length;
        }
        return end;
    }

    /// <summary>Ends the edit.</summary>
    /// <returns>The new raster, and what takes the change back; the raster given at first where nothing changed.</returns>
    public (LabelRaster Labels, LabelPatch Patch) Finish()
    {
        LabelPatch patch = _patch.Finish();
        if (patch.Region is null)
        {
            return (_start, patch);
        }
        Settle();
        foreach ((int tx, int ty) in _copied)
        {
            if (_rows[ty]![tx] is { } tile && tile.Owner == this)
            {
                tile.Owner = null;
            }
        }
        return (new LabelRaster(Width, Height, _rows, _counts), patch);
    }

    /// <summary>The labels of a row from a pixel to the end of its tile, which may lie beyond the page (and are 0 there).</summary>
    private ReadOnlySpan<byte> RowFrom(long x, long y)
    {
        int column = (int)(x & (Side - 1));
        return _rows[y >> Shift]?[x >> Shift] is { } tile
            ? tile.Pixels.AsSpan((int)((y & (Side - 1)) * Side) + column, Side - column)
            : Nothing.AsSpan(column);
    }

    private void PaintInTile(long x, long y, int length, byte label)
    {
        if (!RowFrom(x, y)[..length].ContainsAnyExcept(label))
        {
            return;
        }
        LabelTile tile = OwnTile((int)(x >> Shift), (int)(y >> Shift));
        Span<byte> row = tile.Pixels.AsSpan((int)(((y & (Side - 1)) * Side) + (x & (Side - 1))), length);
        for (int at = 0; at < length;)
        {
            byte old = row[at];
            int run = row[at..].IndexOfAnyExcept(old);
            run = run < 0 ? length - at : run;
            if (old != label)
            {
                _patch.Add(new LabelRun(y, x + at, run, old));
                Count(tile, old, -run);
                Count(tile, label, run);
            }
            at += run;
        }
        row.Fill(label);
    }

    private void Count(LabelTile tile, byte label, int pixels)
    {
        if (label != 0)
        {
            _counts[label] += pixels;
            tile.Labelled += pixels;
        }
    }

    private LabelTile OwnTile(int tx, int ty)
    {
        if (!_ownRow[ty])
        {
            _rows[ty] = _rows[ty] is { } shared ? [.. shared] : new LabelTile?[_start.Across];
            _ownRow[ty] = true;
        }
        LabelTile?[] tiles = _rows[ty]!;
        if (tiles[tx] is { } tile && tile.Owner == this)
        {
            return tile;
        }
        if (_copied.Count >= _settleAt)
        {
            Settle();
            _settleAt = _copied.Count + ManyTiles;
        }
        _copied.Add((tx, ty));
        return tiles[tx] = Own(tiles[tx], this);
    }

    /// <summary>Lets go of copied tiles without labels and of those that hold one label alone.</summary>
    private void Settle()
    {
        _copied.RemoveAll(at =>
        {
            ref LabelTile? tile = ref _rows[at.Ty]![at.Tx];
            LabelTile? settled = tile is null || tile.Labelled == 0 ? null : tile.Settled();
            bool gone = settled != tile;
            tile = settled;
            return gone;
        });
    }
}
