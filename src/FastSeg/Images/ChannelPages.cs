namespace FastSeg.Images;

/// <summary>
/// An image whose channels are pages of a file: those of an ImageJ composite, of OME-XML's channels, or all pages of a file. Rows are read
/// in chunks, page after page, and put beside each other.
/// </summary>
internal sealed class ChannelPages : ImageReader
{
    /// <summary>Most letters of a channel's name that are kept.</summary>
    private const int MostLetters = 64;

    private readonly IReadOnlyList<ImageReader> _pages;

    private ChannelPages(IReadOnlyList<ImageReader> pages, ImageInfo info) => (_pages, Info) = (pages, info);

    /// <inheritdoc/>
    public override ImageInfo Info { get; }

    /// <inheritdoc/>
    public override bool PrefersWholeRows => _pages.Any(page => page.PrefersWholeRows);

    /// <inheritdoc/>
    internal override bool Decodes => _pages[0].Decodes;

    /// <inheritdoc/>
    internal override (long Width, long Height)? StoredPart => _pages[0].StoredPart;

    /// <summary>
    /// The image that a page belongs to, where its pages are channels: an ImageJ composite, or any file where that is asked for. Otherwise
    /// the page itself.
    /// </summary>
    /// <param name="page">The page; the result owns it, also where this fails.</param>
    /// <param name="number">Its number, from 1 up.</param>
    /// <param name="wanted">Whether pages are taken for channels although the file does not say so.</param>
    /// <param name="named">Whether the page was asked for by its number: then it is that page alone, unless pages are wanted.</param>
    /// <param name="open">Opens another page.</param>
    /// <exception cref="FastSegException">There are too many pages, or they differ in size or type.</exception>
    public static ImageReader Of(ImageReader page, int number, bool wanted, bool named, Func<int, ImageReader> open)
    {
        var pages = new List<ImageReader> { page };
        try
        {
            int[] numbers = Numbers(page, number, wanted, named);
            if (numbers.Length < 2)
            {
                return page;
            }
            pages = [.. numbers.Select(other => other == number ? page : null!)];
            for (int i = 0; i < pages.Count; i++)
            {
                pages[i] ??= open(numbers[i]);
                CheckAlike(page.Info, pages[i].Info, "pages that are channels of one image");
            }
            return new ChannelPages(pages, Describe(page, numbers)) { FilePath = page.FilePath };
        }
        catch
        {
            page.Dispose();
            pages.ForEach(opened => opened?.Dispose());
            throw;
        }
    }

    /// <inheritdoc/>
    public override long HeldBytes(int threads) =>
        _pages.Sum(page => page.HeldBytes(threads)) + ImageReading.HeldInChunks(_pages[0].Info, threads);

    /// <inheritdoc/>
    public override unsafe void Read(Region region, Span<byte> destination)
    {
        ImageReading.Check(Info, region, destination.Length);
        int step = Info.PixelBytes, bytes = _pages[0].Info.PixelBytes;
        fixed (byte* to = destination)
        {
            byte* first = to;
            foreach (ImageReader page in _pages)
            {
                byte* place = first;
                ImageReading.InChunks(page, region, (samples, before) => Scatter(samples, bytes, place + (before * step), step));
                first += bytes;
            }
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        foreach (ImageReader page in _pages)
        {
            page.Dispose();
        }
    }

    /// <summary>The pages that are channels of one image with a page; one alone where it is an image by itself.</summary>
    private static int[] Numbers(ImageReader page, int number, bool wanted, bool named)
    {
        ImageInfo info = page.Info;
        int most = ImageInfo.MostChannels / info.Channels;
        if (page.Meaning is { Channels: > 1 } meaning && (wanted || (meaning.Composite && !named && meaning.Channels <= most))
            && meaning.PagesOfChannels(number).All(other => other <= info.Pages))
        {
            return Few(info, meaning.PagesOfChannels(number), most);
        }
        return wanted && info.Pages > 1 ? Few(info, [.. Enumerable.Range(1, Math.Min(info.Pages, most + 1))], most) : [number];
    }

    private static int[] Few(ImageInfo info, int[] numbers, int most) => numbers.Length <= most
        ? numbers
        : throw new FastSegException(
            $"{info.Name} has {info.Pages} pages, and more than {most} of them would be channels of one image, which has at most "
            + $"{ImageInfo.MostChannels}; write FILE#N for one page, and leave out that pages are channels.");

    /// <summary>Refuses images of different sizes, channels or types.</summary>
    /// <param name="first">What is known.</param>
    /// <param name="other">What is compared with it.</param>
    /// <param name="what">What they are, in the plural.</param>
    /// <exception cref="FastSegException">They differ.</exception>
    public static void CheckAlike(ImageInfo first, ImageInfo other, string what)
    {
        if ((other.Width, other.Height, other.Channels, other.Type) != (first.Width, first.Height, first.Channels, first.Type))
        {
            throw new FastSegException(
                $"{other.Name} is {Text(other)}, but {first.Name} is {Text(first)}; {what} must be alike.");
        }
    }

    private static string Text(ImageInfo info) =>
        $"{info.Width} x {info.Height} of {info.Channels} {info.Type.Name()}{(info.Channels == 1 ? "" : "s")}";

    private static ImageInfo Describe(ImageReader page, int[] numbers)
    {
        ImageInfo info = page.Info;
        IReadOnlyList<string> names = page.Meaning is { } meaning && info.Channels == 1 && meaning.ChannelNames.Count == numbers.Length
            ? [.. meaning.ChannelNames.Select(Clean)]
            : [];
        return info with
        {
            Channels = info.Channels * numbers.Length,
            IsColour = false,
            ChannelNames = names.All(name => name.Length == 0) ? [] : names,
            // Where the file holds one image there is no page to be chosen.
            Pages = page.Meaning is { Channels: > 1 } all && all.Slices * all.Frames > 1 ? info.Pages : 1,
            Format = $"{info.Format}; pages {string.Join(", ", numbers)} are channels",
        };
    }

    private static string Clean(string name) => new([.. name.Where(letter => !char.IsControl(letter)).Take(MostLetters)]);

    /// <summary>Puts a page's samples into their places: each pixel's so many bytes behind those of the pixel before.</summary>
    private static unsafe void Scatter(ReadOnlySpan<byte> from, int bytes, byte* to, int step)
    {
        for (int i = 0; i < from.Length; to += step)
        {
            for (int b = 0; b < bytes; b++, i++)
            {
                to[b] = from[i];
            }
        }
    }
}
