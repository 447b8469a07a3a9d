namespace FastSeg.Images.Zarr;

/// <summary>Which plane of an image is read, at which size, with which channels.</summary>
internal sealed class ZarrPlane
{
    /// <summary>Checks what is asked for against what there is.</summary>
    /// <param name="image">The image.</param>
    /// <param name="name">What sentences call it.</param>
    /// <param name="options">What is asked for.</param>
    /// <exception cref="FastSegException">There is no such plane or size, or there are too many channels.</exception>
    public ZarrPlane(Multiscale image, string name, ImageOptions options)
    {
        PlaneSelection select = options.Select ?? new PlaneSelection();
        Level = options.Level >= 0 && options.Level < image.Levels.Count
            ? options.Level
            : throw ImageReading.NoLevel(name, options.Level, image.Levels.Count);
        Numbers = new long[image.Axes.Length];
        Take(image, name, 't', select.T, "point in time", "points in time");
        Take(image, name, 'z', select.Z, "slice", "slices");
        Take(image, name, 'c', select.C, "channel", "channels");
        long channels = image.Length('c', Level);
        if (select.C is null && channels > ImageInfo.MostChannels)
        {
            throw new FastSegException(
                $"{name} has {channels} channels, and an image has at most {ImageInfo.MostChannels}; name one of them in "
                + $"{PlaneSelection.Words}, such as c=0.");
        }
        Channels = select.C is null ? (int)channels : 1;
        string[] names = [.. image.ChannelNames.Skip(select.C ?? 0).Take(Channels)];
        Names = names.Length == Channels && names.Any(text => text.Length > 0) ? names : [];
        bool named = image.ChannelColours.Count == 3 && image.ChannelColours.All(colour => colour.Length > 0);
        IsColour = Channels == 3 && (named
            ? string.Join(' ', image.ChannelColours).ToUpperInvariant() == "FF0000 00FF00 0000FF"
            : image.Levels[0].Array.Type == SampleType.UInt8);
        string[] first = [.. Unselected(image, select)];
        Unchosen = first.Length == 0 ? null
            : $"{name} has {string.Join(" and ", first)}, of which the first was taken; others are named in "
            + $"{PlaneSelection.Words}, such as {(image.Length('z') > 1 ? "z" : "t")}=1.";
    }

    /// <summary>
    /// What is asked for of a label image that belongs to an image for which it was meant: labels need not have its axes, channels and
    /// sizes.
    /// </summary>
    public static ImageOptions OfLabels(Multiscale labels, ImageOptions options)
    {
        PlaneSelection select = options.Select ?? new PlaneSelection();
        return options with
        {
            Level = options.Level < labels.Levels.Count ? options.Level : 0,
            Select = new PlaneSelection(
                labels.Axis('t') < 0 ? null : select.T, labels.Axis('z') < 0 ? null : select.Z, labels.Length('c') == 1 ? null : select.C),
        };
    }

    /// <summary>The size, 0 for the largest.</summary>
    public int Level { get; }

    /// <summary>The plane's number along each axis; 0 for y, x and, where all channels are read, c.</summary>
    public long[] Numbers { get; }

    /// <summary>Channels that are read.</summary>
    public int Channels { get; }

    /// <summary>Their names; empty where none is given.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Whether they are red, green and blue.</summary>
    public bool IsColour { get; }

    /// <summary>A sentence about planes that were left out although nobody chose; null where there are none.</summary>
    public string? Unchosen { get; }

    private void Take(Multiscale image, string name, char axis, int? number, string one, string many)
    {
        int place = image.Axis(axis);
        long length = image.Length(axis, Level);
        if (number is { } wanted && (wanted < 0 || wanted >= length))
        {
            string there = length == 1 ? $"has one {one}, 0" : $"has {length} {many}, 0 to {length - 1}";
            throw new FastSegException(
                $"{name} {there}, so there is no {axis}={wanted}; give another number in {PlaneSelection.Words}.");
        }
        if (place >= 0)
        {
            Numbers[place] = number ?? 0;
        }
    }

    private static IEnumerable<string> Unselected(Multiscale image, PlaneSelection select)
    {
        if (select.T is null && image.Length('t') > 1)
        {
            yield return $"{image.Length('t')} points in time";
        }
        if (select.Z is null && image.Length('z') > 1)
        {
            yield return $"{image.Length('z')} slices";
        }
    }
}
