namespace FastSeg.Images.Labels;

/// <summary>
/// Makes label images of stored samples: those of a training set together, so that a colour is the same class in all of them.
/// </summary>
internal static class LabelSet
{
    /// <summary>What a set of label images is called, and what its values are called.</summary>
    public const string Values = "label values";

    /// <summary>What a mask's values are called.</summary>
    public const string Masks = "mask values";

    /// <summary>Most classes of a model.</summary>
    private const int MostClasses = 255;

    /// <summary>What helps where a label image has too many colours or values.</summary>
    public const string Help =
        $"draw with a hard brush (a pencil), save a palette PNG, or name the colours of the strokes, as in " +
        $"{LabelWords.Colours} red=1,lime=2: every other colour is unlabelled then";

    /// <summary>One label image, or a mask, for whoever takes an image in memory.</summary>
    public static ImageReader Of(ImageReader stored, string what = Values) => Of([stored], new LabelOptions(), what, owned: false)[0];

    /// <summary>A mask as one channel of uint8 or uint16; null where there is none.</summary>
    public static ImageReader? OfMask(ImageReader? stored) => stored is null ? null : Of(stored, Masks);

    /// <summary>Label images of one channel of uint8 or uint16.</summary>
    /// <param name="stored">Their stored samples.</param>
    /// <param name="options">Void value, colours.</param>
    /// <param name="what">What sentences call the values.</param>
    /// <param name="owned">Whether the stored images are disposed with the results.</param>
    /// <exception cref="FastSegException">One is no label image.</exception>
    public static ImageReader[] Of(IReadOnlyList<ImageReader> stored, LabelOptions options, string what, bool owned)
    {
        foreach (ImageReader image in stored)
        {
            CheckForm(image.Info);
        }
        if (stored.OfType<ColourLabels>().Select(image => image.Values).Distinct().Count() > 1)
        {
            throw new FastSegException(
                "Coloured label images were opened one by one, so that a colour may be another class in each; open them together.");
        }
        if (options.Colours is { } colours)
        {
            return ByName(stored, colours, options, what, owned);
        }
        ColourScan?[] scans = [.. stored.Select(image => HasColours(image.Info) ? ColourScan.Of(image) : null)];
        if (!scans.Any(scan => scan is { IsColoured: true }))
        {
            return [.. stored.Select(image => Whole(image, options, what, owned))];
        }
        int plain = Array.IndexOf(scans, null);
        int coloured = Array.FindIndex(scans, scan => scan is { IsColoured: true });
        return plain < 0 ? ByColour(stored, scans!, owned) : throw new FastSegException(
            $"{stored[plain].Info.Name} holds numbers, but {stored[coloured].Info.Name} coloured strokes; draw both alike, "
            + $"or say which number each colour is, as in {LabelWords.Colours} red=1,lime=2.");
    }

    private static bool HasColours(ImageInfo info) => info.Channels - (info.HasAlpha ? 1 : 0) == 3;

    private static void CheckForm(ImageInfo info)
    {
        if (info.IsLossy)
        {
            throw new FastSegException(
                $"{info.Name} is stored with losses ({info.Format}), which change values at every edge, so it cannot hold labels; " +
                "save them as a palette PNG, or as a TIFF without JPEG.");
        }
        int channels = info.Channels - (info.HasAlpha ? 1 : 0);
        if (channels is not (1 or 3))
        {
            throw new FastSegException(
                $"{info.Name} has {channels} channels; labels are one channel of whole numbers, or strokes in colour.");
        }
        if (channels == 3 && info.Type is not (SampleType.UInt8 or SampleType.UInt16))
        {
            throw new FastSegException($"{info.Name} has colours of {info.Type.Name()}; colours of labels are uint8 or uint16.");
        }
    }

    private static ImageReader Whole(ImageReader image, LabelOptions options, string what, bool owned) =>
        image.Info is { Channels: 1, Type: SampleType.UInt8 or SampleType.UInt16 } && options.Void is null
            ? image
            : new WholeLabels(image, options, what, owned);

