namespace FastSeg.Studio.Pictures;

/// <summary>
/// A page of an image as it is shown: its tiles at every level, an overview, its histogram. A small image's levels are made at once, a
/// large one's in the background, while a sampled overview stands in for the coarse ones.
/// </summary>
internal sealed class Picture : IDisposable
{
    /// <summary>Most pixels of a small image, and most bytes of its levels, which stay in memory.</summary>
    public const long SmallPixels = 16 << 20, SmallBytes = 24 << 20;

    /// <summary>The coarsest level whose tiles are made straight from the image while the pyramid is not there.</summary>
    private const int MostDirect = 3;

    private static readonly TimeSpan Sampling = TimeSpan.FromMilliseconds(400);

    private readonly Lock _gate = new();
    private readonly PictureShelf _shelf;
    private readonly ImageReader _shown;
    private readonly PyramidLayout _layout;
    private readonly CancellationTokenSource _closing = new();
    private readonly Lazy<Histogram> _histogram;
    private readonly Lazy<SampleBlock> _sampled;
    private PyramidStore? _store;
    private Task? _build;

    /// <summary>A page that the shelf has opened; the reader is this picture's from now on.</summary>
    public Picture(PictureShelf shelf, ImageReader reader, string path, int page)
    {
        (_shelf, Reader, FilePath, Page) = (shelf, reader, path, page);
        _shown = ShownChannels.Of(reader);
        _layout = new PyramidLayout(_shown.Info);
        _histogram = new Lazy<Histogram>(() => HistogramPass.Of(_shown));
        _sampled = new Lazy<SampleBlock>(() => SampledOverview.Of(_shown, Sampling, Environment.ProcessorCount));
        IsSmall = reader.Info.Bounds.Pixels <= SmallPixels && _layout.Bytes <= SmallBytes;
        // What the reader of a PNG will hold is known before its first pixel is read.
        HeldBytes = _shown.HeldBytes(Environment.ProcessorCount) + (IsSmall ? _layout.Bytes : 0);
    }

    /// <summary>The image, which live runs share.</summary>
    public ImageReader Reader { get; }

    /// <summary>The image's file.</summary>
    public string FilePath { get; }

    /// <summary>The page of it.</summary>
    public int Page { get; }

    /// <summary>Another number for each state of the file.</summary>
    public required long Version { get; init; }

    /// <summary>Bytes that it may hold.</summary>
    public long HeldBytes { get; }

    /// <summary>Whether its levels are kept in memory.</summary>
    public bool IsSmall { get; }

    /// <summary>Whether every tile is as sharp as it ever will be.</summary>
    public bool IsSharp => IsSmall || _store is { IsWhole: true };

    /// <summary>How often samples occur.</summary>
    public Histogram Histogram => _histogram.Value;

    /// <summary>What the picture is seen through where nobody says otherwise.</summary>
    public Window DefaultWindow => Reader.Info.Type == SampleType.UInt8 ? Window.Bytes : Histogram.Auto;

    /// <summary>A tile of a level. Null where there is none.</summary>
    /// <exception cref="FastSegException">The image is damaged there.</exception>
    public SampleBlock? Tile(int level, long x, long y)
    {
        Region area = _layout.Area(level, x, y);
        if (area.IsEmpty)
        {
            return null;
        }
        if (level == 0)
        {
            return SampleBlock.Read(_shown, area);
        }
        Start();
        return Stored(level, x, y) ?? (level <= MostDirect ? Direct(level, area) : FromSampled(level, area));
    }

    /// <summary>The whole picture in at most so many pixels a side.</summary>
    public SampleBlock Overview(int side)
    {
        int level = PyramidLayout.LevelWithin(Reader.Info, side);
        if (level == 0)
        {
            return SampleBlock.Read(_shown, Reader.Info.Bounds);
        }
        Start();
        return Assembled(level) ?? Shrunk(_sampled.Value, side);
    }

