using System.Runtime.InteropServices;
using FastSeg.Common;
using FastSeg.Images.Masks;

namespace FastSeg.Backends;

/// <summary>The labelled pixels of one image. A pixel's rank is its number among them in reading order, from 0.</summary>
internal sealed class LabelledPixels
{
    /// <summary>Pixels of the label image read at a time.</summary>
    private const long ReadPixels = 4L << 20;

    /// <summary>Position of each labelled pixel by rank: row x width + column, so ascending.</summary>
    private readonly List<long> _positions = [];
    private readonly List<ushort> _values = [];
    private readonly long _width;

    /// <summary>Reads a whole label image in strips of rows.</summary>
    /// <param name="image">The image the labels belong to.</param>
    /// <param name="labels">One channel of uint8 or uint16; 0 is unlabelled.</param>
    /// <param name="cancellation">Looked at between strips.</param>
    /// <exception cref="FastSegException">The sizes differ, the labels have another form, or no pixel is labelled.</exception>
    /// <exception cref="OperationCanceledException">Reading was cancelled.</exception>
    public LabelledPixels(ImageInfo image, ImageReader labels, CancellationToken cancellation = default)
    {
        ImageInfo info = labels.Info;
        if (info.Width != image.Width || info.Height != image.Height)
        {
            throw new FastSegException(
                $"{info.Name}: the labels are {info.Width} x {info.Height} pixels, but {image.Name} is {image.Width} x {image.Height}; " +
                "they must have the same size.");
        }
        if (info.Channels != 1 || !info.Type.HoldsLabels())
        {
            throw new FastSegException(
                $"{info.Name}: labels must be one channel of uint8 or uint16; this has {info.Channels} of {info.Type.Name()}.");
        }
        _width = info.Width;
        int rows = StripRows(info);
        byte[] samples = new byte[StripBytes(info)];
        for (long y = 0; y < info.Height; y += rows)
        {
            cancellation.ThrowIfCancellationRequested();
            Region part = new Region(0, y, info.Width, rows).Intersect(info.Bounds);
            labels.Read(part, samples);
            Collect(samples.AsSpan(0, (int)(part.Pixels * info.PixelBytes)), y * info.Width, info.Type);
        }
        if (_positions.Count == 0)
        {
            throw new FastSegException(labels is MaskedLabels { Dropped: > 0 }
                ? $"{info.Name}: no pixel is labelled where the mask is not 0; label pixels that are kept."
                : $"{info.Name}: no pixel is labelled; every label is 0, which means unlabelled.");
        }
    }

    /// <summary>Takes pixels that are known already.</summary>
    /// <param name="image">The image the labels belong to.</param>
    /// <param name="positions">Row x width + column of each pixel, ascending.</param>
    /// <param name="values">Its label value.</param>
    /// <exception cref="ArgumentException">
    /// The numbers differ, a position is outside of the image or not behind the one before, or a value is 0.
    /// </exception>
    public LabelledPixels(ImageInfo image, ReadOnlySpan<long> positions, ReadOnlySpan<ushort> values)
    {
        if (positions.Length != values.Length || values.Contains((ushort)0))
        {
            throw new ArgumentException(
                $"{image.Name}: there are {positions.Length} positions and {values.Length} label values, which must be as many and not 0.");
        }
        long before = -1;
        foreach (long position in positions)
        {
            before = position > before && position < image.Bounds.Pixels ? position : throw new ArgumentException(
                $"{image.Name}: the position {position} follows {before}; positions must ascend and lie inside the image.");
        }
        _width = image.Width;
        _positions.AddRange(positions);
        _values.AddRange(values);
    }

    /// <summary>Bytes of the label image that are read at a time.</summary>
    public static long StripBytes(ImageInfo labels) => checked(StripRows(labels) * labels.Width * labels.PixelBytes);

    /// <summary>Number of labelled pixels.</summary>
    public int Count => _positions.Count;

