using System.Security.Cryptography;
using FastSeg.Studio.Pictures;
using FastSeg.Studio.Projects;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FastSeg.Studio.Server;

/// <summary>Pictures of the project's images.</summary>
internal sealed class PictureEndpoints(Project project, PictureShelf shelf)
{
    /// <summary>Most pixels of a side of an overview.</summary>
    public const int OverviewSide = 512;

    private const int ThumbnailSide = 128, MostLevel = 62;

    private const string Root = "/api/images/{image}/{page}";

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Root, Describe);
        routes.MapGet($"{Root}/tile/{{level}}/{{x}}/{{y}}", Tile);
        routes.MapGet($"{Root}/overview", Overview);
        routes.MapGet($"{Root}/thumbnail", Thumbnail);
        routes.MapGet($"{Root}/histogram", Histogram);
        routes.MapGet($"{Root}/value", Value);
    }

    /// <summary>The image and page that a request's path names.</summary>
    /// <exception cref="RequestException">The project has no such image, or it has no such page.</exception>
    public static (ProjectImage Image, int Page) Named(Project project, HttpContext context)
    {
        ProjectImage image = Known(project, Ask.Route(context, "image"));
        return (image, Ask.Route(context, "page", 1, image.Pages));
    }

    /// <summary>An image that can be shown.</summary>
    /// <exception cref="RequestException">The project has no such image, or it cannot be read.</exception>
    public static ProjectImage Known(Project project, string id)
    {
        ProjectImage image = project.Images.FirstOrDefault(image => image.Id == id)
            ?? throw new RequestException(StatusCodes.Status404NotFound, $"The project has no image {id}.");
        return image.Failure is null
            ? image
            : throw new RequestException(StatusCodes.Status422UnprocessableEntity, image.Failure);
    }

    /// <summary>A page's size, which labels and overlays have too; the project's description has that of the first page alone.</summary>
    private async Task Describe(HttpContext context)
    {
        (ProjectImage image, int page) = Named(project, context);
        (long width, long height) = project.Labels(image.Id, page).SizeAt(0);
        await Answers.Write(context, new { image.Id, Page = page, Width = width, Height = height });
    }

    private async Task Tile(HttpContext context)
    {
        int level = Ask.Route(context, "level", 0, MostLevel);
        long x = Ask.Route(context, "x", 0L, uint.MaxValue), y = Ask.Route(context, "y", 0L, uint.MaxValue);
        using PictureShelf.Lease lease = Take(context);
        Picture picture = lease.Picture;
        await Send(context, picture, $"t{level}-{x}-{y}", () => picture.Tile(level, x, y)
            ?? throw new RequestException(StatusCodes.Status404NotFound, $"Level {level} has no tile {x}, {y}."));
    }

    private async Task Overview(HttpContext context)
    {
        using PictureShelf.Lease lease = Take(context);
        Picture picture = lease.Picture;
        await Send(context, picture, "overview", () => picture.Overview(OverviewSide));
    }

    private async Task Thumbnail(HttpContext context)
    {
        (ProjectImage image, int page) = Named(project, context);
        byte[] picture = shelf.Thumbnail(image.Path, page, ThumbnailSide);
        string tag = Convert.ToHexStringLower(SHA256.HashData(picture).AsSpan(0, 12));
        await Answers.Tagged(context, tag, "image/png", () => ValueTask.FromResult(picture));
    }

    private async Task Histogram(HttpContext context)
    {
        using PictureShelf.Lease lease = Take(context);
        Histogram found = lease.Picture.Histogram;
        await Answers.Write(context, new
        {
            Type = lease.Picture.Reader.Info.Type.Name(),
            found.Least,
            found.Most,
            found.Bins,
            found.Low,
            found.High,
            found.Sampled,
        });
    }

    /// <summary>The samples of one pixel; null for one that is no finite number, which JSON does not have.</summary>
    private async Task Value(HttpContext context)
    {
        using PictureShelf.Lease lease = Take(context);
        ImageReader reader = lease.Picture.Reader;
        long x = Ask.Query(context, "x", 0, reader.Info.Width - 1), y = Ask.Query(context, "y", 0, reader.Info.Height - 1);
        double[] samples = SampleBlock.Read(reader, new Region(x, y, 1, 1)).ToDoubles();
        await Answers.Write(context, new { Values = samples.Select(sample => double.IsFinite(sample) ? sample : (double?)null) });
    }

    private PictureShelf.Lease Take(HttpContext context)
    {
        (ProjectImage image, int page) = Named(project, context);
        return shelf.Take(image.Path, page);
    }

    /// <summary>Sends a PNG, which the browser keeps while image, window and sharpness are the same.</summary>
    private static async Task Send(HttpContext context, Picture picture, string what, Func<SampleBlock> make)
    {
        double? low = Ask.Real(context, "low"), high = Ask.Real(context, "high");
        Window usual = low is { } && high is { } ? default : picture.DefaultWindow;
        var window = new Window(low ?? usual.Low, high ?? usual.High);
        if (window.High <= window.Low)
        {
            throw new RequestException(
                StatusCodes.Status400BadRequest, $"low is {window.Low} and high is {window.High}; give a low below high.");
        }
        // The page gives up tiles that moved out of sight.
        context.RequestAborted.ThrowIfCancellationRequested();
        string sharpness = picture.IsSharp ? "sharp" : "coarse";
        string tag = FormattableString.Invariant($"{what}-{picture.Version}-{window.Low:R}-{window.High:R}-{sharpness}");
        await Answers.Tagged(context, tag, "image/png", () => ValueTask.FromResult(PngPicture.Of(make(), window)));
    }
}
