using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using NUnit.Framework;

namespace FastSeg.Studio.Tests.Server;

/// <summary>Who is let in, and from where.</summary>
[TestFixture]
internal sealed class GuardTests
{
    private RunningStudio _studio = null!;

    [OneTimeSetUp]
    public void Start() => _studio = RunningStudio.OnScene();

    [OneTimeTearDown]
    public void Stop() => _studio.Dispose();

    [Test]
    public void TheLinkGivesAStrictCookieAndLeadsToThePage()
    {
        using HttpResponseMessage response = _studio.Client.GetAsync(new Uri(_studio.Base, _studio.Link.PathAndQuery)).Result;
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.SeeOther));
        Assert.That(response.Headers.Location!.OriginalString, Is.EqualTo("/"));
        Assert.That(response.Headers.GetValues("Referrer-Policy"), Is.EqualTo((string[])["no-referrer"]));
        string id = _studio.Json("api/project").GetProperty("id").GetString()!;
        Assert.That(_studio.SetCookie, Does.StartWith($"fastseg-{id}=").And.Contain("; samesite=strict").And.Contain("; httponly"));
    }

    [TestCase("")]
    [TestCase("x")]
    public void AWrongTokenIsNotLetIn(string added)
    {
        string token = added.Length == 0 ? "" : _studio.Token + added;
        using HttpResponseMessage response = _studio.Client.GetAsync(new Uri(_studio.Base, $"/?token={token}")).Result;
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(response.Headers.Contains("Set-Cookie"), Is.False);
        Assert.That(response.Content.ReadAsStringAsync().Result, Does.Contain("Open the link that the terminal printed"));
    }

    [TestCase("/")]
    [TestCase("/?again")]
    [TestCase("/api/project")]
    [TestCase("/api/events")]
    [TestCase("/api/images/i1/1/tile/0/0/0")]
    [TestCase("/web/index.html")]
    [TestCase("/nowhere")]
    public void WithoutTheCookieNothingIsServed(string path)
    {
        using HttpResponseMessage response = _studio.Client.GetAsync(new Uri(_studio.Base, path)).Result;
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(response.Content.ReadAsStringAsync().Result, Does.Contain("Open the link that the terminal printed"));
        Assert.That(response.Headers.GetValues("X-Content-Type-Options"), Is.EqualTo((string[])["nosniff"]));
    }

    [Test]
    public void AWrongCookieIsNoCookie()
    {
        HttpRequestMessage request = _studio.Request(HttpMethod.Get, "api/project");
        request.Headers.Remove("Cookie");
        request.Headers.Add("Cookie", $"{_studio.Cookie[..^1]}~");
        Assert.That(_studio.Send(request).Status, Is.EqualTo(HttpStatusCode.Unauthorized));
    }

    [Test]
    public void AnotherSitesLinkIsAskedToComeOnceMore()
    {
        // A browser that another site led here sends no strict cookie at first; the page that it gets brings it back from here.
        using HttpResponseMessage first = _studio.Client.GetAsync(_studio.Base).Result;
        Assert.That(first.Content.ReadAsStringAsync().Result, Does.Contain("url=/?again"));
        using HttpResponseMessage second = _studio.Client.GetAsync(new Uri(_studio.Base, "/?again")).Result;
        Assert.That(second.Content.ReadAsStringAsync().Result, Does.Not.Contain("refresh"), "once");
        using HttpRequestMessage request = _studio.Request(HttpMethod.Get, "/?again");
        using HttpResponseMessage third = _studio.Client.Send(request);
        Assert.That((third.StatusCode, third.Headers.Location?.OriginalString), Is.EqualTo((HttpStatusCode.Redirect, "/")));
    }

    [TestCase("127.0.0.1:1", true)]
    [TestCase("localhost", true)]
    [TestCase("LOCALHOST:8100", true)]
    [TestCase("[::1]:8100", true)]
    [TestCase("evil.example", false)]
    [TestCase("127.0.0.1.evil.example", false)]
    [TestCase("localhost.evil.example:80", false)]
    [TestCase("10.0.0.1", false)]
    public void OnlyThisMachinesNamesAreAnswered(string host, bool answered)
    {
        HttpRequestMessage request = _studio.Request(HttpMethod.Get, "api/project");
        request.Headers.Host = host;
        (HttpStatusCode status, string text) = _studio.Send(request);
        Assert.That(status, Is.EqualTo(answered ? HttpStatusCode.OK : HttpStatusCode.Forbidden));
        Assert.That(answered || Sentence(text).Contains(host.Split(':')[0], StringComparison.Ordinal), text);
    }

    [Test]
    public void TheLinkIsNotAnsweredUnderAnotherName()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_studio.Base, _studio.Link.PathAndQuery));
        request.Headers.Host = "evil.example";
        using HttpResponseMessage response = _studio.Client.Send(request);
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That(response.Headers.Contains("Set-Cookie"), Is.False);
    }

    [Test]
    public void WithHostItsNameIsAnsweredToo()
    {
        using RunningStudio studio = RunningStudio.OnScene("127.0.0.2");
        HttpRequestMessage request = studio.Request(HttpMethod.Get, "api/project");
        request.Headers.Host = $"127.0.0.2:{studio.Base.Port}";
        Assert.That(studio.Send(request).Status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(studio.Link.Host, Is.EqualTo("127.0.0.2"));
    }

    [TestCase("POST", "api/operations")]
    [TestCase("POST", "api/undo")]
    [TestCase("PUT", "api/settings")]
    [TestCase("DELETE", "api/jobs/j1")]
    public void WhatChangesSomethingNeedsTheOwnOrigin(string method, string path)
    {
        foreach (string? origin in (string?[])
            [null, "null", "http://evil.example", $"http://localhost:{_studio.Base.Port}", $"https://127.0.0.1:{_studio.Base.Port}"])
        {
            HttpRequestMessage request = _studio.Request(new HttpMethod(method), path, """{"id":"x"}""");
            request.Headers.Remove("Origin");
            if (origin is not null)
            {
                request.Headers.Add("Origin", origin);
            }
            (HttpStatusCode status, string text) = _studio.Send(request);
            Assert.That(status, Is.EqualTo(HttpStatusCode.Forbidden), $"{origin}");
            Assert.That(Sentence(text), Does.Contain("Origin"));
        }
    }

    [Test]
    public void OtherMethodsAreRefused()
    {
        foreach (string method in (string[])["OPTIONS", "TRACE", "PATCH"])
        {
            Assert.That(_studio.Send(_studio.Request(new HttpMethod(method), "api/project")).Status,
                Is.EqualTo(HttpStatusCode.MethodNotAllowed), method);
        }
        (HttpStatusCode status, string text) = _studio.Send(_studio.Request(HttpMethod.Put, "api/project"));
        Assert.That(status, Is.EqualTo(HttpStatusCode.MethodNotAllowed).Or.EqualTo(HttpStatusCode.NotFound));
        Assert.That(Sentence(text), Is.Not.Empty);
    }

    [Test]
    public void NoOtherSiteMayReadAnswersAndNoInlineScriptRuns()
    {
        using HttpRequestMessage request = _studio.Request(HttpMethod.Get, "api/project");
        using HttpResponseMessage response = _studio.Client.Send(request);
        Assert.That(response.Headers.Select(header => header.Key), Has.None.StartsWith("Access-Control"));
        string policy = response.Headers.GetValues("Content-Security-Policy").Single();
        Assert.That(policy, Does.Contain("default-src 'none'").And.Contain("script-src 'self';").And.Not.Contain("unsafe"));
        Assert.That(response.Headers.Contains("Server"), Is.False);
    }

    [TestCase("/web/../FastSeg.Studio.csproj")]
    [TestCase("/web/..%2fProgram.cs")]
    [TestCase("/web/%2e%2e/%2e%2e/%2e%2e/README.md")]
    [TestCase("/web//etc/passwd")]
    [TestCase("/web/package.json")]
    [TestCase("/web/node_modules/openseadragon/build/openseadragon/openseadragon.js")]
    [TestCase("/lib/../../package.json")]
    [TestCase("/lib/..%5c..%5cpackage.json")]
    public void NothingOutsideThePageIsServed(string path)
    {
        // HttpClient would tidy the path, so the request is written by hand.
        using var socket = new TcpClient("127.0.0.1", _studio.Base.Port);
        using NetworkStream stream = socket.GetStream();
        stream.Write(Encoding.ASCII.GetBytes(
            $"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {_studio.Cookie}\r\nConnection: close\r\n\r\n"));
        string answer = new StreamReader(stream).ReadToEnd();
        Assert.That(answer, Does.StartWith("HTTP/1.1 404 "));
    }

    private static string Sentence(string text) => JsonDocument.Parse(text).RootElement.GetProperty("error").GetString()!;
}
