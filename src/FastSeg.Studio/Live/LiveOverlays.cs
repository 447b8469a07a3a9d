namespace FastSeg.Studio.Live;

/// <summary>
/// The overlays of the newest model and of the one that was kept: for each page its labels, and how uncertain they are where somebody asked
/// for that. Safe for several threads.
/// </summary>
/// <param name="bytes">Most bytes that all overlays together take.</param>
internal sealed class LiveOverlays(long bytes)
{
    private readonly OverlayPool _pool = new(bytes);
    private readonly Lock _lock = new();
    private readonly Dictionary<(Which Which, bool Uncertainty, string Image, int Page), OverlayCanvas> _canvases = [];
    private readonly LiveModel?[] _models = new LiveModel?[2];

    /// <summary>Pixels that all overlays together can hold.</summary>
    public long Pixels => _pool.Pixels;

    /// <summary>The model that a result comes from; null where there is none yet.</summary>
    public LiveModel? Model(Which which)
    {
        lock (_lock)
        {
            return _models[(int)which];
        }
    }

    /// <summary>Takes a new model, and drops what the one before it computed.</summary>
    public void Take(LiveModel? model)
    {
        lock (_lock)
        {
            Drop(Which.Live);
            _models[(int)Which.Live] = model;
        }
    }

    /// <summary>Keeps the newest model, with what it computed, to compare later ones with it.</summary>
    public void Keep()
    {
        lock (_lock)
        {
            Drop(Which.Before);
            foreach (var key in _canvases.Keys.Where(key => key.Which == Which.Live).ToArray())
            {
                _canvases.Remove(key, out OverlayCanvas? canvas);
                _canvases.Add(key with { Which = Which.Before }, canvas!);
            }
            _models[(int)Which.Before] = _models[(int)Which.Live];
        }
    }

    /// <summary>
    /// The canvas of a page, for a model. Where another model came in the meantime, it is one that nobody reads.
    /// </summary>
    public OverlayCanvas Canvas(Which which, LiveModel model, bool uncertainty, string image, int page, ImageInfo info)
    {
        lock (_lock)
        {
            if (_models[(int)which] != model)
            {
                return new OverlayCanvas(info.Width, info.Height, new OverlayPool(0));
            }
            if (!_canvases.TryGetValue((which, uncertainty, image, page), out OverlayCanvas? canvas))
            {
                canvas = new OverlayCanvas(info.Width, info.Height, _pool);
                _canvases.Add((which, uncertainty, image, page), canvas);
            }
            return canvas;
        }
    }

    /// <summary>Reads a rectangle of an overlay. Returns the number of its model; 0, and nothing computed, where there is none.</summary>
    public int Read(Which which, bool uncertainty, string image, int page, Region region, int level, Span<byte> to)
    {
        OverlayCanvas? canvas;
        LiveModel? model;
        lock (_lock)
        {
            model = _models[(int)which];
            _canvases.TryGetValue((which, uncertainty, image, page), out canvas);
        }
        if (canvas is null)
        {
            to.Clear();
        }
        else
        {
            canvas.Read(region, level, to);
        }
        return model?.Number ?? 0;
    }

    /// <summary>
    /// Pixels of each class of a page by value, where the newest model has labelled all of it; null otherwise.
    /// </summary>
    public IReadOnlyDictionary<int, long>? ClassPixels(string image, int page)
    {
        OverlayCanvas? canvas;
        lock (_lock)
        {
            _canvases.TryGetValue((Which.Live, false, image, page), out canvas);
        }
        return canvas?.Counts() is { } counts
            ? Enumerable.Range(1, 255).Where(value => counts[value] > 0).ToDictionary(value => value, value => counts[value])
            : null;
    }

    private void Drop(Which which)
    {
        foreach (var key in _canvases.Keys.Where(key => key.Which == which).ToArray())
        {
            _canvases.Remove(key, out OverlayCanvas? canvas);
            canvas!.Clear();
        }
    }
}
