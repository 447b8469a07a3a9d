using FastSeg.Files.Runs;
using FastSeg.Images.Zarr;

namespace FastSeg.Resuming;

/// <summary>
/// Puts the blocks of a run together that writes several images into one store: image by image, and then the list of them. It can be
/// interrupted and begun again.
/// </summary>
internal sealed class CollectionFinish : IDisposable
{
    private readonly RunFolder _folder;
    private readonly RunImages _images;
    private readonly List<ZarrCollection> _stores = [];
    private readonly int _blocks;

    private CollectionFinish(RunFolder folder, RunImages images, int blocks) => (_folder, _images, _blocks) = (folder, images, blocks);

    /// <summary>Opens what the blocks of a run left; null where no run of several images left anything.</summary>
    /// <param name="path">The store of the labels.</param>
    /// <exception cref="FastSegException">A block is being written, or there is none, or the folder is damaged.</exception>
    public static CollectionFinish? Open(string path)
    {
        (string hidden, _) = RunFolder.Places(path);
        if (!Directory.Exists(hidden) || RunImages.Read(hidden) is not { } images)
        {
            return null;
        }
        if (RunBlock.Journals(hidden) is not { Count: > 0 } journals || RunFolder.RunOf(hidden) is not { } run)
        {
            throw new FastSegException($"{path}: no block of the run in {hidden} has begun; {RunFolder.Remedy}.");
        }
        var folder = new RunFolder(path, new RunStart(run, Resume: true) { Task = RunTask.Finish }) { IsCollection = true };
        var finish = new CollectionFinish(folder, images, journals[0].Block.Count);
        try
        {
            foreach (string name in images.Stores)
            {
                string store = name == images.Stores[0] ? path : Path.Combine(Path.GetDirectoryName(path) ?? "", name);
                finish._stores.Add(new ZarrCollection(folder.Add(store), images.Version));
            }
            return finish;
        }
        catch
        {
            finish.Dispose();
            throw;
        }
    }

    /// <summary>The hidden folder, in which everything stays until the stores have their names.</summary>
    public string Hidden => _folder.Hidden;

    /// <summary>Names the blocks of which something is missing.</summary>
    /// <exception cref="FastSegException">There is one.</exception>
    public void RefuseMissing()
    {
        var missing = new SortedSet<int>();
        for (int image = 0; image < _images.Units.Count; image++)
        {
            if (IsWhole(image))
            {
                continue;
            }
            if (HasBlocks(image))
            {
                using BlockFinish? finish = Open(image);
                missing.UnionWith(finish?.Missing() ?? []);
                continue;
            }
            missing.UnionWith(Enumerable.Range(1, _blocks).Where(
                number => !_images.LeavesOut(new RunBlock(number, _blocks), image)));
        }
        BlockFinish.Refuse(_folder.Path, _blocks, missing);
    }

    /// <summary>Puts all images together, and gives the stores their names.</summary>
    /// <returns>The images in them.</returns>
    /// <exception cref="FastSegException">The disk is full, or memory is not enough.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public int Run(ComputeOptions options)
    {
        for (int image = 0; image < _images.Units.Count; image++)
        {
            options.Cancellation.ThrowIfCancellationRequested();
            if (!IsWhole(image))
            {
                using BlockFinish? finish = Open(image);
                finish?.PutTogether(options);
            }
            options.Progress?.Report((image + 1.0) / _images.Units.Count);
        }
        _stores.ForEach(store => store.Commit([.. Enumerable.Range(0, _images.Units.Count)]));
        return _images.Units.Count;
    }

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();

    /// <summary>Whether an image has its name in the store already.</summary>
    private bool IsWhole(int image) =>
        Directory.Exists(_stores[0].PathOf(image)) && !Directory.Exists(RunFolder.Places(_stores[0].PathOf(image)).Hidden);

    private bool HasBlocks(int image) => RunFolder.Places(_stores[0].PathOf(image)).Hidden is var hidden && Directory.Exists(hidden)
        && RunBlock.Journals(hidden).Count > 0;

    private BlockFinish? Open(int image)
    {
        // Probabilities come before confidence, and either may be missing.
        string Beside(bool probabilities) => (probabilities ? _stores[1] : _stores[^1]).PathOf(image);
        return BlockFinish.Open(_stores[0].PathOf(image), Beside, block => _images.Of(block, image));
    }
}