    public void Dispose()
    {
        _closing.Cancel();
        try
        {
            _build?.Wait();
        }
        catch (AggregateException)
        {
            // Whatever ended it was said by the build.
        }
        _store?.Dispose();
        Reader.Dispose();
        _closing.Dispose();
    }

    /// <summary>Makes a small image's levels now, and begins a large one's.</summary>
    private void Start()
    {
        lock (_gate)
        {
            if (_store is not null || _build is not null)
            {
                return;
            }
            if (IsSmall)
            {
                var store = PyramidStore.InMemory(_layout);
                PyramidBuild.Run(_shown, store, () => { }, _closing.Token);
                _store = store;
                return;
            }
            _store = _shelf.Cached(this, _layout);
            if (_store is null)
            {
                _build = Task.Run(Build);
            }
        }
    }

    private void Build()
    {
        try
        {
            PyramidStore store = _shelf.NewStore(this, _layout);
            _store = store;
            PyramidBuild.Run(_shown, store, () => _shelf.Pause(_closing.Token), _closing.Token);
            _shelf.Tell(this, null);
        }
        catch (OperationCanceledException)
        {
            // The picture is closed.
        }
        catch (Exception e) when (e is FastSegException or IOException or UnauthorizedAccessException)
        {
            _shelf.Tell(this, e.Message);
        }
    }

    private SampleBlock? Stored(int level, long x, long y)
    {
        if (_store is not { } store)
        {
            return null;
        }
        if (level <= _layout.Last)
        {
            return store.Has(level, y) ? store.Read(level, x, y) : null;
        }
        // Beyond the last stored level there is one tile, which shrinks on.
        SampleBlock? tile = _layout.Last == 0 ? SampleBlock.Read(_shown, Reader.Info.Bounds) : Stored(_layout.Last, 0, 0);
        for (int above = _layout.Last; tile is not null && above < level; above++)
        {
            tile = tile.Half();
        }
        return tile;
    }

    /// <summary>A level of several tiles as one block; null while one of them is missing.</summary>
    private SampleBlock? Assembled(int level)
    {
        var whole = new SampleBlock(_shown.Info, (int)_layout.Width(level), (int)_layout.Height(level));
        for (int y = 0; y < _layout.Down(level); y++)
        {
            for (int x = 0; x < _layout.Across(level); x++)
            {
                if (Stored(level, x, y) is not { } tile)
                {
                    return null;
                }
                whole.Paste(tile, 0, 0, x * PyramidLayout.Side, y * PyramidLayout.Side, tile.Width, tile.Height);
            }
        }
        return whole;
    }

    /// <summary>A tile made of the image's own pixels.</summary>
    private SampleBlock Direct(int level, Region area)
    {
        var below = new Region(area.X << level, area.Y << level, area.Width << level, area.Height << level);
        SampleBlock block = SampleBlock.Read(_shown, below.Intersect(Reader.Info.Bounds));
        for (int i = 0; i < level; i++)
        {
            block = block.Half();
        }
        return block;
    }

    /// <summary>A tile made of the sampled overview's pixels, each repeated as often as needed.</summary>
    private SampleBlock FromSampled(int level, Region area)
    {
        SampleBlock sampled = _sampled.Value;
        double across = sampled.Width / (double)_layout.Width(level), down = sampled.Height / (double)_layout.Height(level);
        var tile = new SampleBlock(_shown.Info, (int)area.Width, (int)area.Height);
        for (int y = 0; y < tile.Height; y++)
        {
            int fromY = Math.Min((int)((area.Y + y + 0.5) * down), sampled.Height - 1);
            for (int x = 0; x < tile.Width; x++)
            {
                int fromX = Math.Min((int)((area.X + x + 0.5) * across), sampled.Width - 1);
                sampled.Row(fromY, fromX)[..tile.PixelBytes].CopyTo(tile.Row(y, x));
            }
        }
        return tile;
    }

    private static SampleBlock Shrunk(SampleBlock block, int side)
    {
        while (Math.Max(block.Width, block.Height) > side)
        {
            block = block.Half();
        }
        return block;
    }
}
