using System.Diagnostics;
using FastSeg.Studio.Files;

namespace FastSeg.Studio.Pictures;

/// <summary>
/// The pages that are open. Those that nobody uses stay open while there is room, the last used ones longest. A page whose file has
/// changed is opened anew.
/// </summary>
internal sealed class PictureShelf : IDisposable
{
    /// <summary>Most bytes of pages that nobody uses, where nobody says less.</summary>
    public const long UsuallyHeld = 192L << 20;

    /// <summary>Most bytes of pyramids on the disk.</summary>
    private const long MostStored = 16L << 30;

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    /// <summary>How long nobody may have asked for a picture before pyramids go on: who moves through an image has the cores.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly CacheFolder _cache;

    /// <summary>Pages from the longest unused to the last used one.</summary>
    private readonly List<Entry> _entries = [];

    private readonly long _mostHeld;

    /// <summary>When somebody last asked for a picture.</summary>
    private long _asked;

    /// <summary>A shelf that keeps pyramids in a folder, and so many bytes of pages that nobody uses.</summary>
    public PictureShelf(string cache, long mostHeld = UsuallyHeld)
    {
        _mostHeld = mostHeld;
        _cache = new CacheFolder(cache, MostStored);
        _cache.CleanUp();
    }

    /// <summary>A page has sharper tiles now, or cannot have them: image's file, page and the sentence that says why, or null.</summary>
    public event Action<string, int, string?>? Sharpened;

    /// <summary>Whether something else needs the processor now, so that pyramids wait.</summary>
    public Func<bool> Busy { get; set; } = () => false;

    /// <summary>Opens a page, or takes the one that is open. Disposing the lease lets go of it.</summary>
    /// <exception cref="FastSegException">The image cannot be opened.</exception>
    public Lease Take(string path, int page)
    {
        Interlocked.Exchange(ref _asked, Stopwatch.GetTimestamp());
        lock (_gate)
        {
            var state = ImageState.Of(path);
            var key = new Key(path, page, state.Exists ? state.Length : -1, state.Changed);
            Entry? entry = _entries.Find(entry => entry.Key == key);
            if (entry is null)
            {
                ImageReader reader = ImageFile.Open(page == 1 ? path : $"{path}#{page}");
                entry = new Entry(key, new Picture(this, reader, path, page) { Version = key.Changed.Ticks ^ key.Length });
            }
            else
            {
                _entries.Remove(entry);
            }
            entry.Users++;
            _entries.Add(entry);
            return new Lease(this, entry);
        }
    }

    /// <summary>A small PNG of a page, which an earlier run may have made.</summary>
    /// <exception cref="FastSegException">The image cannot be opened, or is damaged.</exception>
    public byte[] Thumbnail(string path, int page, int side)
    {
        string? file = ImageState.Of(path).Exists ? _cache.FileOf(path, page, $"-{side}{CacheFolder.Thumbnail}") : null;
        if (file is not null && CacheFolder.Read(file) is { } kept)
        {
            return kept;
        }
        using Lease lease = Take(path, page);
        byte[] made = PngPicture.Of(lease.Picture.Overview(side), lease.Picture.DefaultWindow);
        if (file is not null && lease.Picture.IsSharp)
        {
            _cache.Write(file, made);
        }
        return made;
    }

    /// <summary>
    /// Makes the first picture and the histogram of a page before anybody asks: a browser takes as long to load the page as this takes.
    /// </summary>
    public Task Prepare(string path, int page, int side) => Task.Run(() =>
    {
        try
        {
            using Lease lease = Take(path, page);
            PngPicture.Of(lease.Picture.Overview(side), lease.Picture.DefaultWindow);
            _ = lease.Picture.Histogram;
        }
        catch (Exception e) when (e is FastSegException or IOException or UnauthorizedAccessException)
        {
            // Whoever asks for the picture is told.
        }
    });

    public void Dispose()
    {
        lock (_gate)
        {
            _entries.ForEach(entry => entry.Picture.Dispose());
            _entries.Clear();
        }
    }

    /// <summary>The pyramid that an earlier run left on the disk; null where there is none.</summary>
    internal PyramidStore? Cached(Picture picture, PyramidLayout layout) =>
        PyramidStore.Open(layout, _cache.FileOf(picture.FilePath, picture.Page, CacheFolder.Pyramid));

    /// <summary>An empty pyramid on the disk.</summary>
    internal PyramidStore NewStore(Picture picture, PyramidLayout layout)
    {
        _cache.MakeRoom(layout.Bytes);
        return PyramidStore.Create(layout, _cache.FileOf(picture.FilePath, picture.Page, CacheFolder.Pyramid));
    }

    /// <summary>Waits while something else needs the processor, or somebody asks for pictures.</summary>
    internal void Pause(CancellationToken cancellation)
    {
        while ((Busy() || Stopwatch.GetElapsedTime(Interlocked.Read(ref _asked)) < Quiet) && !cancellation.WaitHandle.WaitOne(Poll))
        {
        }
    }

    /// <summary>Says that a pyramid is there, or why it is not.</summary>
    internal void Tell(Picture picture, string? failure) => Sharpened?.Invoke(picture.FilePath, picture.Page, failure);

    private void Return(Entry entry)
    {
        lock (_gate)
        {
            entry.Users--;
            long held = _entries.Sum(entry => entry.Picture.HeldBytes);
            foreach (Entry unused in _entries.Where(entry => entry.Users == 0).ToArray())
            {
                if (held <= _mostHeld)
                {
                    break;
                }
                held -= unused.Picture.HeldBytes;
                _entries.Remove(unused);
                unused.Picture.Dispose();
            }
        }
    }

    /// <summary>A page in use.</summary>
    internal sealed class Lease : IDisposable
    {
        private readonly PictureShelf _shelf;
        private Entry? _entry;

        internal Lease(PictureShelf shelf, Entry entry)
        {
            (_shelf, _entry) = (shelf, entry);
            Picture = entry.Picture;
        }

        /// <summary>The page.</summary>
        public Picture Picture { get; }

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _entry, null) is { } entry)
            {
                _shelf.Return(entry);
            }
        }
    }

    internal readonly record struct Key(string Path, int Page, long Length, DateTime Changed);

    internal sealed class Entry(Key key, Picture picture)
    {
        public Key Key => key;

        public Picture Picture => picture;

        /// <summary>Leases that are out.</summary>
        public int Users { get; set; }
    }
}
