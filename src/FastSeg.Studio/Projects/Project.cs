using System.Collections.Immutable;
using FastSeg.Studio.Files;
using FastSeg.Studio.Labels;
using FastSeg.Studio.Settings;

namespace FastSeg.Studio.Projects;

/// <summary>
/// A folder with everything that a person drew. All members may be called from several threads at once: changes are made one after the
/// other, and what is read is a consistent state that no change waits for.
/// </summary>
internal sealed class Project : IDisposable
{
    /// <summary>Most bytes of what takes recent operations back.</summary>
    private const long PatchLimit = 64L << 20;

    /// <summary>Operations between two snapshots: opening does at most so many again.</summary>
    private const int SnapshotEvery = 500;

    private readonly Lock _writing = new();
    private readonly ProjectFolder _folder;
    private readonly ProjectLock _lock;
    private readonly ServerFile _server;
    private readonly Journal _journal;
    private readonly ProjectLog _log;
    private readonly ImageList _list;
    private readonly Replay _replay;
    private readonly SnapshotWriter _snapshots;
    private volatile Shown _shown;

    private Project(ProjectFolder folder, ProjectLock held, ServerFile server, Journal journal, ProjectLog log)
    {
        (_folder, _lock, _server, _journal, _log) = (folder, held, server, journal, log);
        _list = new ImageList(folder.Path);
        var snapshots = new Snapshots(folder.Snapshots);
        _replay = new Replay(_journal, snapshots, folder.Imports);
        _snapshots = new SnapshotWriter(snapshots, SnapshotEvery);
        ImmutableArray<ProjectClass> classes = _log.Classes();
        snapshots.Tidy(_log.History.IsLive);
        var state = new ProjectState(
            _replay.Run(_log.History, _log.History.Done.Count, _ => true, _snapshots.Has, patched: true), classes);
        _shown = Present(state, [.. _log.Images.Select(_list.Find)]);
    }

    /// <summary>Raised after every change, on the thread that made it, without a lock held.</summary>
    public event Action<Change>? Changed;

    public string Id => _folder.Id;

    /// <summary>The project's folder, from the root.</summary>
    public string Folder => _folder.Path;

    /// <summary>Where label images lie that were imported.</summary>
    public string ImportsFolder => _folder.Imports;

    /// <summary>Where others may keep what can be computed again.</summary>
    public string CacheFolder => _folder.Cache;

    /// <summary>What a browser must show once.</summary>
    public string Secret => _server.Secret;

    /// <summary>The port of the last start.</summary>
    public int? LastPort
    {
        get => _server.Port;
        set
        {
            lock (_writing)
            {
                _server.Port = value;
            }
        }
    }

    /// <summary>What was mended when the project was opened, in a sentence; null where nothing was.</summary>
    public string? Mended => _journal.CutOff;

    /// <summary>Number of the last record: it grows with every change.</summary>
    public long Version => _shown.Version;

    public IReadOnlyList<ProjectImage> Images => _shown.Images;

    /// <summary>The classes in the order shown.</summary>
    public IReadOnlyList<ProjectClass> Classes => _shown.State.Classes;

    /// <summary>The value of the next new class; 256 where all were given.</summary>
    public int NextClass => _shown.NextClass;

    public ProjectSettings Settings => _shown.Settings;

    public bool CanUndo => _shown.CanUndo;

    public bool CanRedo => _shown.CanRedo;

    /// <summary>The pages with a labelled pixel, in the order of the images and pages.</summary>
    public IReadOnlyList<(string Image, int Page)> Labelled => [.. _shown.Labelled().Select(page => (page.Image, page.Page))];

    /// <summary>Everything at one version.</summary>
    public ProjectSnapshot Snapshot()
    {
        Shown shown = _shown;
        return new ProjectSnapshot(shown.Version, shown.Images, shown.State.Classes, shown.Settings)
        {
            Labelled =
            [
                .. shown.Labelled().Select(page => new DrawnPage(
                    shown.Images.First(image => image.Id == page.Image), page.Page, shown.State.Pages[page])),
            ],
        };
    }

    /// <summary>Opens a project, or makes one where the folder has none.</summary>
    /// <param name="folder">Its folder.</param>
    /// <param name="seed">Images and settings of this start.</param>
    /// <exception cref="FastSegException">
    /// Another studio has it open, it is damaged or of a newer program, it cannot be written, or an image is missing.
    /// </exception>
    public static Project Open(string folder, ProjectSeed? seed = null) => Open(folder, seed, path => new JournalFile(path));

