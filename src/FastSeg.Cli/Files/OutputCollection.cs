using FastSeg.Images.Zarr;

namespace FastSeg.Cli.Files;

/// <summary>
/// The OME-Zarrs of several images that a run writes: one for labels and, where they are wanted, one for probabilities and one for
/// confidence. They appear when all images are done. Empty where each image has outputs of its own.
/// </summary>
internal sealed class OutputCollection : IDisposable
{
    private readonly Dictionary<string, ZarrCollection> _stores = [];
    private readonly List<int> _done = [];

    /// <summary>Makes the hidden folders of the stores.</summary>
    /// <param name="paths">Where the images' results go.</param>
    /// <param name="zarr">How they are written.</param>
    /// <exception cref="FastSegException">There is such a store already, or it cannot be written.</exception>
    public OutputCollection(IReadOnlyList<OutputPaths> paths, OmeZarrOptions zarr)
    {
        try
        {
            foreach (string store in paths.Where(path => path.Number is not null).SelectMany(path => path.All).Select(Above).Distinct())
            {
                _stores.Add(store, new ZarrCollection(store, zarr));
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Where an image's results are written until the stores have their names.</summary>
    public OutputPaths PlaceOf(OutputPaths path)
    {
        string? Place(string? final) => final is null ? null : _stores[Above(final)].PathOf(path.Number!.Value);
        return path.Number is null ? path
            : path with { Labels = Place(path.Labels)!, Probabilities = Place(path.Probabilities), Confidence = Place(path.Confidence) };
    }

    /// <summary>Takes note of an image whose results are written.</summary>
    public void Add(OutputPaths path)
    {
        if (path.Number is { } number)
        {
            _done.Add(number);
        }
    }

    /// <summary>Gives the stores their names, with the images that are there; where there is none, there is no store.</summary>
    public void Commit()
    {
        foreach (ZarrCollection store in _done.Count > 0 ? [.. _stores.Values] : (ZarrCollection[])[])
        {
            store.Commit(_done);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (ZarrCollection store in _stores.Values)
        {
            store.Dispose();
        }
    }

    private static string Above(string path) => Path.GetDirectoryName(path)!;
}
