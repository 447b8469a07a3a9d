using System.Collections.Concurrent;
using FastSeg.Images.Codecs;

namespace FastSeg.Images.Zarr;

/// <summary>
/// A plane of an OME-Zarr image at one of its sizes, read rectangle by rectangle. The threads that read decode the chunks which their
/// rectangles need, in parallel, and keep them while neighbouring rectangles may want them. Samples of absent chunks are the fill value.
/// </summary>
internal sealed unsafe class ZarrReader : ImageReader
{
    /// <summary>Rows of the image that are kept decoded: a row of tiles with their halo, and the beginning of the next.</summary>
    private const long CachedRows = 1024;

    /// <summary>Rows and columns of a wide image of which chunks are kept: what some threads read side by side.</summary>
    private const long CachedHeight = 2048, CachedWidth = 4096;

    /// <summary>Most bytes of kept chunks; two are kept whatever their size.</summary>
    private const long MostCachedBytes = 256L << 20;

    /// <summary>Chunks count as no fewer bytes than these: millions of tiny ones are not kept.</summary>
    private const long LeastSlotBytes = 4096;

    private readonly ZarrArray _array;
    private readonly SegmentCache _cache;
    private readonly ConcurrentBag<ChunkReader> _readers = [];
    private readonly long[] _strides;

    /// <summary>Places of the axes; -1 for c where there is none.</summary>
    private readonly int _axisX, _axisY, _axisC;

    /// <summary>The plane's number along each axis, 0 for y, x and, where all channels are read, c.</summary>
    private readonly long[] _plane;

    private ZarrReader(ZarrArray array, Multiscale image, long[] plane, ImageInfo info, int? kept)
    {
        (_array, _plane, Info) = (array, plane, info);
        (_axisX, _axisY, _axisC) = (image.Axis('x'), image.Axis('y'), image.Axis('c'));
        _strides = array.Strides();
        _cache = new SegmentCache(array.ChunkBytes, kept ?? Budget());
    }

    public override ImageInfo Info { get; }

    /// <summary>True where a row of the image is a row of one chunk, of which a part costs as much as the whole.</summary>
    public override bool PrefersWholeRows => _array.Chunk[_axisX] >= Info.Width && _array.Chunk[_axisY] < Info.Height;

    internal override bool Decodes => _array.Codecs.Length > 0;

    internal override (long Width, long Height)? StoredPart => (_array.Chunk[_axisX], _array.Chunk[_axisY]);

    /// <summary>How many chunks were decoded so far, those decoded again included.</summary>
    internal long Decoded => _cache.Decoded;

    private long Across => ((Info.Width - 1) / _array.Chunk[_axisX]) + 1;

    private long Down => ((Info.Height - 1) / _array.Chunk[_axisY]) + 1;

    /// <summary>Chunks along the axis of channels that hold those which are read.</summary>
    private long Deep => _axisC < 0 ? 1 : (LastChannel / _array.Chunk[_axisC]) - (FirstChannel / _array.Chunk[_axisC]) + 1;

    private long FirstChannel => _axisC < 0 ? 0 : _plane[_axisC];

    private long LastChannel => FirstChannel + Info.Channels - 1;

    /// <summary>Opens a plane.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="name">What sentences call it.</param>
    /// <param name="options">Which plane and which size.</param>
    /// <param name="labels">Whether labels are wanted, whose fourth channel would be alpha: no channel here is.</param>
    /// <exception cref="FastSegException">It is damaged, not read, or has no such plane or size.</exception>
    public static ZarrReader Open(string path, string name, ImageOptions options, bool labels)
    {
        var store = new ZarrStore(path, name);
        var image = Multiscale.Read(store);
        return Open(image, new ZarrPlane(image, name, labels ? ZarrPlane.OfLabels(image, options) : options), labels);
    }

