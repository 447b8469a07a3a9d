using Microsoft.Win32.SafeHandles;

namespace FastSeg.Files.Runs;

/// <summary>
/// What a run has finished, in a file that is only ever appended to. Opened again by the same run, it knows the units of before; opened by
/// another run, it refuses and says in what the two differ. Several threads may add units at once; one process writes a journal at a time,
/// which its owner sees to by a lock.
/// <para>
/// A unit is in the file when <see cref="Add"/> returns, so a killed process loses none. A batch of at most 64 units, or of two seconds, is
/// brought to the disk: first the data, by what the owner gives for it, then the journal. Since a power cut may keep a line and lose its
/// data, whoever goes on compares each unit's length and CRC-32 with what is there. A line that is damaged, and everything behind it, was
/// torn by such an end and counts as never written; it is cut off when the file is opened.
/// </para>
/// </summary>
internal sealed class RunJournal : IDisposable
{
    private const int MostPending = 64;

    private static readonly TimeSpan LongestPending = TimeSpan.FromSeconds(2);

    private readonly string _path;
    private readonly Action<IReadOnlyCollection<RunUnit>>? _sync;
    private readonly HashSet<string> _marks;
    private readonly SafeFileHandle _file;
    private readonly Timer _timer;
    private readonly Lock _flushing = new(), _adding = new();
    private List<RunUnit> _pending = [];
    private FastSegException? _failure;
    private long _end;

    /// <summary>Opens a journal, or begins one.</summary>
    /// <param name="path">The file, in a folder that exists.</param>
    /// <param name="run">The run that writes it.</param>
    /// <param name="sync">Brings the data of a batch to the disk, with its folders; null where a unit has no data of ours.</param>
    /// <exception cref="FastSegException">It is another run's, or no journal, or cannot be written.</exception>
    public RunJournal(string path, RunIdentity run, Action<IReadOnlyCollection<RunUnit>>? sync = null)
    {
        (_path, _sync) = (path, sync);
        JournalContent? there = JournalContent.Read(path);
        if (there?.Run.Difference(run) is { } difference)
        {
            throw new FastSegException($"{path} is the journal of another run: {difference}; go on as it began, or remove it.");
        }
        Earlier = there?.Units ?? [];
        (Count, _marks) = (Earlier.Count, [.. Earlier.Values.Where(unit => unit.IsMark).Select(unit => unit.Name)]);
        IsTorn = there?.IsTorn ?? false;
        SafeFileHandle? file = null;
        Guard(() =>
        {
            file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete);
            _end = there?.End ?? 0;
            RandomAccess.SetLength(file, _end);
            if (there is null)
            {
                byte[] first = JournalText.Line(run);
                RandomAccess.Write(file, first, 0);
                _end = first.Length;
            }
            RandomAccess.FlushToDisk(file);
            FolderFlush.Of(Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/");
        });
        _file = file!;
        _timer = new Timer(_ => FlushInTime());
    }

    /// <summary>Whether a damaged end was cut off: what it told of is done again.</summary>
    public bool IsTorn { get; }

    /// <summary>How many lines of units there are. Those that are added are not kept: a large run has hundreds of thousands.</summary>
    public int Count { get; private set; }

    /// <summary>The units that were finished when it was opened, by name, until <see cref="Forget"/>.</summary>
    public IReadOnlyDictionary<string, RunUnit> Earlier { get; private set; }

    /// <summary>Lets go of the earlier units, which take memory, once whoever goes on with them has looked at them.</summary>
    public void Forget() => Earlier = new Dictionary<string, RunUnit>();

    /// <summary>Whether there is a mark, which is a unit without bytes.</summary>
    public bool Has(string mark)
    {
        lock (_adding)
        {
            return _marks.Contains(mark);
        }
    }

    /// <summary>Adds a finished unit, whose data is written. Of several of one name the last counts.</summary>
    /// <exception cref="FastSegException">The disk is full or fails, now or while an earlier batch went to it.</exception>
    public void Add(RunUnit unit)
    {
        byte[] line = JournalText.Line(unit);
        bool full;
        lock (_adding)
        {
            ThrowFailure();
            Guard(() => RandomAccess.Write(_file, line, _end));
            _end += line.Length;
            Count++;
            if (unit.IsMark)
            {
                _marks.Add(unit.Name);
            }
            _pending.Add(unit);
            full = _pending.Count >= MostPending;
            if (_pending.Count == 1)
            {
                _timer.Change(LongestPending, Timeout.InfiniteTimeSpan);
            }
        }
        if (full)
        {
            Flush();
        }
    }

    /// <summary>Brings all units to the disk, and returns when they are there.</summary>
    /// <exception cref="FastSegException">The disk is full or fails.</exception>
    public void Flush()
    {
        lock (_flushing)
        {
            List<RunUnit> batch;
            lock (_adding)
            {
                ThrowFailure();
                (batch, _pending) = (_pending, []);
            }
            if (batch.Count > 0)
            {
                Guard(() =>
                {
                    _sync?.Invoke(batch);
                    RandomAccess.FlushToDisk(_file);
                });
            }
        }
    }

    /// <summary>Closes the file. What was added is in it, and is brought to the disk by the system.</summary>
    public void Dispose()
    {
        _timer.Dispose();
        lock (_flushing)
        {
            _file.Dispose();
        }
    }

    /// <summary>Flushes what has waited long enough; a failure is thrown to whoever adds the next unit.</summary>
    private void FlushInTime()
    {
        try
        {
            Flush();
        }
        catch (FastSegException e)
        {
            lock (_adding)
            {
                _failure ??= e;
            }
        }
        catch (ObjectDisposedException)
        {
            // The run ended while the timer fired.
        }
    }

    private void ThrowFailure()
    {
        if (_failure is not null)
        {
            throw _failure;
        }
    }

    private void Guard(Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (PartialFile.IsDiskFailure(e))
        {
            string folder = Path.GetDirectoryName(Path.GetFullPath(_path)) ?? "/";
            throw new FastSegException($"{_path} cannot be written: {PartialFile.Reason(e, folder, "write elsewhere")}.", e);
        }
    }
}
