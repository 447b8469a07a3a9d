using System.Globalization;
using System.Text.Json;
using FastSeg.Files.Runs;

namespace FastSeg.Images.Zarr;

/// <summary>
/// An OME-Zarr of several images in the layout of bioformats2raw: folders 0, 1, .. with an image each, and a list of them. It grows in the
/// folder of a run, and gets its name when all are there.
/// </summary>
internal sealed class ZarrCollection
{
    /// <summary>The layout's version, which is its only one.</summary>
    private const int Layout = 3;

    private readonly RunPart _part;
    private readonly bool _version3;

    /// <summary>Makes the folder of the images.</summary>
    /// <param name="part">The store as a part of its run.</param>
    /// <param name="version">The version of OME-NGFF that the images are written in.</param>
    /// <exception cref="FastSegException">The folder cannot be written.</exception>
    public ZarrCollection(RunPart part, string version)
    {
        (_part, _version3) = (part, version == OmeZarrOptions.Version05);
        if (!part.IsCommitted)
        {
            part.Folder.Guard(() => Directory.CreateDirectory(part.Data));
        }
    }

    /// <summary>The images in the list of the store, where it has its name already; null where it has not.</summary>
    /// <exception cref="FastSegException">Its metadata is damaged.</exception>
    public IReadOnlyList<int>? Committed => !_part.IsCommitted ? null
        : [.. ImagesOf(_part.Path).Select(image => int.Parse(Path.GetFileName(image), CultureInfo.InvariantCulture))];

    /// <summary>Where an image is written, or lies once the store has its name.</summary>
    public string PathOf(int number) => Path.Combine(_part.IsCommitted ? _part.Path : _part.Data, $"{number}");

    /// <summary>Lists the images, and gives the store its name.</summary>
    /// <param name="numbers">The images that are there.</param>
    /// <exception cref="FastSegException">It cannot be written.</exception>
    public void Commit(IReadOnlyList<int> numbers)
    {
        if (_part.IsCommitted)
        {
            return;
        }
        _part.Folder.Guard(() =>
        {
            // What images left that failed, and are not in the list, is no part of the store.
            foreach (string left in RunFolder.In(_part.Data))
            {
                Directory.Delete(left, recursive: true);
            }
            string ome = Path.Combine(_part.Data, "OME");
            Directory.CreateDirectory(ome);
            File.WriteAllBytes(Path.Combine(ome, OmeImages.FileName), OmeImages.Text(_part.Data, numbers));
            Put(ome, json =>
            {
                json.WriteStartArray("series");
                foreach (int number in numbers)
                {
                    json.WriteStringValue($"{number}");
                }
                json.WriteEndArray();
            });
            Put(_part.Data, json => json.WriteNumber("bioformats2raw.layout", Layout));
        });
        _part.Commit();
    }

    /// <summary>The paths of the images of a store, in their order; none where it is none of this layout.</summary>
    /// <exception cref="FastSegException">Its metadata is damaged.</exception>
    public static IReadOnlyList<string> ImagesOf(string path)
    {
        var store = new ZarrStore(path, path);
        ZarrJson? Attributes(string group)
        {
            string older = ZarrStore.Join(group, ".zattrs"), newer = ZarrStore.Join(group, ArrayMetadata.FileOfVersion3);
            return store.Has(older) ? store.Json(older)
                : store.Has(newer) ? store.Json(newer).Find("attributes")?.Find("ome") : null;
        }
        return Attributes("")?.Find("bioformats2raw.layout") is null
            ? []
            : [.. (Attributes("OME")?.Find("series")?.List() ?? []).Select(name => Path.Combine(path, name.Text()))];
    }

    /// <summary>Writes a group's metadata.</summary>
    private void Put(string folder, Action<Utf8JsonWriter> attributes)
    {
        if (_version3)
        {
            File.WriteAllBytes(Path.Combine(folder, ArrayMetadata.FileOfVersion3), MetadataWriter.Group3(attributes));
            return;
        }
        File.WriteAllBytes(Path.Combine(folder, ".zattrs"), MetadataWriter.Json(attributes));
        File.WriteAllBytes(Path.Combine(folder, ".zgroup"), MetadataWriter.Group2);
    }
}
