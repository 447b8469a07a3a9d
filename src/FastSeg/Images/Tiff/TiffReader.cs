using System.Collections.Concurrent;
using FastSeg.Files;
using FastSeg.Images.Codecs;
using FastSeg.Images.Pictures;

namespace FastSeg.Images.Tiff;

/// <summary>
/// A page of a TIFF or BigTIFF, read rectangle by rectangle. The threads that read decode the strips and tiles which their rectangles need,
/// in parallel, and keep them while neighbouring rectangles may want them. Uncompressed strips are read from where they lie, without a
/// cache. Grey is delivered as stored, also where 0 means white, as tifffile and scikit-image do.
/// </summary>
internal sealed unsafe class TiffReader : ImageReader
{
    /// <summary>Rows of the image that are kept decoded: a row of tiles with their halo, and the beginning of the next.</summary>
    private const long CachedRows = 1024;

    /// <summary>
    /// Rows and columns of which a tiled page keeps tiles: what two threads read side by side. The row of tiles below is computed so much
    /// later that what it shares with this one would be kept in vain, and memory would grow with the width.
    /// </summary>
    private const long CachedSide = 2048;

    /// <summary>
    /// Most bytes of a page that is kept whole. Where mean and deviation are taken first, all of it is read twice; one that is larger than
    /// what is kept would be decoded twice, as each part pushes out the one that is wanted next.
    /// </summary>
    private const long WholePageBytes = 4L << 20;

    /// <summary>Segments count as no fewer bytes than these there: tens of thousands of tiny ones are not kept.</summary>
    private const long LeastSegmentBytes = 2048;

    /// <summary>Most bytes of kept segments; two are kept whatever their size.</summary>
    private const long MostCachedBytes = 256L << 20;

    /// <summary>Uncompressed tiles above this size are read row by row instead of as a whole.</summary>
    private const long LargestWholeTile = 4L << 20;

    private readonly InputFile _file;
    private readonly TiffPage _page;
    private readonly SegmentCache? _cache;

    /// <summary>The directory for BitMiracle, shared by the decoders; null where it decodes nothing.</summary>
    private readonly byte[]? _directory;

    /// <summary>The order of the page's floats; null where there is one only.</summary>
    private readonly FloatOrder? _order;
    private readonly ConcurrentBag<TiffDecoder> _decoders = [];

    private TiffReader(InputFile file, TiffPage page, ImageInfo info, PageMeaning? meaning)
    {
        Meaning = meaning;
        _file = file;
        _page = page;
        Info = info;
        _directory = page.NeedsBitMiracle ? BitMiracleStrips.Directory(page) : null;
        _order = page is { Predictor: 3, BigEndian: true } ? new FloatOrder(page) : null;
        bool direct = page.Codec == TiffCodec.None && page.YCbCr is null && (!page.Tiled || page.SegmentBytes > LargestWholeTile);
        _cache = direct ? null : new SegmentCache(page.SegmentBytes, Budget(page));
    }

    public override ImageInfo Info { get; }

    /// <summary>Whether a palette's colours are delivered instead of its indices.</summary>
    private bool IsPalette => _page.Palette is not null && Info.IsColour;

    /// <summary>True for compressed strips, of which a part costs as much as the whole.</summary>
    public override bool PrefersWholeRows => _cache is not null && !_page.Tiled;

    internal override bool Decodes => _page.Codec != TiffCodec.None;

    internal override (long Width, long Height)? StoredPart => _page.Tiled ? (_page.SegmentWidth, _page.SegmentHeight) : null;

    /// <summary>How many strips and tiles were decoded so far, those decoded again included.</summary>
    internal long Decoded => _cache?.Decoded ?? 0;

    /// <summary>What the pages of the file's stack are.</summary>
    internal override PageMeaning? Meaning { get; }

