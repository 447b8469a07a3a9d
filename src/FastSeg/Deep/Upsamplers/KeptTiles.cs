using FastSeg.Deep.Backbones;
using FastSeg.Native;

namespace FastSeg.Deep.Upsamplers;

/// <summary>
/// Tiles of deep features at full resolution that runs over one page leave to later ones, which then need not run the network again: a
/// person who draws has the same view segmented after every stroke, and only the trees are new. Safe for several threads.
/// </summary>
internal sealed class KeptTiles : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Key, Entry> _tiles = [];
    private long _clock;
    private bool _disposed;

    /// <summary>Bytes of all tiles that are kept or reserved.</summary>
    public long Bytes { get; private set; }

    /// <summary>The planes of a tile; null where they are not kept. The caller ends its hold with <see cref="Release"/>.</summary>
    public HostBuffer? Hold(in Key key)
    {
        lock (_gate)
        {
            if (!_tiles.TryGetValue(key, out Entry? entry))
            {
                return null;
            }
            bool held = false;
            entry.Planes.DangerousAddRef(ref held);
            entry.Used = ++_clock;
            return entry.Planes;
        }
    }

    /// <summary>Ends a hold; a tile that was dropped meanwhile is freed with the last one.</summary>
    public static void Release(HostBuffer planes) => planes.DangerousRelease();

    /// <summary>
    /// Memory for a tile's planes that are to be kept, counted from now on instead of tiles that were not used for longest where all would
    /// be more than <paramref name="most"/> bytes; null where the tile is larger by itself, kept already, or there is no memory for it,
    /// since a run does not need what it leaves. The caller gives it back with <see cref="Put"/>, or with <see cref="Abandon"/>.
    /// </summary>
    public HostBuffer? Reserve(in Key key, long bytes, long most)
    {
        lock (_gate)
        {
            if (_disposed || bytes > most || _tiles.ContainsKey(key))
            {
                return null;
            }
            DropDownTo(most - bytes);
            HostBuffer? planes = Bytes <= most - bytes ? Allocate(bytes) : null;
            Bytes += planes?.Length ?? 0;
            return planes;
        }
    }

    /// <summary>Keeps a tile whose reserved planes are filled.</summary>
    public void Put(in Key key, HostBuffer planes)
    {
        lock (_gate)
        {
            if (!_disposed && _tiles.TryAdd(key, new Entry(planes) { Used = ++_clock }))
            {
                return;
            }
        }
        Abandon(planes);
    }

    /// <summary>Frees planes that were reserved and will not be filled.</summary>
    public void Abandon(HostBuffer planes)
    {
        lock (_gate)
        {
            Bytes -= planes.Length;
        }
        planes.Dispose();
    }

    /// <summary>Drops all tiles; those that are held are freed when their holds end.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            DropDownTo(0);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            DropDownTo(0);
        }
    }

    private static HostBuffer? Allocate(long bytes)
    {
        try
        {
            return new HostBuffer(bytes);
        }
        catch (FastSegException)
        {
            return null;
        }
    }

    private void DropDownTo(long bytes)
    {
        while (Bytes > bytes && _tiles.Count > 0)
        {
            Key oldest = _tiles.MinBy(tile => tile.Value.Used).Key;
            _tiles.Remove(oldest, out Entry? entry);
            Bytes -= entry!.Planes.Length;
            entry.Planes.Dispose();
        }
    }

    /// <summary>All that a tile's planes depend on, beside the page and its maps.</summary>
    /// <param name="Network">The network.</param>
    /// <param name="Seen">How the network sees the page's samples.</param>
    /// <param name="Core">The tile.</param>
    internal readonly record struct Key(Upsampler Network, InputMap Seen, Region Core);

    private sealed class Entry(HostBuffer planes)
    {
        public HostBuffer Planes { get; } = planes;

        public long Used { get; set; }
    }
}
