using FastSeg.Files.Runs;
using FastSeg.Images.Zarr;

namespace FastSeg.Cli.Files;

/// <summary>
/// The OME-Zarrs of several images that a run writes: one for labels and, where they are wanted, one for probabilities and one for
/// confidence. They grow in one hidden folder, in which each image has a run folder of its own, and appear when all images are done. Empty
/// where each image has outputs of its own.
/// </summary>
internal sealed class OutputCollection : IDisposable
{
    private readonly Dictionary<string, ZarrCollection> _stores = [];
    private readonly List<int> _done = [];
    private readonly RunImages? _images;
    private readonly RunStart? _start;

    /// <summary>Makes the hidden folder of the stores, or opens the one that the same run left.</summary>
    /// <param name="paths">Where the images' results go.</param>
    /// <param name="zarr">How they are written.</param>
    /// <param name="start">The run; null where there is no such store.</param>
    /// <param name="images">The images, where the run is done in blocks; null otherwise.</param>
    /// <exception cref="FastSegException">
    /// There is such a store already, or it cannot be written, or the folder is of another run.
    /// </exception>
    public OutputCollection(IReadOnlyList<OutputPaths> paths, OmeZarrOptions zarr, RunStart? start, RunImages? images)
    {
        (_start, _images) = (start, images);
        string[] stores = [.. paths.Where(path => path.Number is not null).SelectMany(path => path.All).Select(Above).Distinct()];
        IsFinished = start?.Resume == true && !Directory.Exists(RunFolder.Places(stores[0]).Hidden) && stores.All(ImageFile.IsZarr);
        if (stores.Length == 0 || IsFinished)
        {
            return;
        }
        Folder = new RunFolder(stores[0], start) { IsCollection = true };
        try
        {
            foreach (string store in stores)
            {
                _stores.Add(store, new ZarrCollection(Folder.Add(store), zarr.Version));
            }
            if (start is { Task: RunTask.Compute, Block: null }
                && _stores.Values.Select(store => store.Committed).FirstOrDefault(numbers => numbers is not null) is { } committed)
            {
                // An image that is not in the list of the finished store has no place in the others either.
                Commit(committed);
                IsFinished = true;
            }
            images?.Keep(Folder);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The hidden folder; null where each image has outputs of its own, or all is finished.</summary>
    public RunFolder? Folder { get; }

    /// <summary>
    /// Whether an earlier start finished the stores; nothing is written into them again. Where it was ended between their names, they have
    /// them now.
    /// </summary>
    public bool IsFinished { get; }

    /// <summary>The names of stores as a run keeps them, that of the labels first.</summary>
    public static IReadOnlyList<string> NamesOf(OutputPaths paths) => [.. paths.All.Select(path => Path.GetFileName(Above(path)))];

    /// <summary>Where an image's results are written until the stores have their names.</summary>
    public OutputPaths PlaceOf(OutputPaths path)
    {
        string? Place(string? final) => final is null ? null : _stores[Above(final)].PathOf(path.Number!.Value);
        return path.Number is null || IsFinished ? path
            : path with { Labels = Place(path.Labels)!, Probabilities = Place(path.Probabilities), Confidence = Place(path.Confidence) };
    }

    /// <summary>A block as it shares an image's units.</summary>
    public RunBlock Of(RunBlock block, OutputPaths path) => _images?.Of(block, path.Number!.Value) ?? block;

    /// <summary>Whether the block has nothing of an image.</summary>
    public bool LeavesOut(OutputPaths path) =>
        path.Number is { } number && _start?.Block is { } block && _images?.LeavesOut(block, number) == true;

    /// <summary>Takes note of an image whose results are written.</summary>
    public void Add(OutputPaths path)
    {
        if (path.Number is { } number)
        {
            _done.Add(number);
        }
    }

    /// <summary>Says that all images are prepared, where that left anything.</summary>
    public void MarkPrepared()
    {
        if (Folder is { Stays: true, Journal: { } journal } && _start?.Task == RunTask.Prepare)
        {
            journal.Add(RunUnit.Mark(RunStart.AllPrepared));
        }
    }

    /// <summary>
    /// Gives the stores their names, with the images that are there; where there is none, there is no store. Whoever does a block, or only
    /// prepares, leaves them as they are.
    /// </summary>
    public void Commit()
    {
        if (_done.Count > 0 && _start is { Task: RunTask.Compute, Block: null })
        {
            Commit(_done);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Folder?.Dispose();

    private void Commit(IReadOnlyList<int> numbers)
    {
        foreach (ZarrCollection store in _stores.Values)
        {
            store.Commit(numbers);
        }
    }

    private static string Above(string path) => Path.GetDirectoryName(path)!;
}
