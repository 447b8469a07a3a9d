namespace FastSeg.Images.Zarr;

/// <summary>An OME-Zarr image: one picture at several sizes.</summary>
/// <param name="Version">The version of OME-NGFF, "0.4" or "0.5"; empty for a mere array.</param>
/// <param name="Axes">The axes of all levels.</param>
/// <param name="Levels">The levels, the largest first.</param>
internal sealed record Multiscale(string Version, NgffAxis[] Axes, IReadOnlyList<ZarrLevel> Levels)
{
    /// <summary>More levels are taken for damage: halving leaves nothing of the longest side that is read.</summary>
    private const int MostLevels = 40;

    /// <summary>Most letters of a channel's name that are kept.</summary>
    private const int MostLetters = 64;

    /// <summary>Names of the channels; empty where none are given.</summary>
    public IReadOnlyList<string> ChannelNames { get; init; } = [];

    /// <summary>Colours of the channels, as "FF0000"; empty where none are given.</summary>
    public IReadOnlyList<string> ChannelColours { get; init; } = [];

    /// <summary>The classes of a label image; empty where none are given.</summary>
    public IReadOnlyList<LabelClass> Classes { get; init; } = [];

    /// <summary>Whether the metadata says that this is a label image.</summary>
    public bool IsLabelMap { get; init; }

    /// <summary>The place of an axis; -1 where the image has none of that name.</summary>
    public int Axis(char name) => Array.FindIndex(Axes, axis => axis.Name == name);

    /// <summary>The length of an axis; 1 where there is none.</summary>
    public long Length(char name, int level = 0) => Axis(name) is >= 0 and int axis ? Levels[level].Array.Shape[axis] : 1;

    /// <summary>The size of a pixel of a level; null where none is known.</summary>
    public PixelSize? PixelSize(int level)
    {
        double[] scale = Levels[level].Scale;
        int axisX = Axis('x'), axisY = Axis('y');
        if (scale.Length == 0 || !(scale[axisX] > 0) || !(scale[axisY] > 0))
        {
            return null;
        }
        string unit = LengthUnits.Ours(Axes[axisX].Unit), unitY = LengthUnits.Ours(Axes[axisY].Unit);
        double x = scale[axisX], y = scale[axisY];
        if (unit != unitY)
        {
            (double metres, double metresY) = (LengthUnits.Metres(unit), LengthUnits.Metres(unitY));
            y = metres > 0 && metresY > 0 ? y * metresY / metres : 0;
        }
        bool unknown = unit == LengthUnits.None && Levels[0].Scale is { Length: > 0 } first && first[axisX] == 1 && first[axisY] == 1;
        return unknown || !(y > 0) || !double.IsFinite(x) || !double.IsFinite(y) ? null : new PixelSize(x, y, unit);
    }

    /// <summary>From one slice of a level to the next, in the unit of the pixel size; null where that is not known.</summary>
    public double? SliceStep(int level)
    {
        double[] scale = Levels[level].Scale;
        int axis = Axis('z');
        if (axis < 0 || scale.Length == 0 || !(scale[axis] > 0) || PixelSize(level) is not { } pixel)
        {
            return null;
        }
        string unit = LengthUnits.Ours(Axes[axis].Unit);
        double step = unit == pixel.Unit ? scale[axis] : scale[axis] * LengthUnits.Metres(unit) / LengthUnits.Metres(pixel.Unit);
        return step > 0 && double.IsFinite(step) ? step : null;
    }

    /// <summary>Reads the image in a folder: a group with multiscales, or an array by itself.</summary>
    /// <exception cref="FastSegException">There is none, or it is damaged or not read.</exception>
    public static Multiscale Read(ZarrStore store)
    {
        if (Group(store) is not { } attributes)
        {
            return OfArray(ArrayMetadata.Read(store, ""));
        }
        if (attributes.Find("multiscales") is not { } list)
        {
            throw ZarrContents.Refusal(store, attributes);
        }
        ZarrJson image = list.List() is { Count: > 0 } images ? images[0] : throw list.Wrong("a list of images");
        string version = (image.Find("version") ?? attributes.Find("version")) is { IsText: true } said ? said.Text() : "0.4";
        if (version is not ("0.1" or "0.2" or "0.3" or "0.4" or "0.5"))
        {
            throw image.Unsupported($"is of OME-NGFF {version}", "0.4 and 0.5 are read");
        }
        NgffAxis[] axes = image.Find("axes") is { } named ? NgffAxis.Read(named) : NgffAxis.All;
        IReadOnlyList<ZarrJson> datasets = image.Need("datasets").List();
        if (datasets.Count is < 1 or > MostLevels)
        {
            throw image.Bad($"has {datasets.Count} levels");
        }
        double[] all = Scale(image, axes.Length, []);
        var levels = new List<ZarrLevel>();
        foreach (ZarrJson dataset in datasets)
        {
            ZarrArray array = ArrayMetadata.Read(store, Inside(dataset.Need("path")));
            Check(array, axes, levels, dataset);
            levels.Add(new ZarrLevel(array, Scale(dataset, axes.Length, all)));
        }
        (string[] names, string[] colours) = Channels(attributes);
        return new Multiscale(version, axes, levels)
        {
            ChannelNames = names,
            ChannelColours = colours,
            Classes = LabelClasses.Read(attributes),
            IsLabelMap = attributes.Find("image-label") is not null,
        };
    }

