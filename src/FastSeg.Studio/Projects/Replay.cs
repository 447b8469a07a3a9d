using System.Collections.Immutable;
using FastSeg.Studio.Labels;

namespace FastSeg.Studio.Projects;

/// <summary>Makes labels again: from the last snapshot of each page, and the operations after it.</summary>
/// <param name="journal">The journal.</param>
/// <param name="snapshots">The snapshots.</param>
/// <param name="imports">Folder of imported label images.</param>
internal sealed class Replay(Journal journal, Snapshots snapshots, string imports)
{
    /// <summary>The labels after a number of operations.</summary>
    /// <param name="history">The operations.</param>
    /// <param name="depth">How many of them.</param>
    /// <param name="wanted">Whether a page's labels are wanted.</param>
    /// <param name="found">Told of each snapshot that was read.</param>
    /// <param name="patched">Whether what takes operations back is kept.</param>
    public ImmutableDictionary<LabelPage, LabelRaster> Run(
        History history, int depth, Func<LabelPage, bool> wanted, Action<LabelPage, long, LabelRaster>? found = null, bool patched = false)
    {
        var from = new Dictionary<LabelPage, long>();
        ProjectState state = ProjectState.Empty;
        foreach ((LabelPage page, long version, LabelRaster labels) in Start(history, depth, wanted))
        {
            state = state with { Pages = state.Pages.Add(page, labels) };
            from[page] = version;
            found?.Invoke(page, version, labels);
        }
        foreach (HistoryEntry entry in history.Done.Take(depth))
        {
            bool needed = entry.Page is { } page
                ? wanted(page) && entry.Version > from.GetValueOrDefault(page)
                : entry.Everywhere && state.Pages.Count > 0;
            state = needed ? state with { Pages = Do(state, entry, from, patched ? history : null) } : state;
        }
        return state.Pages;
    }

    private ImmutableDictionary<LabelPage, LabelRaster> Do(
        ProjectState state, HistoryEntry entry, Dictionary<LabelPage, long> from, History? keep)
    {
        // A page whose snapshot is younger than the operation has its effect already.
        LabelPage[] younger = [.. state.Pages.Keys.Where(page => from.GetValueOrDefault(page) >= entry.Version)];
        JournalRecord record = journal.Read(entry.Place);
        var older = new ProjectState(state.Pages.RemoveRange(younger), entry.ClassesBefore);
        Step step = Step.Do(older, record.Do!, record.Size, imports);
        if (entry.Page is not null)
        {
            keep?.Keep(entry, step.Patches);
        }
        return state.Pages.SetItems(step.State.Pages);
    }

    /// <summary>The newest usable snapshot of each page.</summary>
    private IEnumerable<(LabelPage Page, long Version, LabelRaster Labels)> Start(History history, int depth, Func<LabelPage, bool> wanted)
    {
        long last = depth == 0 ? 0 : history.Done[depth - 1].Version;
        foreach (IGrouping<LabelPage, long> page in snapshots.Versions().Where(page => wanted(page.Key)))
        {
            foreach (long version in page.Where(version => version <= last && history.IsDone(version)).OrderDescending())
            {
                if (snapshots.Read(page.Key, version) is { } labels)
                {
                    yield return (page.Key, version, labels);
                    break;
                }
            }
        }
    }
}
