using FastSeg.Files;

namespace FastSeg.Images.Tiff;

/// <summary>
/// The smaller sizes at which a TIFF holds a page: in its sub-directories (OME-TIFF, QuPath, Bio-Formats, FastSeg), or as pages behind it
/// that say they are reduced copies (libvips, GDAL), or, in Aperio's files, as tiled pages of the same form. What is damaged or of another
/// form, as a thumbnail may be, is passed over: the page itself can be read all the same.
/// </summary>
internal sealed class TiffLevels
{
    /// <summary>More sizes are taken for damage: halving leaves nothing of the longest side that is read.</summary>
    private const int MostLevels = 40;

    /// <summary>The bit of NewSubfileType that says a page is a reduced copy of another one.</summary>
    private const long Reduced = 1;

    private readonly InputFile _file;
    private readonly TiffHeader _header;
    private readonly List<TiffTags> _smaller = [];

    private TiffLevels(InputFile file, TiffHeader header, TiffTags page)
    {
        (_file, _header) = (file, header);
        Sizes = [SizeOf(page)];
    }

    /// <summary>All sizes, that of the page first.</summary>
    public List<(long Width, long Height)> Sizes { get; }

    /// <summary>Pages of the file, from 1, that are smaller copies of others, or what Aperio keeps beside its image.</summary>
    public List<int> CopiedPages { get; } = [];

    /// <summary>The directory of a size, 1 for the first below the page's own.</summary>
    public TiffTags Directory(int level) => _smaller[level - 1];

    /// <summary>Looks for the sizes of a page.</summary>
    /// <param name="file">The file.</param>
    /// <param name="header">Its header.</param>
    /// <param name="chain">Where the directories of its pages are.</param>
    /// <param name="page">The page's number, from 1.</param>
    /// <param name="tags">The page's directory.</param>
    /// <param name="aperio">Whether the file is one of Aperio's.</param>
    public static TiffLevels Find(
        InputFile file, TiffHeader header, IReadOnlyList<long> chain, int page, TiffTags tags, bool aperio)
    {
        var levels = new TiffLevels(file, header, tags);
        foreach (long offset in Listed(tags))
        {
            if (levels.Read(offset) is { } smaller)
            {
                levels.Add(tags, smaller);
            }
        }
        levels.LookBehind(chain, page, tags, aperio);
        return levels;
    }

    /// <summary>The offsets of sub-directories; none where their list is damaged.</summary>
    private static long[] Listed(TiffTags tags)
    {
        try
        {
            return tags.Integers(TiffTags.SubIfds, MostLevels);
        }
        catch (FastSegException)
        {
            return [];
        }
    }

    /// <summary>Takes the pages behind a page that are copies of it, and counts those of the whole file.</summary>
    private void LookBehind(IReadOnlyList<long> chain, int page, TiffTags tags, bool aperio)
    {
        // A stack of thousands of pages is not looked through: where the second page is no copy, none is.
        if (chain.Count < 2 || (!aperio && !IsReduced(Read(chain[1]))))
        {
            return;
        }
        bool behind = true;
        for (int i = 1; i < chain.Count; i++)
        {
            TiffTags? other = Read(chain[i]);
            bool copy = aperio || IsReduced(other);
            CopiedPages.AddRange(copy ? [i + 1] : []);
            behind &= copy || i < page;
            if (behind && i >= page && other is not null && (!aperio || other.Has(TiffTags.TileWidth)))
            {
                Add(tags, other);
            }
        }
    }

    private static bool IsReduced(TiffTags? tags) => tags is not null && (Number(tags, TiffTags.NewSubfileType, 0) & Reduced) != 0;

    /// <summary>The directory at a place; null where none is.</summary>
    private TiffTags? Read(long offset)
    {
        try
        {
            return TiffTags.Read(_file, _header, offset);
        }
        catch (FastSegException)
        {
            return null;
        }
    }

    /// <summary>Adds a directory where it is the page once more, smaller than the size before.</summary>
    private void Add(TiffTags page, TiffTags other)
    {
        (long width, long height) = SizeOf(other);
        (long Width, long Height) before = Sizes[^1];
        bool smaller = width >= 1 && height >= 1 && width <= before.Width && height <= before.Height && (width, height) != before;
        // A size may be rounded up or down at each step, so a side may be off by two pixels.
        double skew = Math.Abs(((double)width * Sizes[0].Height) - ((double)height * Sizes[0].Width));
        bool alike = skew <= 2.0 * (Sizes[0].Width + Sizes[0].Height) && IsOfOneKind(page, other);
        if (smaller && alike && Sizes.Count < MostLevels)
        {
            _smaller.Add(other);
            Sizes.Add((width, height));
        }
    }

    private static bool IsOfOneKind(TiffTags page, TiffTags other) =>
        Number(page, TiffTags.SamplesPerPixel, 1) == Number(other, TiffTags.SamplesPerPixel, 1)
        && Number(page, TiffTags.BitsPerSample, 1) == Number(other, TiffTags.BitsPerSample, 1)
        && Number(page, TiffTags.SampleFormat, 1) == Number(other, TiffTags.SampleFormat, 1);

    private static (long Width, long Height) SizeOf(TiffTags tags) =>
        (Number(tags, TiffTags.ImageWidth, 0), Number(tags, TiffTags.ImageLength, 0));

    /// <summary>A number of a directory; -1 where it is damaged.</summary>
    private static long Number(TiffTags tags, ushort tag, long missing)
    {
        try
        {
            return tags.Integer(tag, missing);
        }
        catch (FastSegException)
        {
            return -1;
        }
    }
}
