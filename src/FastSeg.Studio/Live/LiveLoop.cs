using FastSeg.Studio.Labels;
using FastSeg.Studio.Projects;

namespace FastSeg.Studio.Live;

/// <summary>
/// Trains and segments while a person draws, on a thread of its own. The newest stroke wins: what it makes stale is cancelled, never
/// queued. What is on screen is segmented first, then its surroundings.
/// </summary>
internal sealed class LiveLoop : IDisposable
{
    /// <summary>Pixels on screen that are segmented before the status says so; the rest follows.</summary>
    public const long MostOnScreen = 4L << 20;

    /// <summary>Pages up to this size are segmented whole while nobody draws.</summary>
    private const long MostWhole = 16L << 20;

    /// <summary>How long the page has the cores for itself after what is on screen was segmented.</summary>
    private const int PageMilliseconds = 150;

    private readonly LiveWork _work;
    private readonly Ranking _ranking;
    private readonly Project _project;
    private readonly Thread _thread;
    private readonly SemaphoreSlim _signal = new(0);
    private readonly CancellationTokenSource _end = new();
    private readonly Lock _lock = new();
    private CancellationTokenSource _stale;
    private View? _view;
    private LiveStatus _status = new(LiveState.Idle, "");

    /// <summary>What training needed when it was last looked at and could not begin.</summary>
    private LiveStatus? _needs;

    /// <summary>Starts the loop's thread.</summary>
    /// <param name="project">The project whose labels are followed.</param>
    /// <param name="work">What trains and segments; the loop disposes it.</param>
    public LiveLoop(Project project, LiveWork work)
    {
        (_project, _work, _ranking) = (project, work, new Ranking(project, work));
        _stale = CancellationTokenSource.CreateLinkedTokenSource(_end.Token);
        _work.Said += Say;
        _work.Segmented += part => Segmented?.Invoke(part);
        _project.Changed += OnChange;
        _thread = new Thread(Run) { Name = "live", IsBackground = true };
        _thread.Start();
        _signal.Release();
    }

    /// <summary>Tells what the loop is doing, on the loop's thread.</summary>
    public event Action<LiveStatus>? Status;

    /// <summary>Tells that a part of a page is segmented, on the loop's thread.</summary>
    public event Action<OverlayPart>? Segmented;

    /// <summary>What the loop is doing now.</summary>
    public LiveStatus Now
    {
        get
        {
            lock (_lock)
            {
                return _status;
            }
        }
    }

    /// <summary>What was computed.</summary>
    public LiveOverlays Overlays => _work.Overlays;

    /// <summary>Says what a person looks at; null where nobody looks at anything.</summary>
    public void Look(View? view)
    {
        lock (_lock)
        {
            if (view == _view)
            {
                return;
            }
            _view = view;
        }
        _work.Moved(view);
        _signal.Release();
    }

    /// <summary>Keeps what is on screen, to compare later results with it.</summary>
    public void Keep()
    {
        Overlays.Keep();
        _signal.Release();
    }

    /// <summary>Which pages the newest model is least certain of, these first; empty where there is no model.</summary>
    public Task<IReadOnlyList<UncertainPage>> Uncertain()
    {
        Task<IReadOnlyList<UncertainPage>> ranking = _ranking.Ask();
        _signal.Release();
        return ranking;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _project.Changed -= OnChange;
        _end.Cancel();
        _work.Moved(null);
        _signal.Release();
        _thread.Join();
        _work.Dispose();
    }

    private void OnChange(Change change)
    {
        // Without an image, any label may have changed.
        if (change.Region is null && change.Image is not null && !change.ListChanged)
        {
            return;
        }
        lock (_lock)
        {
            _stale.Cancel();
        }
        _signal.Release();
    }

    private void Run()
    {
        Guarded(_work.WarmUp);
        while (!_end.IsCancellationRequested)
        {
            _signal.Wait();
            while (_signal.Wait(0))
            {
                // Several reasons to look again are one.
            }
            Guarded(() => Step(Fresh()));
        }
    }

