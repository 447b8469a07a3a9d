using FastSeg.Studio.Projects;

namespace FastSeg.Studio.Live;

/// <summary>
/// Which pages the newest model is least certain of. Pages are looked at while nobody draws; a new stroke begins the ranking anew with the
/// model that it gives.
/// </summary>
/// <param name="project">The project.</param>
/// <param name="work">What segments.</param>
internal sealed class Ranking(Project project, LiveWork work)
{
    private readonly Lock _lock = new();

    /// <summary>The pages that were looked at; null for those that cannot be read.</summary>
    private readonly Dictionary<(string Image, int Page), double?> _scores = [];
    private TaskCompletionSource<IReadOnlyList<UncertainPage>>? _asked;
    private LiveModel? _model;

    /// <summary>Asks for the ranking; the pages come with the least certain first.</summary>
    public Task<IReadOnlyList<UncertainPage>> Ask()
    {
        lock (_lock)
        {
            _asked ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
            return _asked.Task;
        }
    }

    /// <summary>Looks at the next page where somebody asked, on the loop's thread.</summary>
    /// <param name="stale">What a new stroke cancels.</param>
    /// <returns>Whether a page was looked at, and others may be left.</returns>
    public bool Step(CancellationToken stale)
    {
        TaskCompletionSource<IReadOnlyList<UncertainPage>>? asked;
        lock (_lock)
        {
            asked = _asked;
        }
        if (asked is null)
        {
            return false;
        }
        LiveModel? model = work.Overlays.Model(Which.Live);
        if (model != _model)
        {
            _scores.Clear();
            _model = model;
        }
        if (model is not null && Pages().FirstOrDefault(page => !_scores.ContainsKey(page)) is { Image: not null } next)
        {
            _scores[next] = work.MeanUncertainty(model, next.Image, next.Page, stale);
            return true;
        }
        lock (_lock)
        {
            _asked = null;
        }
        var ranked = from entry in _scores
                     where entry.Value is not null
                     orderby entry.Value descending, entry.Key.Image, entry.Key.Page
                     select new UncertainPage(entry.Key.Image, entry.Key.Page, entry.Value ?? 0);
        asked.SetResult([.. ranked]);
        return false;
    }

    private IEnumerable<(string Image, int Page)> Pages() =>
        from image in project.Images
        where image.Failure is null
        from page in Enumerable.Range(1, image.Pages)
        select (image.Id, page);
}
