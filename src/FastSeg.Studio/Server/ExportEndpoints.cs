using System.Text;
using FastSeg.Studio.Exports;
using FastSeg.Studio.Projects;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;

namespace FastSeg.Studio.Server;

/// <summary>What goes out of a project and comes into it: labels, model, area fractions, jobs.</summary>
/// <param name="project">The project.</param>
/// <param name="jobs">The jobs.</param>
/// <param name="output">The start's folder for results; null for one below the project.</param>
/// <param name="compute">Threads and memory.</param>
internal sealed class ExportEndpoints(Project project, JobQueue jobs, string? output, ComputeOptions compute)
{
    /// <summary>Most bytes of a label image that is brought in, and of other requests.</summary>
    private const long MostImport = 512L << 20, MostOther = 64 << 10;

    /// <summary>Bytes that a pixel of a label image may need in its file, at most, and those of what is around the pixels.</summary>
    private const long PixelBytes = 8, AroundBytes = 1 << 20;

    private string Folder => Path.Combine(project.CacheFolder, "exports");

    public void Map(IEndpointRouteBuilder routes)
    {
        CleanUp();
        routes.MapGet("/api/export/labels", context => Made(context, "labels.zip", "application/zip", (path, cancellation) =>
            LabelArchive.Write(path, project.Snapshot(), project.Folder, cancellation)));
        routes.MapGet("/api/export/model", context => Made(context, ProjectModel.FileName, "application/octet-stream", WriteModel));
        routes.MapGet("/api/export/fractions.csv", Fractions);
        routes.MapPost("/api/import/{image}/{page}", Import);
        routes.MapPost("/api/jobs", Begin);
        routes.MapDelete("/api/jobs/{id}", Cancel);
    }

    private void WriteModel(string path, CancellationToken cancellation)
    {
        ProjectSnapshot snapshot = project.Snapshot();
        using Backbone? backbone = snapshot.Settings.OpenBackbone();
        ProjectModel.Train(snapshot, project.Folder, backbone, compute with { Cancellation = cancellation }).Model.Save(path);
    }

    /// <summary>Makes a file off the request's thread, sends it and deletes it.</summary>
    private async Task Made(HttpContext context, string name, string type, Action<string, CancellationToken> make)
    {
        string path = Temporary(name);
        try
        {
            await Task.Run(() => make(path, context.RequestAborted), context.RequestAborted);
            context.Response.ContentType = type;
            context.Response.Headers.ContentDisposition = new ContentDispositionHeaderValue("attachment") { FileName = name }.ToString();
            await context.Response.SendFileAsync(path, context.RequestAborted);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private async Task Fractions(HttpContext context)
    {
        string path = Path.Combine(SegmentAll.FolderOf(project, output), SegmentAll.Fractions);
        if (!new WrittenFiles(project.Folder).Has(path))
        {
            throw new RequestException(
                StatusCodes.Status409Conflict, "Area fractions are counted on whole images; run \"Segment all images\" first.");
        }
        byte[] table = await File.ReadAllBytesAsync(path, context.RequestAborted);
        long? version = FractionTable.VersionOf(Encoding.UTF8.GetString(table));
        bool outdated = version != project.Version;
        context.Response.Headers["X-Version"] = FormattableString.Invariant($"{version}");
        context.Response.Headers["X-Outdated"] = outdated ? "true" : "false";
        context.Response.Headers.CacheControl = "no-store";
        // Whoever saves it from a browser sees no headers, but its name.
        context.Response.Headers.ContentDisposition = new ContentDispositionHeaderValue("attachment")
        {
            FileName = outdated ? SegmentAll.OutdatedFractions : SegmentAll.Fractions,
        }.ToString();
        await Answers.Bytes(context, table, "text/csv; charset=utf-8");
    }

    private async Task Import(HttpContext context)
    {
        string image = Ask.Route(context, "image");
        int page = Ask.Route(context, "page", 1, int.MaxValue);
        string name = context.Request.Query["name"].FirstOrDefault() is { Length: > 0 } given ? Path.GetFileName(given) : "the file";
        (long width, long height) = project.Labels(image, page).SizeAt(0);
        string path = Temporary("import");
        try
        {
            using (FileStream file = File.Create(path))
            {
                await Answers.CopyBody(context, file, Math.Min(MostImport, (PixelBytes * width * height) + AroundBytes));
            }
            (Change change, IReadOnlyList<string> doubts) = await Task.Run(
                () => LabelImport.Into(project, image, page, path, name, context.RequestAborted), context.RequestAborted);
            await Answers.Write(context, new
            {
                project.Version,
                Changes = (object[])[ProjectEndpoints.Describe(change)],
                project.CanUndo,
                project.CanRedo,
                Doubts = doubts,
            });
        }
        finally
        {
            File.Delete(path);
        }
    }

    private async Task Begin(HttpContext context)
    {
        JobRequest request = ProjectJson.Read<JobRequest>(await Answers.ReadBytes(context, MostOther), "job");
        Func<JobRun, string> work = request.Kind switch
        {
            "segment-all" => All(request.Format, probabilities: false).Run,
            "probabilities" => All(request.Format, probabilities: true).Run,
            "features" => new FeaturePictures(project, request.Image ?? "", request.Page ?? 1, output, compute).Run,
            _ => throw new RequestException(
                StatusCodes.Status400BadRequest,
                $"There is no job {request.Kind}; there are segment-all, probabilities and features."),
        };
        await Answers.Write(context, new { Id = jobs.Add(request.Kind, work) });
    }

    private SegmentAll All(string? format, bool probabilities)
    {
        string chosen = format ?? SegmentAll.Formats[0];
        return SegmentAll.Formats.Contains(chosen)
            ? new SegmentAll(project, output, compute, probabilities) { Format = chosen }
            : throw new RequestException(
                StatusCodes.Status400BadRequest,
                $"There is no format {chosen} for labels; there are {string.Join(" and ", SegmentAll.Formats)}.");
    }

    private Task Cancel(HttpContext context)
    {
        context.Response.StatusCode = jobs.Cancel(Ask.Route(context, "id"))
            ? StatusCodes.Status204NoContent
            : throw new RequestException(StatusCodes.Status404NotFound, "There is no such job, or it has ended.");
        return Task.CompletedTask;
    }

    private string Temporary(string name) =>
        Path.Combine(Directory.CreateDirectory(Folder).FullName, $"{Guid.NewGuid():N}-{name}");

    /// <summary>Deletes what a studio that was killed has left.</summary>
    private void CleanUp()
    {
        try
        {
            if (Directory.Exists(Folder))
            {
                Directory.Delete(Folder, recursive: true);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It stays until it can be deleted.
        }
    }

    /// <summary>What is to be done.</summary>
    private sealed record JobRequest(string Kind)
    {
        public string? Image { get; init; }

        public int? Page { get; init; }

        public string? Format { get; init; }
    }
}
