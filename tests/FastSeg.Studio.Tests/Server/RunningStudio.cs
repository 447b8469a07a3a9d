using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using FastSeg.Tests;
using NUnit.Framework;

namespace FastSeg.Studio.Tests.Server;

/// <summary>A studio in this process, on a port of its own, with a client that has its cookie.</summary>
internal sealed class RunningStudio : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly StudioParts _parts;

    /// <summary>Starts it on images that <paramref name="write"/> puts into a folder.</summary>
    public RunningStudio(Action<string> write, string? host = null)
    {
        string images = Directory.CreateDirectory(_folder.File("images")).FullName;
        write(images);
        _parts = new StudioParts(new StudioOptions([images], _folder.File("project"), null, null, host, 0, 2, null, Browser: false));
        _parts.Start().GetAwaiter().GetResult();
        Link = new Uri(_parts.Link);
        Base = new Uri($"http://127.0.0.1:{Link.Port}/");
        Token = Link.Query["?token=".Length..];
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false };
        Client = new HttpClient(handler) { BaseAddress = Base };
        using HttpResponseMessage let = Client.GetAsync(new Uri(Base, Link.PathAndQuery)).Result;
        Cookie = let.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
        SetCookie = let.Headers.GetValues("Set-Cookie").Single();
    }

    /// <summary>One small grey image with the samples of a scene.</summary>
    public static RunningStudio OnScene(string? host = null) => new(folder => WriteScene(Path.Combine(folder, "scene.png")), host);

    public Uri Link { get; }

    public Uri Base { get; }

    public string Token { get; }

    public string Cookie { get; }

    public string SetCookie { get; }

    public IEnumerable<string> Routes => _parts.Routes;

    public string Project => _folder.File("project");

    public HttpClient Client { get; }

    public static void WriteScene(string path, int width = 300, int height = 200)
    {
        var scene = new SyntheticScene(width, height);
        using ImageWriter writer = ImageFile.Create(path, new ImageLayout(width, height, SampleType.UInt8));
        writer.Write(new Region(0, 0, width, height), scene.Pixels);
        writer.Commit();
    }

    /// <summary>A request as the page makes it: with the cookie, and the page's origin.</summary>
    public HttpRequestMessage Request(HttpMethod method, string path, string? json = null)
    {
        var request = new HttpRequestMessage(method, new Uri(Base, path));
        request.Headers.Add("Cookie", Cookie);
        request.Headers.Add("Origin", Base.GetLeftPart(UriPartial.Authority));
        if (json is not null)
        {
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        }
        return request;
    }

    /// <summary>Sends a request and returns status and body.</summary>
    public (HttpStatusCode Status, string Text) Send(HttpRequestMessage request)
    {
        using (request)
        using (HttpResponseMessage response = Client.Send(request))
        {
            return (response.StatusCode, response.Content.ReadAsStringAsync().Result);
        }
    }

    /// <summary>A GET that must succeed.</summary>
    public byte[] Get(string path)
    {
        using HttpRequestMessage request = Request(HttpMethod.Get, path);
        using HttpResponseMessage response = Client.Send(request);
        byte[] bytes = response.Content.ReadAsByteArrayAsync().Result;
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK), Encoding.UTF8.GetString(bytes));
        return bytes;
    }

    public JsonElement Json(string path) => JsonDocument.Parse(Get(path)).RootElement;

    public JsonElement Post(string path, string json)
    {
        (HttpStatusCode status, string text) = Send(Request(HttpMethod.Post, path, json));
        Assert.That(status, Is.EqualTo(HttpStatusCode.OK), text);
        return JsonDocument.Parse(text).RootElement;
    }

    public void Dispose()
    {
        Client.Dispose();
        _parts.Dispose();
        _folder.Dispose();
    }
}
