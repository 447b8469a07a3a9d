namespace FastSeg.Studio.Projects;

/// <summary>
/// The one line of operations of a project: those that are done, and those that were undone and may be done again. Patches of the newest
/// operations are kept within a limit. One thread at a time.
/// </summary>
/// <param name="patchLimit">Most bytes of all patches.</param>
internal sealed class History(long patchLimit)
{
    /// <summary>What a patch takes besides its runs.</summary>
    private const int PatchOverhead = 256;

    private readonly List<HistoryEntry> _done = [];
    private readonly List<HistoryEntry> _undone = [];
    private long _patchBytes;

    /// <summary>Entries before this one have no patches.</summary>
    private int _firstPatched;

    /// <summary>The operations whose effects are to be seen, oldest first.</summary>
    public IReadOnlyList<HistoryEntry> Done => _done;

    /// <summary>Those that may be done again; the last one is next.</summary>
    public IReadOnlyList<HistoryEntry> Undone => _undone;

    /// <summary>Whether the operation of a record is done.</summary>
    public bool IsDone(long version) => Find(_done, version);

    /// <summary>Whether the operation of a record is done, or may be done again.</summary>
    public bool IsLive(long version) => IsDone(version) || _undone.Exists(entry => entry.Version == version);

    /// <summary>Adds a new operation; what was undone is dropped.</summary>
    public void Add(HistoryEntry entry)
    {
        _undone.Clear();
        _done.Add(entry);
    }

    /// <summary>Takes the last operation to those that were undone.</summary>
    public void Undo()
    {
        HistoryEntry entry = _done[^1];
        Keep(entry, null);
        _done.RemoveAt(_done.Count - 1);
        _undone.Add(entry);
        _firstPatched = Math.Min(_firstPatched, _done.Count);
    }

    /// <summary>Brings back the operation that was undone last.</summary>
    public void Redo()
    {
        _done.Add(_undone[^1]);
        _undone.RemoveAt(_undone.Count - 1);
    }

    /// <summary>Keeps what takes the last operation back, and lets go of the oldest patches where there are too many.</summary>
    public void Keep(HistoryEntry entry, IReadOnlyList<PagePatch>? patches)
    {
        _patchBytes -= Bytes(entry.Patches);
        entry.Patches = patches is null || patches.All(patch => patch.Patch.Kept) ? patches : null;
        _patchBytes += Bytes(entry.Patches);
        for (; _patchBytes > patchLimit && _firstPatched < _done.Count; _firstPatched++)
        {
            _patchBytes -= Bytes(_done[_firstPatched].Patches);
            _done[_firstPatched].Patches = null;
        }
    }

    /// <summary>Versions ascend along the line.</summary>
    private static bool Find(List<HistoryEntry> line, long version)
    {
        (int low, int high) = (0, line.Count);
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = line[middle].Version < version ? (middle + 1, high) : (low, middle);
        }
        return low < line.Count && line[low].Version == version;
    }

    private static long Bytes(IReadOnlyList<PagePatch>? patches) => patches?.Sum(patch => patch.Patch.Bytes + PatchOverhead) ?? 0;
}
