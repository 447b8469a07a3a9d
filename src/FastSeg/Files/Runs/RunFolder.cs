using Microsoft.Win32.SafeHandles;

namespace FastSeg.Files.Runs;

/// <summary>
/// The hidden folder of a run whose results take long: .NAME.fastseg-run beside the final name, with the results as they grow, a journal of
/// what is finished and a lock. Without an identity it holds the files of one run and is gone with it. With one, it stays until all results
/// have their names, whatever ends the run, so that the same run can go on.
/// </summary>
internal sealed class RunFolder : IDisposable
{
    private const string Ending = ".fastseg-run", DataName = "data";

    /// <summary>What the journal has once all results are whole and get their names.</summary>
    private const string Finished = "finished";

    private readonly string _above;
    private readonly bool _wasThere;
    private readonly SafeFileHandle? _lock;
    private readonly BlockLock? _blockLock;
    private readonly RunStart? _start;
    private readonly List<RunPart> _parts = [];

    /// <summary>Creates the folder, or opens the one that the same run left.</summary>
    /// <param name="path">The final name of the run's first result.</param>
    /// <param name="start">What the run is and what this process does of it; null for a run that leaves nothing.</param>
    /// <exception cref="FastSegException">
    /// Another run writes the result or left its folder, or the folder cannot be made, or what is to be gone on with is another run.
    /// </exception>
    public RunFolder(string path, RunStart? start = null)
    {
        (Path, _start) = (path, start);
        (Hidden, _above) = Places(path);
        _wasThere = Directory.Exists(Hidden);
        if (!_wasThere && !Directory.Exists(_above))
        {
            throw new FastSegException($"{path} cannot be written: the folder {_above} does not exist; create it or name another.");
        }
        if (_wasThere && start?.Resume != true && !BeginsBlock && Left(path) is { } left)
        {
            throw left;
        }
        try
        {
            (_lock, _blockLock) = Lock();
            if (start is not null)
            {
                RefuseNobodys();
                CheckOthers(start.Run);
                Journal = Open(start.Run, start.JournalName);
                IReadOnlyDictionary<string, RunUnit> kept = Kept.Units;
                Guard(() => kept = StoredUnits.Whole(Hidden, start.Task == RunTask.Finish ? OfBlocks() : Journal.Earlier.Values));
                Journal.Forget();
                (Kept, IsFinished) = (new KeptUnits(kept), Journal.Has(Finished));
            }
        }
        catch
        {
            if (!_wasThere && _lock is not null && Block is null)
            {
                RemoveAll();
            }
            Release();
            if (!_wasThere && Block is not null)
            {
                RemoveNobodys();
            }
            throw;
        }
    }

    /// <summary>What sentences say about a folder that was left; a program's users know it by its commands.</summary>
    public const string Remedy = "resume that run, or clean it up";

    /// <summary>What they say where another run left it.</summary>
    public const string AnotherRemedy = "resume that run as it began, or clean it up";

    /// <summary>The final name of the first result, as the caller gave it.</summary>
    public string Path { get; }

    /// <summary>The hidden folder.</summary>
    public string Hidden { get; }

    /// <summary>The share that this process does; null where it does all.</summary>
    public RunBlock? Block => _start?.Block;

    /// <summary>What the run is; null where it leaves nothing.</summary>
    public RunIdentity? Run => _start?.Run;

    /// <summary>What is finished; null where the run leaves nothing.</summary>
    public RunJournal? Journal { get; }

    /// <summary>What earlier starts finished.</summary>
    public KeptUnits Kept { get; } = new(new Dictionary<string, RunUnit>());

    /// <summary>Whether an earlier start had finished all results, so that they only have to get their names.</summary>
    public bool IsFinished { get; }

    /// <summary>Whether the folder stays when it is disposed: something of the run is finished, and not all of it has its name.</summary>
    public bool Stays => Journal is not null && !IsCommitted && (Journal.Count > 0 || File.Exists(Passes) || HasImages);

    /// <summary>Whether the results are folders of images that have run folders of their own inside.</summary>
    public bool IsCollection { get; init; }

    /// <summary>Called once the folder is removed, for what was made around it.</summary>
    public Action? Removed { get; set; }

    /// <summary>Where the run keeps what it found out of the whole image.</summary>
    public string Passes => PassesOf(Hidden);

    /// <summary>Whether anything of an image of a collection is there.</summary>
    private bool HasImages => IsCollection && _parts.Exists(part => part.HasEntries);

    private bool IsCommitted => _parts.Count > 0 && _parts.All(part => part.IsCommitted);

    /// <summary>The hidden folder of a result, whether or not it is there, and the folder that it lies in.</summary>
    public static (string Hidden, string Above) Places(string path)
    {
        // Links are followed: their target is written, they stay.
        string target = Target(path), above = System.IO.Path.GetDirectoryName(target) ?? "/";
        return (System.IO.Path.Combine(above, $".{System.IO.Path.GetFileName(target)}{Ending}"), above);
    }