    /// <summary>Opens a plane of an image whose metadata is known.</summary>
    /// <param name="image">The image.</param>
    /// <param name="plane">The plane.</param>
    /// <param name="labels">Whether labels are wanted.</param>
    /// <param name="kept">How many chunks are kept; null where the reader chooses.</param>
    internal static ZarrReader Open(Multiscale image, ZarrPlane plane, bool labels, int? kept = null)
    {
        ZarrArray array = image.Levels[plane.Level].Array;
        var info = new ImageInfo(
            array.Store.Name, array.Shape[image.Axis('x')], array.Shape[image.Axis('y')], plane.Channels, array.Type)
        {
            Bits = array.TypeName == "bool" ? 1 : 8 * array.Type.Bytes(),
            PixelSize = image.PixelSize(plane.Level),
            Format = ZarrText.Format(image, plane),
            ChannelNames = plane.Names,
            Classes = plane.Channels == 1 ? image.Classes : [],
            IsLabelMap = plane.Channels == 1 && image.IsLabelMap,
            IsColour = plane.IsColour,
            IsPalette = labels && plane.Channels == 1,
            UnchosenPlanes = plane.Unchosen,
            Levels = [.. image.Levels.Skip(plane.Level).Select(level =>
                (level.Array.Shape[image.Axis('x')], level.Array.Shape[image.Axis('y')]))],
        };
        return new ZarrReader(array, image, plane.Numbers, info, kept);
    }

    public override long HeldBytes(int threads) =>
        _cache.HeldBytes(threads, Deep * Down * Across) + (threads * ChunkReader.HeldBytes(_array));

    public override void Read(Region region, Span<byte> destination)
    {
        ImageReading.Check(Info, region, destination.Length);
        fixed (byte* to = destination)
        {
            Read(region, to);
        }
    }

    protected override void Dispose(bool disposing)
    {
        _cache.Dispose();
        foreach (ChunkReader reader in _readers)
        {
            reader.Dispose();
        }
    }

    /// <summary>How many chunks the cache keeps.</summary>
    private int Budget()
    {
        long rows = ((CachedRows / _array.Chunk[_axisY]) + 2) * Across;
        long square = ((CachedHeight / _array.Chunk[_axisY]) + 2) * ((CachedWidth / _array.Chunk[_axisX]) + 2);
        long fits = Math.Max(2, MostCachedBytes / Math.Max(_array.ChunkBytes, LeastSlotBytes));
        return (int)Math.Min(Math.Min(Math.Min(rows, square) * Deep, fits), Deep * Down * Across);
    }

    /// <summary>
    /// Copies the region out of every chunk it touches. Chunks that another thread is decoding come last, so that threads which want the
    /// same ones decode different ones first.
    /// </summary>
    private void Read(Region region, byte* to)
    {
        ChunkReader reader = _readers.TryTake(out ChunkReader? kept) ? kept : new ChunkReader(_array);
        try
        {
            var later = new List<long>();
            foreach (long chunk in Chunks(region))
            {
                if (!Copy(reader, chunk, region, to, wait: false))
                {
                    later.Add(chunk);
                }
            }
            later.ForEach(chunk => Copy(reader, chunk, region, to, wait: true));
        }
        finally
        {
            _readers.Add(reader);
        }
    }

    /// <summary>Numbers of the chunks that a region touches.</summary>
    private IEnumerable<long> Chunks(Region region)
    {
        long wide = _array.Chunk[_axisX], high = _array.Chunk[_axisY];
        for (long deep = 0; deep < Deep; deep++)
        {
            for (long y = region.Y / high; y * high < region.Bottom; y++)
            {
                for (long x = region.X / wide; x * wide < region.Right; x++)
                {
                    yield return (((deep * Down) + y) * Across) + x;
                }
            }
        }
    }

    /// <summary>Copies what a chunk has of the region, and decodes it first where it is not in the cache.</summary>
    /// <returns>False where another thread is decoding it and <paramref name="wait"/> is false.</returns>
    private bool Copy(ChunkReader reader, long chunk, Region region, byte* to, bool wait)
    {
        (long rest, long x) = Math.DivRem(chunk, Across);
        (long deep, long y) = Math.DivRem(rest, Down);
        var part = new ChunkPart(region, new Region(
            x * _array.Chunk[_axisX], y * _array.Chunk[_axisY], _array.Chunk[_axisX], _array.Chunk[_axisY]).Intersect(region), deep);
        StoredChunk? stored = null;
        try
        {
            // A chunk in the cache is not looked for; one that is absent needs no memory.
            if (!_cache.Holds(chunk) && (stored = reader.Find(Numbers(deep, y, x))) is null)
            {
                Fill(part, to);
                return true;
            }
            return CopyDecoded(reader, chunk, stored, part, to, wait);
        }
        finally
        {
            stored?.Dispose();
        }
    }

    private bool CopyDecoded(ChunkReader reader, long chunk, StoredChunk? stored, ChunkPart part, byte* to, bool wait)
    {
        SegmentCache.Slot? slot = _cache.Acquire(chunk, wait, out bool decode);
        if (slot is null)
        {
            return false;
        }
        try
        {
            if (decode)
            {
                Decode(reader, chunk, stored, slot);
            }
            else
            {
                _cache.Wait(slot);
            }
            CopyOut(slot.Buffer.Pointer, part, to);
            return true;
        }
        finally
        {
            _cache.Release(slot);
        }
    }