    internal static Project Open(string folder, ProjectSeed? seed, Func<string, JournalFile> openFile)
    {
        string[] files = [.. ImageList.Expand(seed?.Images ?? [])];
        string path = ProjectFolder.Make(folder);
        ProjectLock held = ProjectLock.Take(path);
        Journal? journal = null;
        try
        {
            ProjectFolder made = ProjectFolder.Open(path);
            var server = new ServerFile(made.Server);
            var log = new ProjectLog(PatchLimit);
            journal = Journal.Open(openFile(made.Journal), made.Journal, log.Take);
            var project = new Project(made, held, server, journal, log);
            project.Begin(seed ?? new ProjectSeed(), files);
            return project;
        }
        catch
        {
            journal?.Dispose();
            held.Dispose();
            throw;
        }
    }

    /// <summary>The labels of a page: a snapshot that later changes leave as it is.</summary>
    /// <exception cref="FastSegException">There is no such page, or its size is not known because the image is missing.</exception>
    public LabelRaster Labels(string image, int page)
    {
        if (_shown.State.Pages.TryGetValue(new LabelPage(image, page), out LabelRaster? labels))
        {
            return labels;
        }
        lock (_writing)
        {
            long[] size = Size(new LabelPage(image, page));
            return new LabelRaster(size[0], size[1]);
        }
    }

    /// <summary>Does an operation. When this returns it is on the disk.</summary>
    /// <exception cref="FastSegException">It is not allowed; nothing was done.</exception>
    /// <exception cref="NotSavedException">It cannot be saved; nothing was done.</exception>
    public Change Apply(Operation operation) => Change(operation.Id, () =>
    {
        ProjectState state = _shown.State;
        LabelPage? page = operation is Operation.OnPage onPage ? new LabelPage(onPage.Image, onPage.Page) : null;
        long[]? size = page is null ? null : Size(page.Value);
        ClassRules.Check(state.Classes, _log.NextClass, operation);
        OperationChecks.CheckShape(operation, size);
        Step step = Step.Do(state, operation, size, _folder.Imports);
        Save(Next() with { Do = operation, Size = size });
        HistoryEntry entry = _log.History.Done[^1];
        Keep(entry, state, step);
        return Made(entry, state, step);
    });

    /// <summary>Takes the last operation back.</summary>
    /// <param name="id">The request's: one that arrives twice counts once.</param>
    /// <exception cref="NotSavedException">It cannot be saved; nothing was done.</exception>
    public Change Undo(string id) => Change(id, () =>
    {
        if (_log.History.Done is not [.., var entry])
        {
            return new Change(Version, Nothing: true) { Id = id };
        }
        ProjectState state = _shown.State;
        ProjectState before = state with { Classes = entry.ClassesBefore };
        Step step = entry.Patches is { } patches ? Step.Undo(before, patches) : Replayed(before, entry);
        Save(Next() with { Undo = id });
        return Made(entry, state, step);
    });

    /// <summary>Does again what was undone last.</summary>
    /// <param name="id">The request's: one that arrives twice counts once.</param>
    /// <exception cref="NotSavedException">It cannot be saved; nothing was done.</exception>
    public Change Redo(string id) => Change(id, () =>
    {
        if (_log.History.Undone is not [.., var entry])
        {
            return new Change(Version, Nothing: true) { Id = id };
        }
        ProjectState state = _shown.State;
        JournalRecord record = _journal.Read(entry.Place);
        Step step = Step.Do(state, record.Do!, record.Size, _folder.Imports);
        Save(Next() with { Redo = id });
        Keep(entry, state, step);
        return Made(entry, state, step);
    });

    /// <summary>Changes the settings.</summary>
    /// <exception cref="FastSegException">They contradict each other.</exception>
    /// <exception cref="NotSavedException">They cannot be saved.</exception>
    public Change Set(ProjectSettings settings)
    {
        settings.Check();
        Change change;
        lock (_writing)
        {
            Save(Next() with { Settings = settings });
            Show(_shown.State, _shown.Images);
            change = new Change(Version) { ListChanged = true };
        }
        Changed?.Invoke(change);
        return change;
    }

    public void Dispose()
    {
        lock (_writing)
        {
            _snapshots.Dispose();
            _journal.Dispose();
            _lock.Dispose();
        }
    }

