using static FastSeg.Studio.Labels.LabelTile;

namespace FastSeg.Studio.Labels;

/// <summary>
/// The labels of one page: 0 where nothing was drawn, otherwise a class's value. A raster never changes, so it is its own snapshot and
/// may be read by any number of threads; a <see cref="LabelEdit"/> makes the next one, which shares all tiles that are the same.
/// </summary>
internal sealed class LabelRaster
{
    /// <summary>Rows of tiles; null where no tile of the row has a label, or a tile has none.</summary>
    private readonly LabelTile?[]?[] _rows;
    private readonly long[] _counts;

    /// <summary>A page without labels.</summary>
    public LabelRaster(long width, long height)
        : this(width, height, new LabelTile?[]?[TilesOf(height)], new long[256])
    {
    }

    internal LabelRaster(long width, long height, LabelTile?[]?[] rows, long[] counts) =>
        (Width, Height, _rows, _counts) = (width, height, rows, counts);

    public long Width { get; }

    public long Height { get; }

    /// <summary>Pixels of each value; that of 0 is not counted and is 0.</summary>
    public ReadOnlySpan<long> Counts => _counts;

    /// <summary>Pixels with a label.</summary>
    public long Labelled => _counts.Sum();

    /// <summary>Columns of tiles.</summary>
    internal int Across => TilesOf(Width);

    internal ReadOnlySpan<LabelTile?[]?> Rows => _rows;