    /// <summary>Opens a page (counted from 1).</summary>
    /// <param name="file">The file; the reader owns it once this returns.</param>
    /// <param name="page">Number of the page.</param>
    /// <param name="indices">Whether palette images are delivered as indices, and alpha behind grey or RGB: labels are read so.</param>
    /// <param name="level">At which size the page is read, 0 for the largest; labels without such a size are read at the largest.</param>
    /// <exception cref="FastSegException">The file is damaged or of a kind that is not read, or has no such page or size.</exception>
    public static TiffReader Open(InputFile file, int page, bool indices, int level = 0)
    {
        TiffHeader header = TiffHeader.Read(file);
        (IReadOnlyList<long> chain, string? broken) = header.Pages(file);
        int pages = chain.Count;
        TiffTags first = TiffTags.Read(file, header, header.First);
        TiffDescription description = TiffDescription.Read(first);
        TiffPage? found = null;
        if (pages == 1 && description.Images > 1)
        {
            found = TiffPageReader.Read(file, header, first);
            pages = ImageJStack.Planes(file, found, description.Images);
            ImageJStack.MoveTo(found, Math.Min(page, pages));
        }
        if (page > pages)
        {
            string why = broken is null ? "" : $", because {broken}";
            throw new FastSegException($"{file.Name}: there is no page {page}; pages count from 1, and the last one is #{pages}{why}.");
        }
        TiffTags tags = page == 1 || page > chain.Count ? first : TiffTags.Read(file, header, chain[page - 1]);
        var levels = TiffLevels.Find(file, header, chain, page, tags, description.IsAperio);
        PixelSize? size = description.PixelSize(page) ?? TiffPixelSize.Read(tags, description.Unit);
        if (level < 0 || level >= levels.Sizes.Count)
        {
            level = indices ? 0 : throw ImageReading.NoLevel(file.Name, level, levels.Sizes.Count);
        }
        if (level > 0)
        {
            tags = levels.Directory(level);
            size = size is null ? null : Scaled(size, levels.Sizes[0], levels.Sizes[level]);
            found = null;
        }
        found ??= TiffPageReader.Read(file, header, tags);
        if (found.Codec == TiffCodec.Jpeg)
        {
            VipsLibrary.Need(file, "a TIFF of JPEG");
        }
        bool palette = found.Photometric == 3 && !indices, alpha = indices && found.KeepAlpha();
        long turned = tags.Integer(TiffTags.Orientation, 1);
        (int channels, SampleType type) = palette ? (3, SampleType.UInt8) : (found.Kept.Length, found.Type);
        var info = new ImageInfo(file.Name, found.Width, found.Height, channels, type)
        {
            Stored = found.Type,
            HasAlpha = alpha,
            IsLossy = found.Codec == TiffCodec.Jpeg,
            IsPalette = found.Photometric == 3 && indices,
            Pages = pages,
            Bits = found.Bits,
            Classes = description.Classes,
            PixelSize = size,
            Format = found.Describe(header.Big, page, pages) + (level == 0 ? "" : $", level {level}")
                + (broken is null ? "" : ", what follows is damaged"),
            Levels = levels.Sizes.Count > 1 ? [.. levels.Sizes.Skip(level)] : [],
            CopiedPages = levels.CopiedPages,
            IsColour = found.Photometric is 2 or 6 || palette,
            Orientation = turned is >= 1 and <= 8 ? (int)turned : 1,
        };
        return new TiffReader(file, found, info, description.Meaning(page, pages, found.Samples));
    }

    /// <summary>The size of a pixel at which so many more lie side by side.</summary>
    private static PixelSize Scaled(PixelSize size, (long Width, long Height) largest, (long Width, long Height) level) =>
        size with { X = size.X * largest.Width / level.Width, Y = size.Y * largest.Height / level.Height };

    public override long HeldBytes(int threads) =>
        (_cache?.HeldBytes(threads, _page.Segments) ?? 0) + (_directory?.Length ?? 0) + (threads * TiffDecoder.HeldBytes(_page))
        - ((threads - Decoding(threads)) * JpegBytes) + (_order is null ? 0 : _page.SegmentBytes);

    /// <summary>What decoding takes is gone with the first pass where the cache keeps all segments.</summary>
    internal override long FirstPassBytes(int threads) =>
        JpegBytes > 0 && Budget(_page) == _page.Segments ? Decoding(threads) * JpegSegments.OnlyDecodingBytes(_page) : 0;

    /// <summary>Bytes that one thread takes to decode a segment of JPEG; 0 for other codecs.</summary>
    private long JpegBytes => _page.Codec == TiffCodec.Jpeg ? JpegSegments.HeldBytes(_page) : 0;

    /// <summary>How many threads may decode at once.</summary>
    private long Decoding(int threads) => Math.Min(threads, _page.Segments);