    /// <summary>Makes a change once for each id, and tells those who listen.</summary>
    private Change Change(string id, Func<Change> make)
    {
        OperationChecks.CheckId(id);
        Change change;
        lock (_writing)
        {
            change = _log.Has(id) ? new Change(Version, Duplicate: true) { Id = id } : make() with { Id = id };
        }
        if (!change.Duplicate && !change.Nothing)
        {
            Changed?.Invoke(change);
        }
        return change;
    }

    /// <summary>Shows the state after a step and says what it changed.</summary>
    private Change Made(HistoryEntry entry, ProjectState before, Step step)
    {
        Show(step.State, _shown.Images);
        Region? region = entry.Page is not null && step.Patches is [var only] ? only.Patch.Region : null;
        return new Change(Version, entry.Page?.Image, entry.Page?.Page ?? 0, region, before.Classes != step.State.Classes);
    }

    private void Keep(HistoryEntry entry, ProjectState before, Step step)
    {
        entry.ClassesBefore = before.Classes;
        _log.History.Keep(entry, step.Patches);
        _snapshots.Operation(_log.History, step.State.Pages);
    }

    /// <summary>Undoes an operation whose patches are not kept: its pages are made again without it.</summary>
    private Step Replayed(ProjectState state, HistoryEntry entry)
    {
        int depth = _log.History.Done.Count - 1;
        ImmutableDictionary<LabelPage, LabelRaster> pages = _replay.Run(_log.History, depth, entry.Concerns);
        var patches = new List<PagePatch>();
        foreach (LabelPage page in state.Pages.Keys.Where(entry.Concerns))
        {
            LabelRaster old = state.Pages[page];
            LabelRaster made = pages.GetValueOrDefault(page) ?? new LabelRaster(old.Width, old.Height);
            state = state with { Pages = state.Pages.SetItem(page, made) };
            patches.Add(new PagePatch(page, LabelPatch.Whole(old)));
        }
        return new Step(state, patches);
    }

    private JournalRecord Next() => new(_journal.Version + 1, DateTime.UtcNow);

    private void Save(JournalRecord record) => _log.Take(record, _journal.Append(record));

    private void Show(ProjectState state, IReadOnlyList<ProjectImage> images) => _shown = Present(state, images);

    private Shown Present(ProjectState state, IReadOnlyList<ProjectImage> images) =>
        new(state, images, _log.Settings, _journal.Version, _log.NextClass, _log.History.Done.Count > 0, _log.History.Undone.Count > 0);

    /// <summary>Width and height of a page: those that it had when it was first drawn on.</summary>
    private long[] Size(LabelPage page)
    {
        if (_shown.State.Pages.TryGetValue(page, out LabelRaster? labels))
        {
            return [labels.Width, labels.Height];
        }
        ProjectImage image = _shown.Images.FirstOrDefault(image => image.Id == page.Image)
            ?? throw new FastSegException($"The project has no image {page.Image}; it has {_shown.Images.Count}, i1 and so on.");
        return _list.Size(image, page.Page);
    }

    /// <summary>Takes what a start brings.</summary>
    private void Begin(ProjectSeed seed, string[] files)
    {
        lock (_writing)
        {
            if (_journal.Version == 0)
            {
                ProjectClass[] classes = seed.Classes is { Count: > 0 } given
                    ? [.. given] : [ProjectClass.Default(1), ProjectClass.Default(2)];
                Save(Next() with { Classes = classes });
            }
            if (seed.Settings is { } settings && settings != Settings)
            {
                Save(Next() with { Settings = settings });
            }
            IReadOnlyList<ProjectImage> images = _shown.Images;
            ImageEntry[] added = _list.New(files, images);
            if (added.Length > 0)
            {
                Save(Next() with { Images = added });
                images = [.. images, .. added.Select(_list.Find)];
            }
            Show(_shown.State with { Classes = _log.Classes() }, images);
        }
    }

    /// <summary>All that is read from outside, exchanged as one.</summary>
    private sealed record Shown(
        ProjectState State, IReadOnlyList<ProjectImage> Images, ProjectSettings Settings, long Version, int NextClass, bool CanUndo,
        bool CanRedo)
    {
        /// <summary>The pages with a labelled pixel, in the order of the images and pages.</summary>
        public IEnumerable<LabelPage> Labelled()
        {
            var order = Images.Select((image, i) => (image.Id, i)).ToDictionary(pair => pair.Id, pair => pair.i);
            return State.Pages.Where(page => page.Value.Labelled > 0).Select(page => page.Key)
                .OrderBy(page => order[page.Image]).ThenBy(page => page.Page);
        }
    }
}
