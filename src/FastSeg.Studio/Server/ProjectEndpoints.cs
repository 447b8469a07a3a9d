using FastSeg.Studio.Exports;
using FastSeg.Studio.Labels;
using FastSeg.Studio.Live;
using FastSeg.Studio.Projects;
using FastSeg.Studio.Settings;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FastSeg.Studio.Server;

/// <summary>The project as the page sees it, and what the page does to it.</summary>
/// <param name="project">The open project.</param>
/// <param name="overlays">What the newest model made of the images.</param>
/// <param name="firstRun">Whether the sample is shown to a newcomer.</param>
internal sealed class ProjectEndpoints(Project project, LiveOverlays overlays, bool firstRun)
{
    /// <summary>Most bytes of a request with operations, and of other requests.</summary>
    private const long MostOperations = 4 << 20, MostOther = 64 << 10;

    /// <summary>Changes with every start, so that a page of an earlier one knows.</summary>
    private readonly string _instance = Guid.NewGuid().ToString("N");

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/project", context => Answers.Write(context, Describe()));
        routes.MapPost("/api/operations", Operate);
        routes.MapPost("/api/undo", context => Step(context, project.Undo));
        routes.MapPost("/api/redo", context => Step(context, project.Redo));
        routes.MapPut("/api/settings", Settle);
    }

    /// <summary>A change as pages are told of it.</summary>
    public static object Describe(Change change) => new
    {
        change.Id,
        change.Version,
        change.Image,
        change.Page,
        Region = change.Region is { } region ? (long[])[region.X, region.Y, region.Width, region.Height] : null,
        change.ClassesChanged,
        change.Duplicate,
        change.Nothing,
    };

    private object Describe() => new
    {
        project.Id,
        Name = Path.GetFileName(Path.TrimEndingDirectorySeparator(project.Folder)),
        project.Folder,
        project.Version,
        Instance = _instance,
        Images = Images(),
        project.Classes,
        project.NextClass,
        project.CanUndo,
        project.CanRedo,
        project.Settings,
        CommandLine = CommandLine.Of(project.Snapshot(), project.Folder),
        FirstRun = firstRun,
        project.Mended,
    };

    private IEnumerable<object> Images()
    {
        ILookup<string, int> labelled = project.Labelled.ToLookup(page => page.Image, page => page.Page);
        return project.Images.Select(image => new
        {
            image.Id,
            image.Name,
            image.Path,
            image.Pages,
            image.Width,
            image.Height,
            image.Channels,
            Type = image.Type?.Name(),
            PixelSize = image.PixelSize is { } size ? new { Size = size.X, size.Unit } : null,
            image.Failure,
            Labelled = labelled[image.Id].ToDictionary(page => $"{page}", page => Counts(project.Labels(image.Id, page))),
            Fractions = Fractions(image),
        });
    }

    /// <summary>The share of each class on the pages that are segmented as a whole; null where there is none.</summary>
    private Dictionary<string, Dictionary<string, double>>? Fractions(ProjectImage image)
    {
        var pages = new Dictionary<string, Dictionary<string, double>>();
        foreach (int page in Enumerable.Range(1, image.Pages))
        {
            if (overlays.ClassPixels(image.Id, page) is { } pixels)
            {
                double all = pixels.Values.Sum();
                pages[$"{page}"] = pixels.ToDictionary(entry => $"{entry.Key}", entry => entry.Value / all);
            }
        }
        return pages.Count == 0 ? null : pages;
    }

    /// <summary>Labelled pixels by class.</summary>
    private static Dictionary<string, long> Counts(LabelRaster labels)
    {
        var counts = new Dictionary<string, long>();
        for (int value = 1; value < labels.Counts.Length; value++)
        {
            if (labels.Counts[value] > 0)
            {
                counts[$"{value}"] = labels.Counts[value];
            }
        }
        return counts;
    }

    /// <summary>Does one operation or several in their order. One that is refused is the last: those before it are done.</summary>
    private async Task Operate(HttpContext context)
    {
        byte[] body = await Answers.ReadBytes(context, MostOperations);
        await Answer(context, [.. ProjectJson.ReadOperations(body).Select(project.Apply)]);
    }

    private async Task Step(HttpContext context, Func<string, Change> step)
    {
        StepRequest request = ProjectJson.Read<StepRequest>(await Answers.ReadBytes(context, MostOther), "request");
        await Answer(context, step(request.Id));
    }

    private async Task Settle(HttpContext context)
    {
        ProjectSettings settings = ProjectJson.Read<ProjectSettings>(await Answers.ReadBytes(context, MostOther), "settings");
        project.Set(settings);
        await Answers.Write(context, project.Settings);
    }

    private Task Answer(HttpContext context, params IReadOnlyList<Change> changes) => Answers.Write(context, new
    {
        project.Version,
        Changes = changes.Select(Describe),
        project.CanUndo,
        project.CanRedo,
    });

    /// <summary>A request to undo or redo.</summary>
    private sealed record StepRequest(string Id);
}
