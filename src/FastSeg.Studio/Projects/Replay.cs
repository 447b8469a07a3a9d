using System.Collections.Immutable;
using FastSeg.Studio.Labels;

namespace FastSeg.Studio.Projects;

/// <summary>Makes labels again from the journal.</summary>
/// <param name="journal">The journal.</param>
/// <param name="imports">Folder of imported label images.</param>
internal sealed class Replay(Journal journal, string imports)
{
    /// <summary>The labels after a number of operations.</summary>
    /// <param name="history">The operations.</param>
    /// <param name="depth">How many of them.</param>
    /// <param name="wanted">Whether a page's labels are wanted.</param>
    /// <param name="patched">Keeps what takes operations back.</param>
    public ImmutableDictionary<LabelPage, LabelRaster> Run(
        History history, int depth, Func<LabelPage, bool> wanted, bool patched = false)
    {
        ProjectState state = ProjectState.Empty;
        for (int i = 0; i < depth; i++)
        {
            HistoryEntry entry = history.Done[i];
            if (!entry.Everywhere && !(entry.Page is { } page && wanted(page)))
            {
                continue;
            }
            JournalRecord record = journal.Read(entry.Place);
            Step step = Step.Do(state with { Classes = entry.ClassesBefore }, record.Do!, record.Size, imports);
            if (patched)
            {
                history.Keep(entry, step.Patches);
            }
            state = step.State;
        }
        return state.Pages;
    }
}