    /// <summary>Where the data of a result grows in a hidden folder.</summary>
    /// <param name="hidden">The folder.</param>
    /// <param name="number">The result's number, from 0 up.</param>
    public static string DataOf(string hidden, int number) => System.IO.Path.Combine(hidden, NameOf(number));

    /// <summary>The file in a hidden folder that keeps what was found out of the whole image.</summary>
    public static string PassesOf(string hidden) => System.IO.Path.Combine(hidden, "passes.json");

    /// <summary>Adds a result, whose files grow in the folder.</summary>
    /// <param name="path">Its final name.</param>
    /// <param name="replaces">Whether it takes the place of an older one of that name.</param>
    /// <exception cref="FastSegException">Something of that name is there already, and is not replaced.</exception>
    public RunPart Add(string path, bool replaces = false)
    {
        var part = new RunPart(this, path, Target(path), NameOf(_parts.Count));
        if (!replaces && !part.IsCommitted)
        {
            part.CheckFree();
        }
        _parts.Add(part);
        return part;
    }

    /// <summary>Runs <paramref name="write"/> and turns a failure of the disk into one sentence that names the final folder.</summary>
    /// <exception cref="FastSegException">The disk is full, or the folder cannot be written.</exception>
    public void Guard(Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (PartialFile.IsDiskFailure(e))
        {
            throw Failure(e);
        }
    }

    /// <summary>The sentence for a failure of the file system.</summary>
    public FastSegException Failure(Exception e) =>
        new($"{Path} cannot be written: {PartialFile.Reason(e, _above, "name another place")}.", e);

    /// <summary>Says in the journal that all results are whole. From then on they get their names, whatever happens.</summary>
    public void Finish()
    {
        if (Journal is not null && !Journal.Has(Finished))
        {
            Guard(() => FolderFlush.Disk(Hidden));
            Journal.Add(RunUnit.Mark(Finished));
            Journal.Flush();
        }
    }

    /// <summary>The folders of all runs whose results lie in a folder.</summary>
    public static IReadOnlyList<string> In(string folder) =>
        [.. Directory.GetDirectories(folder, $".*{Ending}").Order(StringComparer.Ordinal)];

    /// <summary>Refuses to write on where another process has taken this one's block over.</summary>
    /// <exception cref="FastSegException">It has.</exception>
    public void CheckLock() => _blockLock?.Check();

    /// <summary>
    /// The failure of a result whose folder was left by a run that did not finish, or is being written; null where there is none.
    /// </summary>
    public static FastSegException? Left(string path)
    {
        (string hidden, _) = Places(path);
        if (!Directory.Exists(hidden))
        {
            return null;
        }
        return RunLock.IsHeld(hidden) || BlockLock.Living(hidden).Any()
            ? Busy(path, hidden)
            : new FastSegException($"{path}: a run that did not finish left {hidden}"
                + (Journals(hidden).Any() ? $"; {Remedy}." : ", which cannot be gone on with; clean it up."));
    }

    /// <summary>The run that left a folder: what the first of its journals says. Null where there is no journal.</summary>
    public static RunIdentity? RunOf(string hidden) => !Directory.Exists(hidden) ? null : Journals(hidden)
        .Select(path => JournalContent.Read(path)?.Run).FirstOrDefault(run => run is not null);

    /// <inheritdoc/>
    public void Dispose()
    {
        bool stays = Stays;
        try
        {
            Journal?.Flush();
        }
        catch (FastSegException)
        {
            // The disk is full or gone; what was added counts as far as it came, and the failure that ended the run says why.
        }
        if (Block is not null)
        {
            bool nothing = Journal!.Count == 0 && !HasImages;
            Release();
            if (nothing)
            {
                RemoveNobodys();
            }
            return;
        }
        // What blocks wrote stays unless all of it has its name.
        if (!stays && (_start is null or { Task: RunTask.Compute } || IsCommitted || !_wasThere))
        {
            RemoveAll();
        }
        Release();
    }

