using FastSeg.Files.Runs;

namespace FastSeg.Images.Zarr;

/// <summary>
/// An OME-Zarr of several images in the layout of bioformats2raw: folders 0, 1, .. with an image each, and a list of them. It gets its name
/// when all are there; until then it lies in a hidden folder beside its place.
/// </summary>
internal sealed class ZarrCollection : IDisposable
{
    /// <summary>The layout's version, which is its only one.</summary>
    private const int Layout = 3;

    private readonly RunFolder _folder;
    private readonly RunPart _part;
    private readonly bool _version3;

    /// <summary>Makes the hidden folder.</summary>
    /// <param name="path">The store.</param>
    /// <param name="options">The version that the images are written in.</param>
    /// <exception cref="FastSegException">There is such a store already, or the folder cannot be written.</exception>
    public ZarrCollection(string path, OmeZarrOptions options)
    {
        (_folder, _version3) = (new RunFolder(path), options.Version == OmeZarrOptions.Version05);
        try
        {
            _part = _folder.Add(path);
            _folder.Guard(() => Directory.CreateDirectory(_part.Data));
        }
        catch
        {
            _folder.Dispose();
            throw;
        }
    }

    /// <summary>Where an image is written.</summary>
    public string PathOf(int number) => Path.Combine(_part.Data, $"{number}");

    /// <summary>Lists the images, and gives the store its name.</summary>
    /// <param name="numbers">The images that are there.</param>
    /// <exception cref="FastSegException">It cannot be written.</exception>
    public void Commit(IReadOnlyList<int> numbers)
    {
        _folder.Guard(() =>
        {
            Put("OME", json =>
            {
                json.WriteStartArray("series");
                foreach (int number in numbers)
                {
                    json.WriteStringValue($"{number}");
                }
                json.WriteEndArray();
            });
            Put("", json => json.WriteNumber("bioformats2raw.layout", Layout));
        });
        _part.Commit();
    }

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();

    /// <summary>Writes a group's metadata.</summary>
    private void Put(string group, Action<System.Text.Json.Utf8JsonWriter> attributes)
    {
        string folder = Path.Combine(_part.Data, group);
        Directory.CreateDirectory(folder);
        if (_version3)
        {
            File.WriteAllBytes(Path.Combine(folder, ArrayMetadata.FileOfVersion3), MetadataWriter.Group3(attributes));
            return;
        }
        File.WriteAllBytes(Path.Combine(folder, ".zattrs"), MetadataWriter.Json(attributes));
        File.WriteAllBytes(Path.Combine(folder, ".zgroup"), MetadataWriter.Group2);
    }
}
