using System.Collections.Immutable;

namespace FastSeg.Studio.Projects;

/// <summary>An operation that was done, or done and undone.</summary>
/// <param name="Version">The record that has it.</param>
/// <param name="Place">Where that record lies in the journal.</param>
/// <param name="Page">The page that it concerns; null for an operation on classes.</param>
internal sealed record HistoryEntry(long Version, JournalPlace Place, LabelPage? Page)
{
    /// <summary>Whether it takes a class's pixels off every page.</summary>
    public bool Everywhere { get; init; }

    /// <summary>An operation that changes classes; null for one that does not.</summary>
    public Operation? OnClasses { get; init; }

    /// <summary>The classes before it.</summary>
    public ImmutableArray<ProjectClass> ClassesBefore { get; set; }

    /// <summary>What takes it back; null where that is not kept (any more), or could not be.</summary>
    public IReadOnlyList<PagePatch>? Patches { get; set; }

    /// <summary>Whether an operation may change a page's labels.</summary>
    public bool Concerns(LabelPage page) => Everywhere || Page == page;

    /// <summary>The entry of a record with an operation.</summary>
    public static HistoryEntry Of(JournalRecord record, JournalPlace place)
    {
        Operation operation = record.Do!;
        LabelPage? page = operation is Operation.OnPage onPage ? new LabelPage(onPage.Image, onPage.Page) : null;
        bool classes = operation is Operation.ClassAdd or Operation.ClassChange or Operation.ClassOrder or Operation.ClassDelete
            or Operation.Import { Classes.Length: > 0 };
        return new HistoryEntry(record.Version, place, page)
        {
            Everywhere = operation is Operation.ClassDelete,
            OnClasses = classes ? operation : null,
        };
    }
}
