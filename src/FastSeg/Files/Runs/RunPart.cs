namespace FastSeg.Files.Runs;

/// <summary>One result of a run: its files grow in the run's folder until it gets its final name.</summary>
/// <param name="folder">The run's folder.</param>
/// <param name="path">The final name, as the caller gave it.</param>
/// <param name="target">The final name without links.</param>
/// <param name="name">What it is called in the folder.</param>
internal sealed class RunPart(RunFolder folder, string path, string target, string name)
{
    /// <summary>The final name, as the caller gave it.</summary>
    public string Path => path;

    /// <summary>The run's folder.</summary>
    public RunFolder Folder => folder;

    /// <summary>Where its data is until it has its final name: a file or a folder.</summary>
    public string Data { get; } = System.IO.Path.Combine(folder.Hidden, name);

    /// <summary>Whether it has its final name; an earlier start may have given it.</summary>
    public bool IsCommitted { get; private set; } = folder.IsFinished
        && !System.IO.Path.Exists(System.IO.Path.Combine(folder.Hidden, name)) && System.IO.Path.Exists(target);

    /// <summary>Whether its data is a folder in which something lies.</summary>
    public bool HasEntries => Directory.Exists(Data) && Directory.EnumerateFileSystemEntries(Data).Any();

    /// <summary>What a unit of it is called in the journal.</summary>
    /// <param name="unit">Its own name, such as the path of a file in the data.</param>
    public string NameOf(string unit) => $"{name}{unit}";

    /// <summary>A unit of an earlier start whose bytes are whole; null where there is none.</summary>
    /// <param name="unit">Its own name.</param>
    public RunUnit? Kept(string unit) => folder.Kept.Units.TryGetValue(NameOf(unit), out RunUnit kept) ? kept : null;

    /// <summary>The stretches of the data, which is one file, that earlier starts wrote and that are whole.</summary>
    public IEnumerable<(string Number, long Offset, long Length)> KeptStretches() =>
        from unit in folder.Kept.Units
        where unit.Key.StartsWith($"{name}#", StringComparison.Ordinal)
        let stretch = StoredUnits.StretchOf(unit.Key)
        where stretch is not null
        select (stretch.Value.Number, stretch.Value.Offset, unit.Value.Length);

    /// <summary>Adds a finished unit to the journal, where there is one.</summary>
    /// <param name="unit">Its own name.</param>
    /// <param name="bytes">Its bytes, which are written.</param>
    /// <exception cref="FastSegException">Another process has taken the block over, or the disk fails.</exception>
    public void Add(string unit, ReadOnlySpan<byte> bytes)
    {
        if (folder.Journal is { } journal)
        {
            folder.CheckLock();
            journal.Add(new RunUnit(NameOf(unit), bytes.Length, Crc32.Of(bytes)));
        }
    }

    /// <summary>Gives the data its final name, once the disk has all of it.</summary>
    /// <exception cref="FastSegException">Something of that name appeared meanwhile, or the name cannot be written.</exception>
    public void Commit()
    {
        if (IsCommitted)
        {
            return;
        }
        CheckFree();
        folder.Finish();
        folder.Guard(() =>
        {
            FolderFlush.Disk(Data);
            if (Directory.Exists(target))
            {
                Directory.Delete(target);
            }
            Directory.Move(Data, target);
            FolderFlush.Of(System.IO.Path.GetDirectoryName(target) ?? "/");
        });
        IsCommitted = true;
    }

    /// <summary>Says that the result has its final name by other means than <see cref="Commit"/>.</summary>
    public void MarkCommitted() => IsCommitted = true;

    /// <summary>Refuses a final name that something has.</summary>
    /// <exception cref="FastSegException">Something has it.</exception>
    public void CheckFree()
    {
        if (File.Exists(target) || (Directory.Exists(target) && Directory.EnumerateFileSystemEntries(target).Any()))
        {
            throw new FastSegException($"{path} is there already; name another, or remove that one.");
        }
    }
}
