using FastSeg.Studio.Live;
using FastSeg.Studio.Projects;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FastSeg.Studio.Server;

/// <summary>The segmentation that follows the strokes: what is looked at, and what was computed of it.</summary>
internal sealed class LiveEndpoints
{
    private const long MostBytes = 64 << 10;

    private readonly Project _project;
    private readonly LiveLoop _loop;

    /// <summary>Tells pages what the loop does.</summary>
    public LiveEndpoints(Project project, LiveLoop loop, EventHub events)
    {
        (_project, _loop) = (project, loop);
        loop.Status += status => events.Keep("status", status, "status");
        loop.Segmented += part => events.Send("overlay", Describe(part));
        events.Keep("status", loop.Now, "status");
    }

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPut("/api/view", Look);
        routes.MapGet("/api/images/{image}/{page}/overlay", Overlay);
        routes.MapPost("/api/keep", Keep);
        routes.MapPost("/api/uncertain", Uncertain);
    }

    private static object Describe(OverlayPart part) => new
    {
        part.Image,
        part.Page,
        part.Which,
        part.Model,
        Region = (long[])[part.Region.X, part.Region.Y, part.Region.Width, part.Region.Height],
        part.Done,
    };

    private async Task Look(HttpContext context)
    {
        Looked looked = ProjectJson.Read<Looked>(await Answers.ReadBytes(context, MostBytes), "view");
        ProjectImage image = PictureEndpoints.Known(_project, looked.Image);
        if (looked.Page < 1 || looked.Page > image.Pages)
        {
            throw new RequestException(StatusCodes.Status400BadRequest, $"{image.Name} has no page {looked.Page}; it has {image.Pages}.");
        }
        (long width, long height) = _project.Labels(image.Id, looked.Page).SizeAt(0);
        Region seen = new Region(looked.X, looked.Y, looked.Width, looked.Height).Intersect(new Region(0, 0, width, height));
        _loop.Look(seen.IsEmpty ? null : new View(image.Id, looked.Page, seen, looked.Uncertainty, looked.Compare));
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private async Task Overlay(HttpContext context)
    {
        (ProjectImage image, int page) = PictureEndpoints.Named(_project, context);
        (int level, Region region) = LabelEndpoints.Area(context, _project.Labels(image.Id, page).SizeAt);
        bool uncertainty = Ask.Choice(context, "kind", "classes", "uncertainty") == "uncertainty";
        Which which = Ask.Choice(context, "which", "live", "before") == "live" ? Which.Live : Which.Before;
        byte[] values = new byte[region.Pixels];
        int model = _loop.Overlays.Read(which, uncertainty, image.Id, page, region, level, values);
        context.Response.Headers["X-Model"] = FormattableString.Invariant($"{model}");
        await Answers.Bytes(context, values, "application/octet-stream");
    }

    private Task Keep(HttpContext context)
    {
        _loop.Keep();
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    private async Task Uncertain(HttpContext context) =>
        await Answers.Write(context, new { Pages = await _loop.Uncertain().WaitAsync(context.RequestAborted) });

    /// <summary>What a page says that it looks at, in pixels of the image.</summary>
    private sealed record Looked(string Image, int Page, long X, long Y, long Width, long Height)
    {
        /// <summary>Screen pixels for each pixel of the image.</summary>
        public double Scale { get; init; }

        public bool Uncertainty { get; init; }

        public bool Compare { get; init; }
    }
}