    /// <summary>The attributes of a group, those of OME where version 3 keeps them; null where the folder is an array.</summary>
    public static ZarrJson? Group(ZarrStore store)
    {
        if (store.Has(ArrayMetadata.FileOfVersion2))
        {
            return null;
        }
        if (store.Has(".zattrs"))
        {
            return store.Json(".zattrs");
        }
        if (!store.Has(ArrayMetadata.FileOfVersion3))
        {
            throw store.Bad("", "is a Zarr group without attributes, so no image of OME-Zarr");
        }
        ZarrJson json = store.Json(ArrayMetadata.FileOfVersion3);
        return json.Find("node_type") is { IsText: true } type && type.Text() == "array" ? null
            : json.Find("attributes") is not { } attributes ? throw json.Bad("has no attributes, so it is no image of OME-Zarr")
            : attributes.Find("ome") ?? attributes;
    }

    private static Multiscale OfArray(ZarrArray array)
    {
        NgffAxis[]? axes = NgffAxis.Named(array.AxisNames) ?? (array.Shape.Length == 2 ? [new('y', null), new('x', null)] : null);
        return axes is not null && axes.Length == array.Shape.Length
            ? new Multiscale("", axes, [new ZarrLevel(array, [])])
            : throw array.Store.Unsupported(
                "", $"is an array of {ZarrArray.Text(array.Shape)} that does not say which axes it has",
                "give an OME-Zarr image, or an array of two axes");
    }

    /// <summary>A path of metadata, which must stay inside the store.</summary>
    private static string Inside(ZarrJson path)
    {
        string text = path.Text();
        return text.Length > 0 && text.Length < 4096 && !text.Contains('\0')
            && text.Split('/').All(part => part.Length > 0 && part is not ("." or ".."))
            ? text
            : throw path.Wrong("a path inside the store");
    }

    private static void Check(ZarrArray array, NgffAxis[] axes, List<ZarrLevel> levels, ZarrJson dataset)
    {
        string names = string.Join(", ", axes.Select(axis => axis.Name));
        if (array.Shape.Length != axes.Length)
        {
            throw dataset.Bad($"names the axes {names}, but {array.Path} has {array.Shape.Length}");
        }
        ZarrArray? before = levels.Count > 0 ? levels[^1].Array : null;
        for (int i = 0; i < axes.Length && before is not null; i++)
        {
            bool same = axes[i].Name is 't' or 'c';
            if (same ? array.Shape[i] != before.Shape[i] : array.Shape[i] > before.Shape[i])
            {
                throw dataset.Bad(
                    $"says that {array.Path} ({ZarrArray.Text(array.Shape)}) is a smaller {before.Path} "
                    + $"({ZarrArray.Text(before.Shape)}), which it is not");
            }
        }
        if (before is not null && array.Type != before.Type)
        {
            throw dataset.Bad($"has levels of {before.Type.Name()} and {array.Type.Name()}");
        }
    }

    /// <summary>The scale that transformations give, on top of another; empty where none is given.</summary>
    private static double[] Scale(ZarrJson holder, int axes, double[] outer)
    {
        double[] scale = outer;
        foreach (ZarrJson transformation in holder.Find("coordinateTransformations")?.List() ?? [])
        {
            if (transformation.Find("type") is { IsText: true } type && type.Text() == "scale" && transformation.Find("scale") is { } given)
            {
                double[] factors = [.. given.List().Select(factor => factor.Number())];
                if (factors.Length != axes)
                {
                    throw given.Wrong($"a list of {axes} numbers");
                }
                scale = scale.Length == 0 ? factors : [.. scale.Zip(factors).Select(pair => pair.First * pair.Second)];
                if (!scale.All(double.IsFinite))
                {
                    throw given.Bad($"has {given.Quoted()} as {given.Place}, too much for a size of pixels together with the other scales");
                }
            }
        }
        return scale;
    }

    /// <summary>Names and colours of the channels, as far as they are given: a viewer's settings are no reason to refuse.</summary>
    private static (string[] Names, string[] Colours) Channels(ZarrJson attributes)
    {
        if (attributes.Find("omero")?.Find("channels") is not { } channels
            || channels.Value.ValueKind != System.Text.Json.JsonValueKind.Array)
        {
            return ([], []);
        }
        string Member(ZarrJson channel, string name) => channel.Find(name) is { IsText: true } text ? Clean(text.Text()) : "";
        IReadOnlyList<ZarrJson> all = channels.List();
        return ([.. all.Select(channel => Member(channel, "label"))], [.. all.Select(channel => Member(channel, "color"))]);
    }

    private static string Clean(string name) => new([.. name.Where(letter => !char.IsControl(letter)).Take(MostLetters)]);
}