    public override void Read(Region region, Span<byte> destination)
    {
        ImageReading.Check(Info, region, destination.Length);
        TiffDecoder decoder = _decoders.TryTake(out TiffDecoder? kept) ? kept : new TiffDecoder(_file, _page, _directory, _order);
        try
        {
            fixed (byte* to = destination)
            {
                Read(decoder, region, to);
            }
        }
        finally
        {
            decoder.Later.Clear();
            _decoders.Add(decoder);
        }
    }

    protected override void Dispose(bool disposing)
    {
        _cache?.Dispose();
        foreach (TiffDecoder decoder in _decoders)
        {
            decoder.Dispose();
        }
        _file.Dispose();
    }

    /// <summary>How many segments the cache keeps.</summary>
    private static int Budget(TiffPage page)
    {
        if (page.Segments * Math.Max(page.SegmentBytes, LeastSegmentBytes) <= WholePageBytes)
        {
            return (int)page.Segments;
        }
        long rows = ((CachedRows / page.SegmentHeight) + 2) * page.Across;
        long square = ((CachedSide / page.SegmentHeight) + 2) * ((CachedSide / page.SegmentWidth) + 2);
        long kept = (page.Tiled ? Math.Min(rows, square) : rows) * (page.Separate ? page.Samples : 1);
        long fits = Math.Max(2, MostCachedBytes / page.SegmentBytes);
        return (int)Math.Min(Math.Min(kept, fits), page.Segments);
    }

    /// <summary>
    /// Copies the region out of every segment it touches. Segments that another thread is decoding come last, so that threads which want
    /// the same ones decode different ones first.
    /// </summary>
    private void Read(TiffDecoder decoder, Region region, byte* to)
    {
        long left = region.X / _page.SegmentWidth, right = (region.Right - 1) / _page.SegmentWidth;
        long top = region.Y / _page.SegmentHeight, bottom = (region.Bottom - 1) / _page.SegmentHeight;
        int planes = _page.Separate ? _page.Kept.Length : 1;
        for (int i = 0; i < planes; i++)
        {
            int plane = _page.Separate ? _page.Kept[i] : 0;
            for (long y = top; y <= bottom; y++)
            {
                for (long x = left; x <= right; x++)
                {
                    long segment = (plane * _page.PerPlane) + (y * _page.Across) + x;
                    if (_page.IsLeftOut(segment))
                    {
                        FillLeftOut(decoder, segment, plane, region, to);
                    }
                    else if (_cache is null)
                    {
                        CopyStored(decoder, segment, plane, region, to);
                    }
                    else if (!CopyDecoded(decoder, segment, plane, region, to, wait: false))
                    {
                        decoder.Later.Add(segment);
                    }
                }
            }
        }
        foreach (long segment in decoder.Later)
        {
            CopyDecoded(decoder, segment, (int)(segment / _page.PerPlane), region, to, wait: true);
        }
    }

    /// <summary>Delivers the value that stands for a segment which the file leaves out.</summary>
    private void FillLeftOut(TiffDecoder decoder, long segment, int plane, Region region, byte* to)
    {
        Region part = _page.Area(segment).Intersect(region);
        TiffNoData.Fill(decoder.Row.Pointer, part.Width * _page.SegmentSamples, _page.Type, _page.NoData);
        for (long y = part.Y; y < part.Bottom; y++)
        {
            CopyRow(decoder.Row.Pointer, part.X, y, part.Width, plane, region, to);
        }
    }

    /// <summary>Copies what a segment has of the region, and decodes it first where it is not in the cache.</summary>
    /// <returns>False where another thread is decoding it and <paramref name="wait"/> is false.</returns>
    private bool CopyDecoded(TiffDecoder decoder, long segment, int plane, Region region, byte* to, bool wait)
    {
        SegmentCache.Slot? slot = _cache!.Acquire(segment, wait, out bool decode);
        if (slot is null)
        {
            return false;
        }
        try
        {
            if (decode)
            {
                Decode(decoder, segment, slot);
            }
            else
            {
                _cache.Wait(slot);
            }
            Region area = _page.Area(segment), part = area.Intersect(region);
            long bit = (part.X - area.X) * _page.SegmentSamples * _page.Bits;
            for (long y = part.Y; y < part.Bottom; y++)
            {
                (long above, long within) = Math.DivRem(y - area.Y, _page.PixelRows);
                byte* row = slot.Buffer.Pointer + (above * _page.RowBytes);
                byte* samples = _page.YCbCr is null
                    ? decoder.Unpacked(row, bit, part.Width)
                    : decoder.UnpackedColours(row, part.X - area.X, (int)within, part.Width);
                CopyRow(samples, part.X, y, part.Width, plane, region, to);
            }
            return true;
        }
        finally
        {
            _cache.Release(slot);
        }
    }

