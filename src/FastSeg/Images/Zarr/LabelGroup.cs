using System.Text;
using System.Text.Json.Nodes;
using FastSeg.Files;
using FastSeg.Files.Runs;
using FastSeg.Images.Pyramids;

namespace FastSeg.Images.Zarr;

/// <summary>The folder "labels" of an image, where viewers look for label images, and the list of them in its metadata.</summary>
internal sealed class LabelGroup
{
    private const string Folder = "labels", List = "labels";

    private readonly ZarrStore _store;
    private readonly string _root;
    private readonly string _name;
    private readonly bool _version3;
    private bool _made;

    private LabelGroup(string root, ZarrStore store, string name, bool version3) =>
        (_root, _store, _name, _version3) = (root, store, name, version3);

    /// <summary>The path of the label image.</summary>
    public string Path => System.IO.Path.Combine(_root, Folder, _name);

    /// <summary>
    /// A copy of all metadata in the store's root does not know the labels. It is not ours to change, and other tools make it anew.
    /// </summary>
    public IReadOnlyList<string> Warnings =>
        (_version3 ? _store.Json(ArrayMetadata.FileOfVersion3).Find("consolidated_metadata") is not null : _store.Has(".zmetadata"))
            ? [$"{_store.Name} has consolidated metadata, which does not list labels/{_name}; consolidate it anew, so that it is found."]
            : [];

    private string Metadata => $"{Folder}/{(_version3 ? ArrayMetadata.FileOfVersion3 : ".zattrs")}";

    /// <summary>Creates the writer of a label image inside an image's own store.</summary>
    /// <param name="image">The image, whose plane and size are labelled.</param>
    /// <param name="name">The label image's name.</param>
    /// <param name="layout">The labels' layout.</param>
    /// <param name="options">Version, which the store decides, and chunks.</param>
    /// <param name="folder">Makes the run's folder, given the labels' path; null where they have one of their own.</param>
    /// <exception cref="FastSegException">
    /// The image has no store, or one that cannot hold such labels, has some of that name, or cannot be written.
    /// </exception>
    public static ZarrWriter Create(
        ImageReader image, string name, ImageLayout layout, OmeZarrOptions options, Func<string, RunFolder>? folder = null)
    {
        (LabelGroup group, WrittenImage written) = For(image, name, layout, options);
        RunFolder? run = group.Make(folder);
        try
        {
            return new ZarrWriter(group.Path, written, group, run) { FilePath = group.Path };
        }
        catch
        {
            group.Leave();
            throw;
        }
    }

    /// <summary>Makes the folder of a run that writes such labels later; the caller disposes it.</summary>
    /// <param name="image">As there.</param>
    /// <param name="name">As there.</param>
    /// <param name="layout">As there.</param>
    /// <param name="options">As there.</param>
    /// <param name="folder">Makes the run's folder, given the labels' path.</param>
    /// <exception cref="FastSegException">As there.</exception>
    public static RunFolder MakeFolder(
        ImageReader image, string name, ImageLayout layout, OmeZarrOptions options, Func<string, RunFolder> folder) =>
        For(image, name, layout, options).Group.Make(folder)!;