    /// <summary>
    /// Takes a step of which a failure must not end the studio: labels are saved by others, and the next stroke tries again.
    /// </summary>
    private void Guarded(Action step)
    {
        try
        {
            step();
        }
        catch (OperationCanceledException)
        {
            // Something newer came; the signal for it is there.
        }
        catch (FastSegException e)
        {
            Say(new LiveStatus(LiveState.Failed, e.Message));
        }
        catch (Exception e)
        {
            Say(new LiveStatus(
                LiveState.Failed, $"The segmentation broke off: {e.Message} The labels are saved; draw on to try again."));
        }
    }

    private CancellationToken Fresh()
    {
        lock (_lock)
        {
            if (_stale.IsCancellationRequested)
            {
                _stale.Dispose();
                _stale = CancellationTokenSource.CreateLinkedTokenSource(_end.Token);
            }
            return _stale.Token;
        }
    }

    /// <summary>Trains where labels changed, and segments what is looked at.</summary>
    private void Step(CancellationToken stale)
    {
        if (!_work.Train(stale, _end.Token))
        {
            if (Viewed() is { } waiting)
            {
                _work.Prepare(waiting);
                SayWhatIsMissing();
            }
            _ranking.Step(stale);
            return;
        }
        bool said = false;
        while (Viewed() is { } view)
        {
            if (_work.Next(view, Part(view.Region, MostOnScreen), stale))
            {
                said = false;
                continue;
            }
            if (!said)
            {
                Say(_work.UpToDate(view));
                said = true;
            }
            if (_ranking.Step(stale))
            {
                continue;
            }
            if (Interrupted() || !_work.Next(view, Around(view), stale))
            {
                return;
            }
        }
        if (_ranking.Step(stale))
        {
            // One page at a time, so that a view that comes meanwhile is segmented before the next.
            _signal.Release();
            return;
        }
        Say(new LiveStatus(LiveState.Idle, ""));
    }

    /// <summary>Says again what training needs, once a page is measured before that is there.</summary>
    private void SayWhatIsMissing()
    {
        if (Now.State == LiveState.Measuring && _needs is { } needs)
        {
            Say(needs);
        }
    }

    /// <summary>
    /// Leaves the cores to the page for a moment, which has labels to show, before more is computed than it shows. Returns whether there is
    /// something newer to do.
    /// </summary>
    private bool Interrupted()
    {
        if (!_signal.Wait(PageMilliseconds))
        {
            return false;
        }
        _signal.Release();
        return true;
    }

    private View? Viewed()
    {
        lock (_lock)
        {
            return _end.IsCancellationRequested ? null : _view;
        }
    }

    /// <summary>
    /// What is segmented while nobody draws: all of a page that is not large, and otherwise what may soon come into sight.
    /// </summary>
    private Region Around(View view)
    {
        LabelRaster labels = _project.Labels(view.Image, view.Page);
        var page = new Region(0, 0, labels.Width, labels.Height);
        Region near = page.Pixels <= MostWhole ? page : view.Region.Inflate(Math.Max(view.Region.Width, view.Region.Height) / 2);
        return Part(near.Intersect(page), Overlays.Pixels / 2);
    }

    /// <summary>The middle of a region, of so many pixels at most.</summary>
    internal static Region Part(Region region, long most)
    {
        if (region.IsEmpty || region.Pixels <= most)
        {
            return region;
        }
        double shrink = Math.Sqrt((double)most / region.Pixels);
        long width = Math.Max(1, (long)(region.Width * shrink)), height = Math.Max(1, (long)(region.Height * shrink));
        return new Region(region.X + ((region.Width - width) / 2), region.Y + ((region.Height - height) / 2), width, height);
    }

    private void Say(LiveStatus status)
    {
        lock (_lock)
        {
            _status = status;
            _needs = status.State == LiveState.Needs ? status : _needs;
        }
        Status?.Invoke(status);
    }
}