    /// <summary>Decodes a segment into its slot and tells the threads that wait for it how that went.</summary>
    private void Decode(TiffDecoder decoder, long segment, SegmentCache.Slot slot)
    {
        try
        {
            decoder.Decode(segment, slot.Buffer.Pointer);
            _cache!.Publish(slot);
        }
        catch (Exception e)
        {
            _cache!.Fail(slot, e as FastSegException ?? _file.Bad($"is damaged ({e.GetType().Name})", e));
            throw;
        }
    }

    /// <summary>Reads what an uncompressed segment has of the region straight from the file.</summary>
    private void CopyStored(TiffDecoder decoder, long segment, int plane, Region region, byte* to)
    {
        Region area = _page.Area(segment), part = area.Intersect(region);
        int bits = _page.SegmentSamples * _page.Bits, pixel = Info.PixelBytes;
        bool asStored = bits == 8 * pixel && !_page.Packed && !IsPalette;
        // The bytes of the part's row: the first may hold bits of the pixel before, the last one of that behind.
        long bit = (part.X - area.X) * bits, count = (((part.Right - area.X) * bits) + 7) / 8 - (bit / 8);
        long first = _page.Offsets[segment] + ((part.Y - area.Y) * _page.RowBytes) + (bit / 8);
        // Whole rows of the segment that are whole rows of the region too lie behind each other in both: one read takes them all.
        if (asStored && part.Width == region.Width && count == _page.RowBytes)
        {
            byte* all = to + ((part.Y - region.Y) * region.Width * pixel);
            long bytes = part.Height * _page.RowBytes;
            _file.Read(first, all, bytes);
            decoder.Straighten(all, bytes);
            return;
        }
        for (long y = part.Y; y < part.Bottom; y++)
        {
            byte* row = asStored ? to + ((((y - region.Y) * region.Width) + part.X - region.X) * pixel) : decoder.StoredRow.Pointer;
            _file.Read(first + ((y - part.Y) * _page.RowBytes), row, count);
            decoder.Straighten(row, count);
            if (!asStored)
            {
                CopyRow(decoder.Unpacked(row, bit % 8, part.Width), part.X, y, part.Width, plane, region, to);
            }
        }
    }

    /// <summary>Puts pixels of one row where the caller wants them: drops alpha, looks up the palette, interleaves planes.</summary>
    private void CopyRow(byte* from, long x, long y, long pixels, int plane, Region region, byte* to)
    {
        int sample = _page.Type.Bytes(), channels = Info.Channels;
        byte* row = to + ((((y - region.Y) * region.Width) + x - region.X) * Info.PixelBytes);
        if (IsPalette)
        {
            LookUp(from, row, pixels);
        }
        else if (_page.Separate)
        {
            Scatter(from, sample, row + (Array.IndexOf(_page.Kept, plane) * sample), channels * sample, pixels, sample);
        }
        else if (_page.Kept[^1] == channels - 1)
        {
            ImageReading.TakeChannels(from, _page.Samples, row, channels, pixels, sample);
        }
        else
        {
            // Alpha lies between the channels.
            for (int i = 0; i < channels; i++)
            {
                Scatter(from + (_page.Kept[i] * sample), _page.Samples * sample, row + (i * sample), channels * sample, pixels, sample);
            }
        }
    }

    /// <summary>Puts a palette's colours in the place of indices.</summary>
    private void LookUp(byte* from, byte* to, long pixels)
    {
        byte[] palette = _page.Palette!;
        int colours = palette.Length / 3, step = _page.SegmentSamples;
        bool wide = _page.Type == SampleType.UInt16;
        for (long i = 0; i < pixels; i++, to += 3)
        {
            int index = wide ? ((ushort*)from)[i * step] : from[i * step];
            (to[0], to[1], to[2]) = (palette[index], palette[colours + index], palette[(2 * colours) + index]);
        }
    }

    /// <summary>Copies a sample of <paramref name="size"/> bytes of each pixel.</summary>
    private static void Scatter(byte* from, long fromStep, byte* to, long toStep, long pixels, int size)
    {
        for (long i = 0; i < pixels; i++)
        {
            for (int b = 0; b < size; b++)
            {
                to[b] = from[b];
            }
            from += fromStep;
            to += toStep;
        }
    }
}