    /// <summary>Strokes whose colours the caller names.</summary>
    private static ImageReader[] ByName(
        IReadOnlyList<ImageReader> stored, IReadOnlyDictionary<LabelColour, int> colours, LabelOptions options, string what, bool owned)
    {
        var found = new Dictionary<LabelColour, long>();
        foreach (ImageReader image in stored.Where(image => HasColours(image.Info)))
        {
            Merge(found, ColourScan.Of(image));
        }
        foreach (LabelColour colour in colours.Keys.Where(colour => colours[colour] != 0 && !found.ContainsKey(colour)))
        {
            string there = string.Join(", ", found.OrderByDescending(one => one.Value).Take(6).Select(one => $"{one.Key}"));
            there = there.Length == 0 ? "none of them has colours" : $"the colours there are {there}";
            throw new FastSegException($"No pixel of the labels is {colour}; {there}.");
        }
        var names = Names(colours);
        return
        [
            .. stored.Select(image => HasColours(image.Info)
                ? new ColourLabels(image, colours, owned) { Names = names }
                : Whole(image, options, what, owned)),
        ];
    }

    /// <summary>Strokes whose colours become classes in their order, but for the background, which is guessed.</summary>
    private static ImageReader[] ByColour(IReadOnlyList<ImageReader> stored, ColourScan[] scans, bool owned)
    {
        var found = new Dictionary<LabelColour, long>();
        Array.ForEach(scans, scan => Merge(found, scan));
        bool transparent = scans.Any(scan => scan.Transparent > 0);
        LabelColour? background = transparent ? null : Background(found);
        LabelColour[] drawn = [.. found.Keys.Where(colour => colour != background).Order()];
        string name = stored.Count == 1 ? stored[0].Info.Name : $"{stored[0].Info.Name} and the other labels";
        if (drawn.Length > MostClasses)
        {
            throw new FastSegException(
                $"{name} hold{(stored.Count == 1 ? "s" : "")} {drawn.Length} colours or more, and at most {MostClasses} classes can be "
                + $"told apart: a picture (swapped with its image?), or strokes with soft (antialiased) edges; {Help}.");
        }
        Dictionary<LabelColour, int> values = drawn.Select((colour, i) => (colour, i)).ToDictionary(one => one.colour, one => one.i + 1);
        string list = string.Join(", ", drawn.Take(8).Select((colour, i) => $"{colour} = {i + 1}")) + (drawn.Length > 8 ? ", .." : "");
        string around = transparent ? "transparent pixels are" : background is { } colour ? $"{colour.Name} is" : "no colour is";
        string example = string.Join(',', drawn.Take(2).Select((colour, i) => $"{colour.Name}={i + 1}"));
        string guess =
            $"{name}: each colour was taken for a class ({list}), and {around} unlabelled; "
            + $"name them to be sure, as in {LabelWords.Colours} {example}.";
        return [.. stored.Select(image => new ColourLabels(image, values, owned) { Names = Names(values), Warnings = [guess] })];
    }

    /// <summary>Black or white, whichever there is more of; null where there is neither.</summary>
    private static LabelColour? Background(Dictionary<LabelColour, long> found)
    {
        long black = found.GetValueOrDefault(LabelColour.Black), white = found.GetValueOrDefault(LabelColour.White);
        return black == 0 && white == 0 ? null : black >= white ? LabelColour.Black : LabelColour.White;
    }

    private static void Merge(Dictionary<LabelColour, long> sum, ColourScan scan)
    {
        foreach ((LabelColour colour, long count) in scan.Counts)
        {
            sum[colour] = sum.GetValueOrDefault(colour) + count;
        }
    }

    /// <summary>The name of each value: its colours'.</summary>
    private static Dictionary<int, string> Names(IReadOnlyDictionary<LabelColour, int> values) => values
        .GroupBy(one => one.Value)
        .ToDictionary(
            group => group.Key, group => string.Join(" or ", group.Select(one => one.Key).Order().Select(colour => colour.Name)));
}