    /// <summary>Row of the training set that the pixel of rank 0 goes to; the others follow by rank.</summary>
    public long FirstRow { get; set; }

    /// <summary>The label value of each labelled pixel, by rank.</summary>
    public ReadOnlySpan<ushort> Values => CollectionsMarshal.AsSpan(_values);

    /// <summary>
    /// Ranks of the labelled pixels of row <paramref name="y"/> in columns <paramref name="x"/> to x + width - 1: from First up to, not
    /// including, End.
    /// </summary>
    public (int First, int End) Ranks(long x, long y, long width)
    {
        long position = (y * _width) + x;
        return (FirstNotBefore(position), FirstNotBefore(position + width));
    }

    /// <summary>Columns of the image.</summary>
    public long Width => _width;

    /// <summary>The position of each labelled pixel, by rank.</summary>
    public ReadOnlySpan<long> Positions => CollectionsMarshal.AsSpan(_positions);

    /// <summary>Position of the labelled pixel of a rank: row x width + column, so ascending.</summary>
    public long Position(int rank) => _positions[rank];

    /// <summary>Column of the labelled pixel of a rank.</summary>
    public long Column(int rank) => _positions[rank] % _width;

    /// <summary>The smallest rectangle that holds all labelled pixels of <paramref name="tile"/>; empty where the tile has none.</summary>
    public Region Bounds(Region tile)
    {
        long left = long.MaxValue, right = -1, top = -1, bottom = -1;
        for (long y = tile.Y; y < tile.Bottom; y++)
        {
            (int first, int end) = Ranks(tile.X, y, tile.Width);
            if (first < end)
            {
                left = Math.Min(left, Column(first));
                right = Math.Max(right, Column(end - 1));
                top = top < 0 ? y : top;
                bottom = y;
            }
        }
        return right < 0 ? default : new Region(left, top, right - left + 1, bottom - top + 1);
    }

    /// <summary>For each tile of a grid that holds labelled pixels, the smallest rectangle around these.</summary>
    public IReadOnlyList<Region> Cores(TileGrid grid)
    {
        var cores = new List<Region>();
        for (long i = 0; i < grid.Count; i++)
        {
            Region core = Bounds(grid[i]);
            if (!core.IsEmpty)
            {
                cores.Add(core);
            }
        }
        return cores;
    }

    /// <summary>Number of labelled pixels in a rectangle.</summary>
    public int CountIn(Region tile)
    {
        int count = 0;
        for (long y = tile.Y; y < tile.Bottom; y++)
        {
            (int first, int end) = Ranks(tile.X, y, tile.Width);
            count += end - first;
        }
        return count;
    }

    /// <summary>Rows of a strip: about 4 Mi pixels, at least one row.</summary>
    private static int StripRows(ImageInfo labels) => (int)Math.Clamp(ReadPixels / labels.Width, 1, labels.Height);

    /// <summary>Rank of the first labelled pixel at or behind a position; <see cref="Count"/> where there is none.</summary>
    private int FirstNotBefore(long position)
    {
        int at = _positions.BinarySearch(position);
        return at < 0 ? ~at : at;
    }

    /// <summary>Appends the labelled pixels of some samples.</summary>
    /// <param name="samples">Samples in reading order.</param>
    /// <param name="position">Position of the first sample.</param>
    /// <param name="type">uint8 or uint16.</param>
    private void Collect(ReadOnlySpan<byte> samples, long position, SampleType type)
    {
        int step = type.Bytes();
        int i = 0;
        while (i < samples.Length)
        {
            // Most pixels are unlabelled, so jump to the next byte that is not zero. In uint16 samples it may be the second of two.
            int skip = samples[i..].IndexOfAnyExcept((byte)0);
            if (skip < 0)
            {
                return;
            }
            i += skip - ((i + skip) % step);
            _positions.Add(position + (i / step));
            _values.Add(step == 1 ? samples[i] : (ushort)(samples[i] | (samples[i + 1] << 8)));
            i += step;
        }
    }
}
