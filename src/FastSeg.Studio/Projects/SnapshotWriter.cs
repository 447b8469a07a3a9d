using System.Collections.Immutable;
using FastSeg.Studio.Labels;

namespace FastSeg.Studio.Projects;

/// <summary>Writes snapshots behind the back of the person who draws: a state never changes, so there is time.</summary>
/// <param name="snapshots">The files.</param>
/// <param name="every">How many operations lie between two snapshots.</param>
internal sealed class SnapshotWriter(Snapshots snapshots, int every) : IDisposable
{
    private readonly Dictionary<LabelPage, (long Version, LabelRaster Labels)> _written = [];
    private Task _writing = Task.CompletedTask;

    /// <summary>Knows of a file that was read.</summary>
    public void Has(LabelPage page, long version, LabelRaster labels) => _written[page] = (version, labels);

    /// <summary>Writes the pages that changed since their last snapshot, where it is time. Called after each operation.</summary>
    public void Operation(History history, ImmutableDictionary<LabelPage, LabelRaster> pages)
    {
        if (history.Done.Count % every != 0)
        {
            return;
        }
        long version = history.Done[^1].Version;
        (LabelPage Page, LabelRaster Labels)[] changed =
        [
            .. pages.Where(page => !(_written.TryGetValue(page.Key, out (long Version, LabelRaster Labels) last)
                && last.Labels == page.Value && history.IsDone(last.Version))).Select(page => (page.Key, page.Value)),
        ];
        foreach ((LabelPage page, LabelRaster labels) in changed)
        {
            Has(page, version, labels);
        }
        _writing = _writing.ContinueWith(_ => Write(version, changed), TaskScheduler.Default);
    }

    /// <summary>Waits for what is being written.</summary>
    public void Dispose() => _writing.Wait();

    private void Write(long version, (LabelPage Page, LabelRaster Labels)[] changed)
    {
        try
        {
            foreach ((LabelPage page, LabelRaster labels) in changed)
            {
                snapshots.Write(page, version, labels);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next start only takes longer; a full disk is told when the journal needs it.
        }
    }
}
