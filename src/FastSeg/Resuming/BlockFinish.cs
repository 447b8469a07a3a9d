using FastSeg.Common;
using FastSeg.Files;
using FastSeg.Files.Runs;
using FastSeg.Images.Zarr;

namespace FastSeg.Resuming;

/// <summary>
/// Puts the blocks of a run together: looks whether every block is there, makes the smaller sizes and gives all results their names. It can
/// be interrupted and begun again.
/// </summary>
internal sealed class BlockFinish : IDisposable
{
    private const string LimitWords = "a memory limit of";

    private readonly RunFolder _folder;
    private readonly List<ZarrWriter> _writers = [];
    private readonly int _blocks;
    private readonly Func<RunBlock, RunBlock> _place;

    private BlockFinish(RunFolder folder, int blocks, Func<RunBlock, RunBlock>? place) =>
        (_folder, _blocks, _place) = (folder, blocks, place ?? (block => block));

    /// <summary>The layouts of the results, the labels' first.</summary>
    public IReadOnlyList<ImageLayout> Layouts => [.. _writers.Select(writer => writer.Layout)];

    /// <summary>Opens what the blocks of a run left; null where no run left anything.</summary>
    /// <param name="path">The label map.</param>
    /// <param name="beside">The paths of probabilities and confidence, given whether there are any.</param>
    /// <param name="place">A block as it shares this image's units; null where the image is the run's only one.</param>
    /// <exception cref="FastSegException">A block is being written, or there is none, or the folder is damaged.</exception>
    public static BlockFinish? Open(string path, Func<bool, string> beside, Func<RunBlock, RunBlock>? place = null)
    {
        (string hidden, _) = RunFolder.Places(path);
        if (!Directory.Exists(hidden))
        {
            return null;
        }
        int blocks = RunBlock.Journals(hidden) is { Count: > 0 } journals ? journals[0].Block.Count : 0;
        RunIdentity? run = RunFolder.RunOf(hidden);
        if (blocks == 0 || run is null)
        {
            throw new FastSegException($"{path}: no block of the run in {hidden} has begun; {RunFolder.Remedy}.");
        }
        var finish = new BlockFinish(new RunFolder(path, new RunStart(run, Resume: true) { Task = RunTask.Finish }), blocks, place);
        try
        {
            finish.AddWriters(path, hidden, beside);
            finish._folder.Kept.Forget();
            return finish;
        }
        catch
        {
            finish.Dispose();
            throw;
        }
    }

    /// <summary>The hidden folder, in which everything stays until all results have their names.</summary>
    public string Hidden => _folder.Hidden;

    /// <summary>Puts all together. Returns the pixels of each label of the label map.</summary>
    /// <exception cref="FastSegException">The disk is full, or memory is not enough.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public long[] Run(ComputeOptions options)
    {
        int threads = PutTogether(options);
        return LabelCount.Of(_writers[0], [.. _writers[0].Layout.Classes.Select(one => one.Label)], threads, options);
    }

    /// <summary>The same, and counts nothing. Returns the threads that it took.</summary>
    public int PutTogether(ComputeOptions options)
    {
        int threads = Threads(options);
        _writers.ForEach(writer => writer.Threads = threads);
        ImageWriter.CommitTogether(_writers, options.Cancellation);
        return threads;
    }

    /// <summary>As many threads as the memory allows.</summary>
    private int Threads(ComputeOptions options)
    {
        long process = ProcessMemory.Resident() + ProcessMemory.CodeBytes;
        int threads = options.WorkerCount;
        // One result is put together after the other.
        long Peak(int count) => process + _writers.Max(writer => writer.HeldBytesToFinish(count));
        while (threads > 1 && options.Memory > 0 && Peak(threads) > options.Memory)
        {
            threads--;
        }
        return options.Memory <= 0 || Peak(threads) <= options.Memory
            ? threads
            : throw new FastSegException(
                $"{_folder.Path}: {LimitWords} {ByteSize.Text(options.Memory)} is not enough to put the blocks together; the least that "
                + $"would do is {ByteSize.Least(Peak(threads))}.",
                Setting.Memory, LimitWords);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _writers.ForEach(writer => writer.Dispose());
        _folder.Dispose();
    }

    private void AddWriters(string path, string hidden, Func<bool, string> beside)
    {
        for (int number = 0; ; number++)
        {
            string description = RunFolder.DataOf(hidden, number) + ZarrWriter.Description;
            if (number > 0 && !File.Exists(description))
            {
                return;
            }
            WrittenImage image = WrittenImage.Read(description);
            string name = number == 0 ? path : beside(image.Layout.PageNames is not null);
            _writers.Add(new ZarrWriter(name, image, image.Source is null ? null : LabelGroup.Of(path), _folder));
        }
    }

    /// <summary>Names the blocks of which something is missing.</summary>
    /// <exception cref="FastSegException">There is one.</exception>
    public void RefuseMissing() => Refuse(_folder.Path, _blocks, Missing());

    /// <summary>The numbers of the blocks of which something is missing, in their order.</summary>
    public IReadOnlyCollection<int> Missing()
    {
        var missing = new List<int>();
        for (int i = 1; i <= _blocks; i++)
        {
            RunBlock block = _place(new RunBlock(i, _blocks));
            if (_writers.Exists(writer => block.Share(writer.FileCount) is var (from, to) && writer.Lacks(from, to)))
            {
                missing.Add(i);
            }
        }
        return missing;
    }

    /// <summary>Refuses to put blocks together of which some are missing.</summary>
    /// <param name="path">The label map.</param>
    /// <param name="blocks">How many blocks there are.</param>
    /// <param name="missing">The numbers of those that are missing.</param>
    /// <exception cref="FastSegException">There is one.</exception>
    public static void Refuse(string path, int blocks, IReadOnlyCollection<int> missing)
    {
        if (missing.Count > 0)
        {
            throw new FastSegException(
                $"{path}: of {blocks} blocks, {string.Join(", ", missing)} {(missing.Count == 1 ? "is" : "are")} not finished; "
                + "run them again.");
        }
    }
}
