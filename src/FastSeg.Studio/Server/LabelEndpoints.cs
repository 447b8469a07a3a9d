using FastSeg.Studio.Labels;
using FastSeg.Studio.Projects;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FastSeg.Studio.Server;

/// <summary>What was drawn, a byte a pixel.</summary>
internal sealed class LabelEndpoints(Project project)
{
    /// <summary>Most pixels of an answer.</summary>
    public const long MostPixels = 16 << 20;

    private const int MostLevel = 40;

    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/api/images/{image}/{page}/labels", Labels);

    /// <summary>The level and the rectangle that a request asks for.</summary>
    /// <param name="context">The request.</param>
    /// <param name="size">The size of a level.</param>
    /// <exception cref="RequestException">The rectangle is not within the level, or too large.</exception>
    public static (int Level, Region Region) Area(HttpContext context, Func<int, (long Width, long Height)> size)
    {
        int level = (int)Ask.Query(context, "level", 0, MostLevel, standard: 0);
        (long width, long height) = size(level);
        long x = Ask.Query(context, "x", 0, width - 1), y = Ask.Query(context, "y", 0, height - 1);
        var region = new Region(x, y, Ask.Query(context, "width", 1, width - x), Ask.Query(context, "height", 1, height - y));
        return region.Pixels <= MostPixels
            ? (level, region)
            : throw new RequestException(
                StatusCodes.Status400BadRequest, $"{region.Pixels} pixels are asked for; at most {MostPixels} are given at a time.");
    }

    private async Task Labels(HttpContext context)
    {
        (ProjectImage image, int page) = PictureEndpoints.Named(project, context);
        // The version is read first: labels that are newer than it says do no harm.
        long version = project.Version;
        LabelRaster labels = project.Labels(image.Id, page);
        (int level, Region region) = Area(context, labels.SizeAt);
        byte[] values = new byte[region.Pixels];
        labels.Read(level, region, values);
        context.Response.Headers["X-Version"] = FormattableString.Invariant($"{version}");
        await Answers.Bytes(context, values, "application/octet-stream");
    }
}
