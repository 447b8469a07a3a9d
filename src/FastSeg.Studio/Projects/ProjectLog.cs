using System.Collections.Immutable;
using FastSeg.Studio.Settings;

namespace FastSeg.Studio.Projects;

/// <summary>
/// What the journal says, but for the labels: the line of operations, the ids that were accepted, images and settings. It takes every
/// record, when a project is opened and when one is appended, so both lead to the same.
/// </summary>
internal sealed class ProjectLog(long patchLimit)
{
    private readonly List<ImageEntry> _images = [];
    private readonly HashSet<string> _ids = [];
    private ImmutableArray<ProjectClass> _first = [];

    public History History { get; } = new(patchLimit);

    public IReadOnlyList<ImageEntry> Images => _images;

    public ProjectSettings Settings { get; private set; } = new();

    /// <summary>The least class value that was never given; 256 where all were.</summary>
    public int NextClass { get; private set; } = 1;

    /// <summary>Whether an operation or request was accepted.</summary>
    public bool Has(string id) => _ids.Contains(id);

    /// <summary>Takes the next record.</summary>
    public void Take(JournalRecord record, JournalPlace place)
    {
        switch (record)
        {
            case { Do: { } operation }:
                _ids.Add(operation.Id);
                Use(ClassRules.Brought(operation));
                History.Add(HistoryEntry.Of(record, place));
                break;
            case { Undo: { } id }:
                _ids.Add(id);
                History.Undo();
                break;
            case { Redo: { } id }:
                _ids.Add(id);
                History.Redo();
                break;
            default:
                _images.AddRange(record.Images ?? []);
                _first = record.Classes is { } classes ? [.. classes] : _first;
                Use(record.Classes ?? []);
                Settings = record.Settings ?? Settings;
                break;
        }
    }

    /// <summary>The classes after all operations; each operation learns those before it.</summary>
    public ImmutableArray<ProjectClass> Classes()
    {
        ImmutableArray<ProjectClass> classes = _first;
        foreach (HistoryEntry entry in History.Done)
        {
            entry.ClassesBefore = classes;
            classes = entry.OnClasses is { } operation ? ClassRules.After(classes, operation) : classes;
        }
        return classes;
    }

    private void Use(IEnumerable<ProjectClass> classes)
    {
        foreach (ProjectClass used in classes)
        {
            NextClass = Math.Max(NextClass, used.Value + 1);
        }
    }
}
