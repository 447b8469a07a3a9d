using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FastSeg.Studio.Server;

/// <summary>
/// The page's own files and the viewer's. The browser asks each time whether they have changed, so a page is never half old, half new.
/// </summary>
/// <param name="web">The folder web, with the viewer in its node_modules.</param>
internal sealed class PageFiles(string web)
{
    /// <summary>Where the page's files are in the repository.</summary>
    private const string Sources = "src/FastSeg.Studio/web";

    private readonly ServedFolder _page = new(web);
    private readonly ServedFolder _viewer = new(Path.Combine(web, "node_modules", "openseadragon", "build", "openseadragon"));
    private readonly ConcurrentDictionary<(string Path, DateTime Changed, long Length), string> _tags = new();

    /// <summary>Where the page's files are: beside the program, or in the sources above it.</summary>
    /// <exception cref="FastSegException">They are in neither place.</exception>
    public static string FindWeb(string program)
    {
        for (DirectoryInfo? folder = new(program); folder is not null; folder = folder.Parent)
        {
            foreach (string web in (string[])[Path.Combine(folder.FullName, "web"), Path.Combine(folder.FullName, Sources)])
            {
                if (File.Exists(Path.Combine(web, "index.html")))
                {
                    return web;
                }
            }
        }
        throw new FastSegException($"The studio's page is missing: there is no web/index.html in or above {program}.");
    }

    /// <summary>Adds the addresses of the files.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/", context => Send(context, _page, "index.html"));
        routes.MapGet("/web/{**path}", context => Send(context, _page, Ask.Route(context, "path")));
        routes.MapGet("/lib/{**path}", context => Send(context, _viewer, Ask.Route(context, "path")));
    }

    private async Task Send(HttpContext context, ServedFolder folder, string path)
    {
        if (folder.Find(path) is not { } found)
        {
            throw new RequestException(StatusCodes.Status404NotFound, $"There is no {context.Request.Path} here.");
        }
        byte[]? bytes = null;
        string tag = _tags.GetOrAdd((found.File.FullName, found.File.LastWriteTimeUtc, found.File.Length), key =>
        {
            bytes = File.ReadAllBytes(key.Path);
            return Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 12));
        });
        await Answers.Tagged(
            context, tag, found.Type, async () => bytes ?? await File.ReadAllBytesAsync(found.File.FullName, context.RequestAborted));
    }
}