    /// <summary>The label of a pixel.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The pixel lies outside.</exception>
    public byte this[long x, long y]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((ulong)x, (ulong)Width, nameof(x));
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((ulong)y, (ulong)Height, nameof(y));
            LabelTile? tile = _rows[y >> Shift]?[x >> Shift];
            return tile is null ? (byte)0 : tile.Pixels[((y & (Side - 1)) * Side) + (x & (Side - 1))];
        }
    }

    /// <summary>Copies the labels of a rectangle, row by row.</summary>
    public void Read(Region region, Span<byte> destination) => Read(0, region, destination);

    /// <summary>
    /// Copies a rectangle of the labels reduced by 2^level: of each square of pixels the most frequent label (the smallest of several),
    /// 0 only where no pixel of the square has one.
    /// </summary>
    /// <param name="level">0 for the labels themselves.</param>
    /// <param name="region">A rectangle of the reduced labels, whose size is the page's divided by 2^level, rounded up.</param>
    /// <param name="destination">A byte for each pixel of the rectangle.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rectangle reaches out of the labels, or there is no such level.</exception>
    public void Read(int level, Region region, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)level, 40u, nameof(level));
        (long width, long height) = SizeAt(level);
        if (region.IsEmpty || !new Region(0, 0, width, height).Contains(region))
        {
            throw new ArgumentOutOfRangeException(nameof(region), $"{region} of {width} x {height}");
        }
        Span<byte> labels = destination[..(int)region.Pixels];
        labels.Clear();
        if (level <= Shift)
        {
            ReadTiles(level, region, labels);
        }
        else
        {
            ReadCounts(level - Shift, region, labels);
        }
    }

    /// <summary>Width and height of the labels reduced by 2^level.</summary>
    public (long Width, long Height) SizeAt(int level)
    {
        long more = (1L << level) - 1;
        return ((Width + more) >> level, (Height + more) >> level);
    }

    /// <summary>
    /// The runs of equal labels above 0 in raster order: row by row, from left to right; a run may go on in the next one.
    /// </summary>
    public IEnumerable<LabelRun> Runs()
    {
        for (int ty = 0; ty < _rows.Length; ty++)
        {
            if (_rows[ty] is not { } tiles)
            {
                continue;
            }
            long bottom = Math.Min(Side, Height - ((long)ty << Shift));
            for (int row = 0; row < bottom; row++)
            {
                long y = ((long)ty << Shift) + row;
                for (int tx = 0; tx < tiles.Length; tx++)
                {
                    if (tiles[tx] is not { } tile)
                    {
                        continue;
                    }
                    for (int x = 0; RunFrom(tile, row, ref x) is var (label, length) && length > 0; x += length)
                    {
                        yield return new LabelRun(y, ((long)tx << Shift) + x, length, label);
                    }
                }
            }
        }
    }

    /// <summary>All labelled pixels in raster order: <c>y * Width + x</c> of each, and its label.</summary>
    /// <exception cref="FastSegException">There are more of them than an array can hold.</exception>
    public (long[] Positions, byte[] Values) LabelledPixels()
    {
        long count = Labelled;
        if (count > Array.MaxLength)
        {
            throw new FastSegException($"{count} pixels of a page are labelled; at most {Array.MaxLength} fit into memory.");
        }
        long[] positions = new long[count];
        byte[] values = new byte[count];
        int next = 0;
        foreach (LabelRun run in Runs())
        {
            values.AsSpan(next, run.Length).Fill(run.Label);
            long position = (run.Y * Width) + run.X;
            for (int i = 0; i < run.Length; i++)
            {
                positions[next++] = position + i;
            }
        }
        return (positions, values);
    }

    /// <summary>A reader of the labels for training and export.</summary>
    /// <param name="name">What sentences call it.</param>
    public ImageReader Reader(string name) => new LabelReader(this, name);

    private static int TilesOf(long pixels) => checked((int)((pixels + Side - 1) >> Shift));

    /// <summary>The next run of a tile's row at or after x, which moves to its start; length 0 where there is none.</summary>
    private static (byte Label, int Length) RunFrom(LabelTile tile, int row, ref int x)
    {
        ReadOnlySpan<byte> labels = tile.Pixels.AsSpan((row * Side) + x, Side - x);
        int skip = labels.IndexOfAnyExcept((byte)0);
        if (skip < 0)
        {
            return (0, 0);
        }
        x += skip;
        labels = labels[skip..];
        int length = labels.IndexOfAnyExcept(labels[0]);
        return (labels[0], length < 0 ? labels.Length : length);
    }

    private void ReadTiles(int level, Region region, Span<byte> labels)
    {
        int shift = Shift - level, side = 1 << shift;
        for (long ty = region.Y >> shift; ty <= (region.Bottom - 1) >> shift; ty++)
        {
            for (long tx = region.X >> shift; _rows[ty] is { } tiles && tx <= (region.Right - 1) >> shift; tx++)
            {
                if (tiles[tx] is not { } tile)
                {
                    continue;
                }
                Region part = new Region(tx << shift, ty << shift, side, side).Intersect(region);
                ReadOnlySpan<byte> from = tile.Level(level);
                for (long y = part.Y; y < part.Bottom; y++)
                {
                    int at = (int)(((y - (ty << shift)) << shift) + part.X - (tx << shift));
                    int to = (int)(((y - region.Y) * region.Width) + part.X - region.X);
                    from.Slice(at, (int)part.Width).CopyTo(labels[to..]);
                }
            }
        }
    }

    /// <summary>Reads levels at which a pixel stands for several tiles.</summary>
    private void ReadCounts(int shift, Region region, Span<byte> labels)
    {
        Span<long> counts = stackalloc long[256];
        for (long y = 0; y < region.Height; y++)
        {
            for (long x = 0; x < region.Width; x++)
            {
                counts.Clear();
                AddCounts((region.X + x) << shift, (region.Y + y) << shift, 1L << shift, counts);
                labels[(int)((y * region.Width) + x)] = MostFrequent<long>(counts);
            }
        }
    }

    private void AddCounts(long firstColumn, long firstRow, long side, Span<long> counts)
    {
        for (long ty = firstRow; ty < Math.Min(firstRow + side, _rows.Length); ty++)
        {
            for (long tx = firstColumn; _rows[ty] is { } tiles && tx < Math.Min(firstColumn + side, tiles.Length); tx++)
            {
                ReadOnlySpan<int> tile = tiles[tx] is { } some ? some.Counts : [];
                for (int label = 0; label < tile.Length; label++)
                {
                    counts[label] += tile[label];
                }
            }
        }
    }
}