    /// <summary>Removes the folder behind a block that did nothing, where no other began: its data would be nobody's.</summary>
    private void RemoveNobodys()
    {
        try
        {
            using SafeFileHandle? alone = RunLock.Take(Hidden, alone: true, make: false);
            string own = System.IO.Path.Combine(Hidden, _start!.JournalName);
            if (alone is not null && Journals(Hidden).All(path => path == own) && !HasUnits && !BlockLock.Living(Hidden).Any())
            {
                RemoveAll();
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FastSegException)
        {
            // Another process removed it, or it became read-only.
        }
    }

    private static string NameOf(int number) => number == 0 ? DataName : $"{DataName}{number + 1}";

    private static string Target(string path) =>
        RealPath.Of(System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path)));

    private static FastSegException Busy(string path, string hidden) =>
        new($"{path} is being written by another run, in {hidden}; wait for it, or name another place.");

    /// <summary>All journals in a run's folder.</summary>
    private static IEnumerable<string> Journals(string hidden) =>
    [
        .. ((string[])[RunStart.Whole, RunStart.Prepared, RunStart.Finish]).Select(name => System.IO.Path.Combine(hidden, name))
            .Where(File.Exists),
        .. RunBlock.Journals(hidden).Concat(RunBlock.Journals(hidden, areas: true)).Select(one => one.Path),
    ];

    /// <summary>Whether no earlier start of this block did anything; others or the run's preparation may have been there.</summary>
    private bool BeginsBlock => Block is not null && !HasUnits && !Has(RunStart.Whole);

    /// <summary>Whether the journal on the disk says that anything is finished.</summary>
    private bool HasUnits => JournalContent.Read(System.IO.Path.Combine(Hidden, _start!.JournalName))?.Units.Count > 0;

    private bool Has(string name) => File.Exists(System.IO.Path.Combine(Hidden, name));

    /// <summary>What all blocks have finished.</summary>
    private IEnumerable<RunUnit> OfBlocks() =>
        RunBlock.Journals(Hidden).SelectMany(one => JournalContent.Read(one.Path)?.Units.Values ?? Enumerable.Empty<RunUnit>());

    /// <summary>Takes the lock of the folder: alone, or together with other blocks, and then that of the block.</summary>
    private (SafeFileHandle, BlockLock?) Lock()
    {
        bool finishes = _start?.Task == RunTask.Finish;
        if (finishes)
        {
            BlockLock.RefuseLiving(Path, Hidden);
        }
        SafeFileHandle? handle = null;
        Guard(() => handle = RunLock.Take(Hidden, alone: Block is null, make: !finishes));
        if (handle is null)
        {
            throw Busy(Path, Hidden);
        }
        try
        {
            BlockLock? taken = null;
            if (Block is not null)
            {
                Guard(() => taken = new BlockLock(System.IO.Path.Combine(Hidden, Block.LockName), $"{Path}: {Block}"));
            }
            else if (finishes)
            {
                // A block of another machine, which does not know of the lock, may have begun meanwhile.
                BlockLock.RefuseLiving(Path, Hidden);
            }
            return (handle, taken);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    private RunJournal Open(RunIdentity run, string name)
    {
        string path = System.IO.Path.Combine(Hidden, name);
        return new RunJournal(path, run, batch =>
        {
            _blockLock?.Check();
            StoredUnits.Sync(Hidden, batch);
        });
    }

    private void Release()
    {
        Journal?.Dispose();
        _blockLock?.Dispose();
        _lock?.Dispose();
    }

    /// <summary>Removes the folder, the journal last: where that is cut short, it says that all results have their names.</summary>
    private void RemoveAll()
    {
        try
        {
            foreach (string entry in Directory.EnumerateFileSystemEntries(Hidden).Where(entry => !IsLast(entry)).ToList())
            {
                if (Directory.Exists(entry))
                {
                    Directory.Delete(entry, recursive: true);
                }
                else
                {
                    File.Delete(entry);
                }
            }
            Directory.Delete(Hidden, recursive: true);
            Removed?.Invoke();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The folder above went away or became read-only: there is nothing left that could be removed.
        }
    }

    private static bool IsLast(string entry) => System.IO.Path.GetFileName(entry) is RunStart.Whole or RunStart.Finish or RunLock.Name;

    /// <summary>Refuses data without a journal that says of which run it is. A journal is there before its data.</summary>
    private void RefuseNobodys()
    {
        if (System.IO.Path.Exists(DataOf(Hidden, 0)) && !Journals(Hidden).Any())
        {
            throw new FastSegException($"{Path}: {Hidden} has data of a run, but no journal that says of which; clean it up.");
        }
    }

    /// <summary>Refuses a folder in which the same run was begun in other blocks, or another run in any.</summary>
    private void CheckOthers(RunIdentity run)
    {
        if (Block is not null && Has(RunStart.Whole))
        {
            throw new FastSegException($"{Path}: the run in {Hidden} was begun as a whole, not in blocks; {Remedy}.");
        }
        if ((_start!.Task == RunTask.Compute || Block is not null) && RunBlock.Journals(Hidden, Block?.IsAreas == true)
            .FirstOrDefault(one => one.Block.Count != Block?.Count).Block is { } other)
        {
            string wanted = Block is null ? "as a whole" : $"in {Block.Count}";
            throw new FastSegException($"{Path}: the run in {Hidden} was begun in {other.Count} blocks, not {wanted}; {Remedy}.");
        }
        foreach (string journal in Journals(Hidden))
        {
            if (JournalContent.Read(journal)?.Run.Difference(run) is { } difference)
            {
                throw new FastSegException(
                    $"{Path}: {Hidden} is of another run: {difference}; {AnotherRemedy}.");
            }
        }
    }
}
