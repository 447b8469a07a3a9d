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
    private readonly Dictionary<(string Image, int Page), double> _scores = [];
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

    /// <summary>Looks at all pages where somebody asked, on the loop's thread.</summary>
    /// <param name="stale">What a new stroke cancels.</param>
    public void Step(CancellationToken stale)
    {
        TaskCompletionSource<IReadOnlyList<UncertainPage>>? asked;
        lock (_lock)
        {
            asked = _asked;
        }
        if (asked is null)
        {
            return;
        }
        LiveModel? model = work.Overlays.Model(Which.Live);
        if (model != _model)
        {
            _scores.Clear();
            _model = model;
        }
        if (model is not null)
        {
            Score(model, stale);
        }
        lock (_lock)
        {
            _asked = null;
        }
        asked.SetResult([.. _scores
            .Select(entry => new UncertainPage(entry.Key.Image, entry.Key.Page, entry.Value))
            .OrderByDescending(page => page.Uncertainty).ThenBy(page => page.Image, StringComparer.Ordinal).ThenBy(page => page.Page)]);
    }

    private void Score(LiveModel model, CancellationToken stale)
    {
        var pages = from image in project.Images
                    where image.Failure is null
                    from page in Enumerable.Range(1, image.Pages)
                    select (image.Id, page);
        foreach ((string image, int page) in pages.Where(page => !_scores.ContainsKey(page)))
        {
            stale.ThrowIfCancellationRequested();
            if (work.MeanUncertainty(model, image, page, stale) is { } score)
            {
                _scores[(image, page)] = score;
            }
        }
    }
}
