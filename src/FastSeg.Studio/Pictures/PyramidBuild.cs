namespace FastSeg.Studio.Pictures;

/// <summary>
/// Makes all levels of an image in one pass over it: a band of rows at a time, from which each level takes what it can. Of each level at
/// most one row of tiles waits for its rest, so memory does not grow with the image's height.
/// </summary>
internal sealed class PyramidBuild
{
    private const int Side = PyramidLayout.Side;

    /// <summary>Rows of the image that make a row of level 1's tiles.</summary>
    private const int Band = 2 * Side;

    /// <summary>Most bytes of the image that are read at a time.</summary>
    private const int ChunkBytes = 4 << 20;

    private readonly ImageReader _reader;
    private readonly PyramidStore _store;
    private readonly PyramidLayout _layout;

    /// <summary>Rows of the levels from 2 on that wait until they fill a row of tiles, and how many there are.</summary>
    private readonly SampleBlock?[] _waiting;
    private readonly int[] _filled;

    private PyramidBuild(ImageReader reader, PyramidStore store)
    {
        (_reader, _store, _layout) = (reader, store, store.Layout);
        _waiting = new SampleBlock?[_layout.Last + 1];
        _filled = new int[_layout.Last + 1];
        for (int level = 2; level <= _layout.Last; level++)
        {
            _waiting[level] = new SampleBlock(_layout.Image, (int)_layout.Width(level), (int)Math.Min(Side, _layout.Height(level)));
        }
    }

    /// <summary>Fills a store.</summary>
    /// <param name="reader">The image.</param>
    /// <param name="store">An empty store for it.</param>
    /// <param name="pause">Waits while others need the processor; asked between reads.</param>
    /// <param name="cancellation">Breaks off.</param>
    /// <exception cref="FastSegException">The image is damaged.</exception>
    public static void Run(ImageReader reader, PyramidStore store, Action pause, CancellationToken cancellation)
    {
        var build = new PyramidBuild(reader, store);
        if (store.Layout.Last > 0)
        {
            build.Run(pause, cancellation);
        }
        store.Finish();
    }

    private void Run(Action pause, CancellationToken cancellation)
    {
        ImageInfo image = _layout.Image;
        int columns = Math.Max(Band, ChunkBytes / (Band * image.PixelBytes) / Band * Band);
        for (long y = 0; y < image.Height; y += Band)
        {
            int rows = (int)Math.Min(Band, image.Height - y);
            for (long x = 0; x < image.Width; x += columns)
            {
                cancellation.ThrowIfCancellationRequested();
                pause();
                Take(x, y / Band, SampleBlock.Read(_reader, new Region(x, y, Math.Min(columns, image.Width - x), rows)));
            }
            _store.RowDone(1);
            if (_layout.Last >= 2)
            {
                int quarter = ((rows + 1) / 2 + 1) / 2;
                Advance(2, quarter, last: y + Band >= image.Height);
            }
        }
    }

    /// <summary>Makes tiles of level 1, and rows of level 2, of a part of the image.</summary>
    private void Take(long x, long tileY, SampleBlock chunk)
    {
        SampleBlock half = chunk.Half();
        WriteTiles(1, x / 2 / Side, tileY, half, half.Height);
        if (_layout.Last >= 2)
        {
            SampleBlock quarter = half.Half();
            _waiting[2]!.Paste(quarter, 0, 0, (int)(x / 4), _filled[2], quarter.Width, quarter.Height);
        }
    }

    /// <summary>Counts rows that a level got, and hands a full row of tiles on to the next level.</summary>
    private void Advance(int level, int rows, bool last)
    {
        _filled[level] += rows;
        if (_filled[level] < Side && !last)
        {
            return;
        }
        SampleBlock all = _waiting[level]!;
        SampleBlock full = all with { Height = _filled[level] };
        _filled[level] = 0;
        WriteTiles(level, 0, _store.Rows(level), full, full.Height);
        _store.RowDone(level);
        if (level < _layout.Last)
        {
            SampleBlock half = full.Half();
            _waiting[level + 1]!.Paste(half, 0, 0, 0, _filled[level + 1], half.Width, half.Height);
            Advance(level + 1, half.Height, last);
        }
    }

    private void WriteTiles(int level, long firstTile, long tileY, SampleBlock rows, int height)
    {
        for (int x = 0; x < rows.Width; x += Side)
        {
            _store.Write(level, firstTile + (x / Side), tileY, rows.Cut(x, 0, Math.Min(Side, rows.Width - x), height));
        }
    }
}