    /// <summary>Decodes a chunk into its slot and tells the threads that wait for it how that went.</summary>
    private void Decode(ChunkReader reader, long chunk, StoredChunk? stored, SegmentCache.Slot slot)
    {
        try
        {
            // The cache may have dropped the chunk since it was looked for.
            (long rest, long x) = Math.DivRem(chunk, Across);
            using StoredChunk? again = stored is null ? reader.Find(Numbers(rest / Down, rest % Down, x)) : null;
            reader.Decode(
                stored ?? again ?? throw _array.Store.Bad(_array.Path, "lost a chunk while it was read"), slot.Buffer);
            _cache.Publish(slot);
        }
        catch (Exception e)
        {
            _cache.Fail(slot, e as FastSegException ?? _array.Store.Bad(_array.Path, $"is damaged ({e.GetType().Name})"));
            throw;
        }
    }

    /// <summary>A chunk's number along each axis.</summary>
    private long[] Numbers(long deep, long y, long x)
    {
        long[] numbers = [.. _plane.Zip(_array.Chunk).Select(pair => pair.First / pair.Second)];
        (numbers[_axisY], numbers[_axisX]) = (y, x);
        if (_axisC >= 0)
        {
            numbers[_axisC] += deep;
        }
        return numbers;
    }

    /// <summary>The channels of a chunk that are read, from 0 up as the image counts them.</summary>
    private (int First, int End) Channels(long deep)
    {
        if (_axisC < 0)
        {
            return (0, 1);
        }
        long chunk = _array.Chunk[_axisC], first = ((FirstChannel / chunk) + deep) * chunk;
        return ((int)(Math.Max(first, FirstChannel) - FirstChannel), (int)(Math.Min(first + chunk - 1, LastChannel) - FirstChannel + 1));
    }

    /// <summary>Copies samples from a decoded chunk to their places.</summary>
    private void CopyOut(byte* chunk, ChunkPart part, byte* to)
    {
        int size = _array.Type.Bytes(), pixel = Info.PixelBytes;
        (int first, int end) = Channels(part.Deep);
        long stepX = _strides[_axisX] * size, stepY = _strides[_axisY] * size;
        byte* plane = chunk;
        for (int axis = 0; axis < _plane.Length; axis++)
        {
            plane += axis == _axisC || axis == _axisX || axis == _axisY ? 0 : _plane[axis] % _array.Chunk[axis] * _strides[axis] * size;
        }
        Region at = part.Part;
        for (int channel = first; channel < end; channel++)
        {
            long inside = _axisC < 0 ? 0 : (FirstChannel + channel) % _array.Chunk[_axisC] * _strides[_axisC] * size;
            byte* from = plane + inside + (at.Y % _array.Chunk[_axisY] * stepY) + (at.X % _array.Chunk[_axisX] * stepX);
            for (long y = at.Y; y < at.Bottom; y++, from += stepY)
            {
                byte* row = part.Place(to, y, pixel) + (channel * size);
                Strided.Copy(from, stepX, row, pixel, at.Width, size);
            }
        }
    }

    /// <summary>Fills the places of an absent chunk's samples.</summary>
    private void Fill(ChunkPart part, byte* to)
    {
        int size = _array.Type.Bytes(), pixel = Info.PixelBytes;
        (int first, int end) = Channels(part.Deep);
        fixed (byte* fill = _array.Fill)
        {
            for (int channel = first; channel < end; channel++)
            {
                for (long y = part.Part.Y; y < part.Part.Bottom; y++)
                {
                    Strided.Copy(fill, 0, part.Place(to, y, pixel) + (channel * size), pixel, part.Part.Width, size);
                }
            }
        }
    }

    /// <summary>What is copied of a chunk.</summary>
    /// <param name="Region">What is read.</param>
    /// <param name="Part">What of it lies in the chunk.</param>
    /// <param name="Deep">Number of the chunk along the axis of channels.</param>
    private readonly record struct ChunkPart(Region Region, Region Part, long Deep)
    {
        /// <summary>Where the first pixel of a row of the part goes.</summary>
        public byte* Place(byte* to, long y, int pixel) =>
            to + ((((y - Region.Y) * Region.Width) + Part.X - Region.X) * pixel);
    }
}