    private static (LabelGroup Group, WrittenImage Written) For(
        ImageReader labelled, string name, ImageLayout layout, OmeZarrOptions options)
    {
        (string called, ImageOptions opening) = (labelled.Info.Name, labelled.Opening);
        if (labelled.FilePath is not { } root || !ZarrStore.Matches(root))
        {
            throw new FastSegException($"{called} is no OME-Zarr, so no labels are written into it; name a file for them.");
        }
        if (name.Length is 0 or > 100 || !name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_'))
        {
            throw new FastSegException($"Labels cannot be called \"{name}\"; a name has up to 100 letters, digits, - and _.");
        }
        var store = new ZarrStore(root, called);
        var image = Multiscale.Read(store);
        var plane = new ZarrPlane(image, called, opening);
        ZarrArray array = image.Levels[plane.Level].Array;
        int lead = image.Axes.Length - 2;
        if (image.Version.Length == 0 || image.Axis('y') != lead || image.Axis('x') != lead + 1)
        {
            throw store.Unsupported("", "is no image whose last axes are y and x", "labels are written into such images only");
        }
        if ((layout.Width, layout.Height) != (array.Shape[lead + 1], array.Shape[lead]))
        {
            throw new FastSegException(
                $"{called} is {array.Shape[lead + 1]} x {array.Shape[lead]} pixels; labels inside it have its size, not "
                + $"{layout.Width} x {layout.Height}.");
        }
        bool version3 = array.Version == 3;
        char[] axes = [.. image.Axes.Take(lead).Select(axis => axis.Name)];
        // All planes along an axis, or the one that was opened.
        long First(char axis, int planes) => planes > 1 || image.Axis(axis) < 0 ? 0 : plane.Numbers[image.Axis(axis)];
        double[] scale = image.Levels[plane.Level].Scale;
        var written = new WrittenImage
        {
            Layout = layout,
            Options = options with { Version = version3 ? OmeZarrOptions.Version05 : OmeZarrOptions.Version04 },
            Axes = image.Axes,
            Lead = [.. image.Axes.Take(lead).Select((axis, i) => axis.Name == 'c' ? 1 : array.Shape[i])],
            Planes = WrittenImage.PlanesOf(layout, axes, (First('t', layout.Frames), First('z', layout.Slices))),
            Scale = scale.Length > 0 ? scale : [.. image.Axes.Select(_ => 1.0)],
            Levels = WrittenLevel.Of(layout),
            Name = name,
            Source = "../../",
        }.Checked();
        return (new LabelGroup(root, store, name, version3), written);
    }

    /// <summary>Makes the folder that the labels lie in and, where it is wanted, that of the run.</summary>
    private RunFolder? Make(Func<string, RunFolder>? folder)
    {
        Prepare();
        try
        {
            RunFolder? run = folder?.Invoke(Path);
            if (run is not null)
            {
                run.Removed = Leave;
            }
            return run;
        }
        catch
        {
            Leave();
            throw;
        }
    }

    /// <summary>The group of a label image that is written already, or grows beside its name.</summary>
    /// <param name="path">The label image: labels/NAME in its image's store.</param>
    public static LabelGroup Of(string path)
    {
        string full = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));
        string root = System.IO.Path.GetDirectoryName(System.IO.Path.GetDirectoryName(full) ?? "/") ?? "/";
        var store = new ZarrStore(root, root);
        return new LabelGroup(root, store, System.IO.Path.GetFileName(full), store.Has(ArrayMetadata.FileOfVersion3));
    }

    /// <summary>Lists the label image, which has its name now.</summary>
    /// <exception cref="FastSegException">The metadata is damaged or cannot be written.</exception>
    public void Add()
    {
        // Another run's labels must not get lost between reading and writing.
        using var held = new FolderLock(System.IO.Path.Combine(_root, Folder));
        if (Listed() is not { } text)
        {
            return;
        }
        if (!_version3)
        {
            Write($"{Folder}/.zgroup", MetadataWriter.Group2);
        }
        Write(Metadata, text);
    }

    /// <summary>Takes an empty folder away that was made for labels which did not come.</summary>
    public void Leave()
    {
        if (_made)
        {
            Remove(System.IO.Path.Combine(_root, Folder));
        }
    }

    /// <summary>Removes a folder where it is empty.</summary>
    private static void Remove(string folder)
    {
        try
        {
            Directory.Delete(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Other labels came meanwhile, or the disk went away.
        }
    }

    /// <summary>
    /// Takes the folder of labels away that a run made for its hidden folder and that is empty now. One that held labels once has metadata.
    /// </summary>
    /// <param name="path">The labels, or anything beside them.</param>
    public static void RemoveEmpty(string path)
    {
        string folder = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path)) ?? "/";
        if (System.IO.Path.GetFileName(folder) == Folder && ZarrStore.Matches(System.IO.Path.GetDirectoryName(folder) ?? "/"))
        {
            Remove(folder);
        }
    }

    /// <summary>Makes the list as it will be, so that damage is noticed before the work, and makes the folder.</summary>
    private void Prepare()
    {
        Listed();
        string folder = System.IO.Path.Combine(_root, Folder);
        if (Directory.Exists(folder))
        {
            return;
        }
        try
        {
            Directory.CreateDirectory(folder);
            _made = true;
        }
        catch (Exception e) when (PartialFile.IsDiskFailure(e))
        {
            throw new FastSegException($"{folder} cannot be made: {PartialFile.Reason(e, _root, "write a store of its own")}.", e);
        }
    }

    /// <summary>
    /// The metadata with the name in the list; null where it is listed already. Nodes of JSON are parsed when they are first looked at, so
    /// the whole of it fails here or nowhere.
    /// </summary>
    private byte[]? Listed()
    {
        string text = _store.Has(Metadata) ? _store.Json(Metadata).Value.GetRawText()
            : _version3 ? Encoding.UTF8.GetString(MetadataWriter.Group3(_ => { }))
            : "{}";
        try
        {
            JsonObject root = JsonNode.Parse(text)!.AsObject();
            JsonObject holder = _version3 ? Attributes(root) : root;
            JsonNode list = holder[List] ??= new JsonArray();
            if (list.AsArray().Any(name => name is JsonValue value && value.TryGetValue(out string? listed) && listed == _name))
            {
                return null;
            }
            list.AsArray().Add((JsonNode)_name);
            return Encoding.UTF8.GetBytes(root.ToJsonString(new() { WriteIndented = true }) + "\n");
        }
        catch (Exception e) when (JsonText.IsWrong(e))
        {
            throw _store.Bad(Metadata, "is damaged");
        }
    }

    /// <summary>The object that holds the list in version 3.</summary>
    private static JsonObject Attributes(JsonObject root)
    {
        JsonNode attributes = root["attributes"] ??= new JsonObject();
        return (attributes["ome"] ??= new JsonObject { ["version"] = OmeZarrOptions.Version05 }).AsObject();
    }

    private void Write(string file, byte[] text)
    {
        string path = System.IO.Path.Combine(_root, file);
        using var partial = new PartialFile(path);
        partial.Save(stream => stream.Write(text));
        partial.Commit();
    }
}
