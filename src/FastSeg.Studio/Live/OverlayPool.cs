namespace FastSeg.Studio.Live;

/// <summary>
/// The tiles of all overlays, of which only so many stay: where there are too many, those that were not used for longest go, and what they
/// showed is computed again when somebody looks at it.
/// </summary>
/// <param name="bytes">Most bytes that all tiles together take.</param>
internal sealed class OverlayPool(long bytes)
{
    private readonly long _most = Math.Max(16, bytes / OverlayTile.Bytes);
    private readonly List<(OverlayCanvas Canvas, long Key)> _keys = [];
    private long _clock;

    /// <summary>What canvases lock while they read or write.</summary>
    public Lock Lock { get; } = new();

    /// <summary>Tiles that are there.</summary>
    public int Count => _keys.Count;

    /// <summary>Pixels that all tiles together can hold.</summary>
    public long Pixels => _most * OverlayTile.Side * OverlayTile.Side;

    /// <summary>The time that a tile is used at, which only ever grows.</summary>
    public long Now() => ++_clock;

    /// <summary>Takes note of a new tile, and drops old ones where there are too many.</summary>
    public void Add(OverlayCanvas canvas, long key)
    {
        _keys.Add((canvas, key));
        if (_keys.Count > _most)
        {
            Drop();
        }
    }

    /// <summary>Forgets the tiles of a canvas that is shown no more.</summary>
    public void Forget(OverlayCanvas canvas) => _keys.RemoveAll(entry => entry.Canvas == canvas);

    /// <summary>Drops an eighth of the tiles at once, so that sorting them costs little for each.</summary>
    private void Drop()
    {
        _keys.Sort((a, b) => a.Canvas.UsedAt(a.Key).CompareTo(b.Canvas.UsedAt(b.Key)));
        int count = (int)Math.Max(1, _most / 8);
        foreach ((OverlayCanvas canvas, long key) in _keys.Take(count))
        {
            canvas.Remove(key);
        }
        _keys.RemoveRange(0, count);
    }
}
