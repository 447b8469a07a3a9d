using FastSeg.Studio.Exports;
using FastSeg.Studio.Live;
using FastSeg.Studio.Pictures;
using FastSeg.Studio.Projects;
using FastSeg.Studio.Server;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FastSeg.Studio;

/// <summary>The parts of a running studio: project, pictures, live segmentation, events, web server.</summary>
internal sealed class StudioParts : IDisposable
{
    /// <summary>Most bytes of segmentations that are kept to be shown, and of feature rows of pixels that are labelled no more.</summary>
    private const long OverlayBytes = 256L << 20, RowBytes = 128L << 20;

    private readonly CancellationTokenSource _closing = new();
    private readonly StudioOptions _options;
    private readonly Project _project;
    private readonly EventHub _events;
    private readonly PictureShelf _pictures;
    private readonly LiveLoop _loop;
    private readonly JobQueue _jobs;
    private StudioServer? _server;

    /// <summary>Opens the project. Nothing is served yet.</summary>
    /// <exception cref="FastSegException">The project or the images cannot be opened.</exception>
    public StudioParts(StudioOptions options)
    {
        _options = options;
        string? deep = DeepFolder(options.Deep);
        StartFolder start = StartFolder.Of(options);
        _project = Project.Open(start.Folder, new ProjectSeed
        {
            Images = start.Images,
            Classes = start.FirstRun ? FirstRun.Classes : [],
        });
        Prepare(deep, start.FirstRun);
        IsFirstRun = start.FirstRun;
        _project.Changed += TellOfChange;
        _events = new EventHub(_closing.Token);
        _jobs = new JobQueue(TellOfJob);
        _pictures = new PictureShelf(Path.Combine(_project.CacheFolder, "pictures"), Share(PictureShelf.UsuallyHeld));
        _pictures.Sharpened += TellOfPicture;
        var pages = new LivePages(_project);
        var trainer = new LiveTrainer(_project, pages, new Backbones(_project), Share(RowBytes));
        var overlays = new LiveOverlays(Share(OverlayBytes));
        _loop = new LiveLoop(_project, new LiveWork(_project, pages, trainer, overlays, options.Threads) { Memory = options.Memory });
        _pictures.Busy = () => _loop.Now.State is LiveState.Measuring or LiveState.Training or LiveState.Segmenting;
    }

    /// <summary>Whether the sample is shown to a newcomer.</summary>
    public bool IsFirstRun { get; }

    /// <summary>The project's folder.</summary>
    public string Folder => _project.Folder;

    /// <summary>The link with the secret.</summary>
    public string Link { get; private set; } = "";

    /// <summary>The addresses that are answered.</summary>
    public IEnumerable<string> Routes => _server?.Routes ?? [];

    /// <summary>Starts to serve.</summary>
    /// <exception cref="FastSegException">The port is taken, or the host is not this machine.</exception>
    public async Task Start()
    {
        if (_project.Images.FirstOrDefault(image => image.Failure is null) is { } first)
        {
            _ = _pictures.Prepare(first.Path, 1, PictureEndpoints.OverviewSide);
        }
        var guard = new Guard(_project.Id, _project.Secret, _options.Host);
        _server = await StudioServer.Start(_options.Port, _project.LastPort, _options.Host, guard, Map);
        _project.LastPort = _server.Port;
        string host = _options.Host is not { } name ? "127.0.0.1" : name.Contains(':') ? $"[{name.Trim('[', ']')}]" : name;
        Link = $"http://{host}:{_server.Port}/?token={_project.Secret}";
    }

    /// <summary>Closes the project, and ends all that computes or waits for it.</summary>
    public void Dispose() => Close(Timeout.InfiniteTimeSpan);

    /// <summary>
    /// Closes the project, and gives what computes so much time to end. What does not, such as the decoding of a large image, goes with
    /// the process: nothing but the project may be half written.
    /// </summary>
    /// <returns>Whether everything has ended.</returns>
    public bool Close(TimeSpan patience)
    {
        _closing.Cancel();
        Task served = _server?.DisposeAsync().AsTask() ?? Task.CompletedTask;
        // Strokes that are under way come into the journal first; requests that take longer do not write into it.
        served.Wait(patience);
        _project.Dispose();
        return Task.Run(() =>
        {
            served.Wait();
            _jobs.Dispose();
            _loop.Dispose();
            _pictures.Dispose();
            _closing.Dispose();
        }).Wait(patience);
    }

    /// <summary>What a cache may hold: the usual, or an eighth of the memory that was given if that is less.</summary>
    private long Share(long usual) => _options.Memory > 0 ? Math.Min(usual, _options.Memory / 8) : usual;

    /// <summary>The folder of a backbone that was named.</summary>
    /// <exception cref="FastSegException">There is none of that name.</exception>
    private static string? DeepFolder(string? given)
    {
        if (given is null)
        {
            return null;
        }
        string folder = Path.GetFullPath(BackboneFolders.Named(given));
        return Directory.Exists(folder)
            ? folder
            : throw new FastSegException($"--deep {given} is no folder of a backbone; `fastseg models` lists those that there are.");
    }

    /// <summary>What the command line brings to the project, and the sample's strokes.</summary>
    private void Prepare(string? deep, bool firstRun)
    {
        if (deep is not null && deep != _project.Settings.Deep)
        {
            _project.Set(_project.Settings with { Deep = deep });
        }
        if (firstRun)
        {
            FirstRun.Draw(_project);
        }
    }

    private void TellOfChange(Change change)
    {
        _events.Send("change", ProjectEndpoints.Describe(change));
        if (change.ClassesChanged || change.ListChanged)
        {
            _events.Send("project", new { });
        }
    }

    private void TellOfJob(JobState job)
    {
        string key = $"job {job.Id}";
        if (job.Ended)
        {
            _events.Forget(key);
            _events.Send("job", job);
        }
        else
        {
            _events.Keep("job", job, key);
        }
    }

    private void TellOfPicture(string path, int page, string? failure)
    {
        foreach (ProjectImage image in _project.Images.Where(image => image.Path == path))
        {
            _events.Send("picture", new { image = image.Id, page, failure });
        }
    }

    private void Map(IEndpointRouteBuilder routes)
    {
        new PageFiles(PageFiles.FindWeb(AppContext.BaseDirectory)).Map(routes);
        new ProjectEndpoints(_project, _loop.Overlays, IsFirstRun).Map(routes);
        new LiveEndpoints(_project, _loop, _events).Map(routes);
        new LabelEndpoints(_project).Map(routes);
        string? output = _options.Output is { } folder ? Path.GetFullPath(folder) : null;
        var compute = new ComputeOptions { Threads = _options.Threads, Memory = _options.Memory };
        new ExportEndpoints(_project, _jobs, output, compute).Map(routes);
        new PictureEndpoints(_project, _pictures).Map(routes);
        routes.MapGet("/api/events", _events.Serve);
    }
}
