using System.Net;
using System.Text;
using System.Text.Json;
using FastSeg.Tests;
using NUnit.Framework;

namespace FastSeg.Studio.Tests.Server;

/// <summary>Project, operations and labels as the page and scripts use them.</summary>
[TestFixture]
internal sealed class ApiTests
{
    private RunningStudio _studio = null!;

    [SetUp]
    public void Start() => _studio = new RunningStudio(folder =>
    {
        RunningStudio.WriteScene(Path.Combine(folder, "a.png"));
        File.WriteAllText(Path.Combine(folder, "broken.png"), "no picture");
    });

    [TearDown]
    public void Stop() => _studio.Dispose();

    [Test]
    public void TheProjectIsDescribed()
    {
        JsonElement project = _studio.Json("api/project");
        Assert.That(project.GetProperty("folder").GetString(), Is.EqualTo(_studio.Project));
        JsonElement[] images = [.. project.GetProperty("images").EnumerateArray()];
        Assert.That(images, Has.Length.EqualTo(2));
        JsonElement image = images[0];
        Assert.That(image.GetProperty("name").GetString(), Is.EqualTo("a.png"));
        Assert.That((image.GetProperty("width").GetInt64(), image.GetProperty("type").GetString()), Is.EqualTo((300L, "uint8")));
        Assert.That(images[0].GetProperty("failure").ValueKind, Is.EqualTo(JsonValueKind.Null));
        Assert.That(images[0].GetProperty("pixelSize").ValueKind, Is.EqualTo(JsonValueKind.Null));
        Assert.That(images[1].GetProperty("failure").GetString(), Does.Contain("broken.png"));
        IEnumerable<int> classes = project.GetProperty("classes").EnumerateArray().Select(found => found.GetProperty("value").GetInt32());
        Assert.That(classes, Is.EqualTo((int[])[1, 2]));
        Assert.That(project.GetProperty("nextClass").GetInt32(), Is.EqualTo(3));
    }

    [Test]
    public void StrokesAreKeptCountedUndoneAndServed()
    {
        const string Stroke =
            """{"id":"s1","kind":"stroke","image":"i1","page":1,"class":2,"radius":32,"points":[168,168,328,168]}""";
        JsonElement done = _studio.Post("api/operations", Stroke);
        long[] region = [.. done.GetProperty("changes")[0].GetProperty("region").EnumerateArray().Select(n => n.GetInt64())];
        Assert.That((done.GetProperty("version").GetInt64() > 0, done.GetProperty("canUndo").GetBoolean()), Is.EqualTo((true, true)));
        byte[] labels = _studio.Get("api/images/i1/1/labels?x=5&y=5&width=40&height=20");
        int[] rows = [.. Enumerable.Range(0, 20).Where(y => labels.AsSpan(y * 40, 40).Contains((byte)2))];
        Assert.That((rows[0] + 5L, rows.Length), Is.EqualTo((region[1], region[3])), "the region that the answer says");
        Assert.That(Counted(), Is.EqualTo(labels.Count(value => value == 2)));
        Assert.That(
            _studio.Post("api/operations", $"[{Stroke}]").GetProperty("changes")[0].GetProperty("duplicate").GetBoolean(), Is.True);
        Assert.That(_studio.Post("api/undo", """{"id":"u1"}""").GetProperty("canRedo").GetBoolean(), Is.True);
        Assert.That(Counted(), Is.Zero);
        _studio.Post("api/redo", """{"id":"r1"}""");
        Assert.That(Counted(), Is.GreaterThan(0));
        Assert.That(
            _studio.Post("api/redo", """{"id":"r2"}""").GetProperty("changes")[0].GetProperty("nothing").GetBoolean(), Is.True);
    }

    [TestCase("api/operations", "", "operation")]
    [TestCase("api/operations", "[{}]", "operations")]
    [TestCase("api/operations", """{"id":"x","kind":"nothing"}""", "operation")]
    [TestCase("api/operations", """{"id":"x","kind":"stroke","image":"i9","class":1,"radius":16,"points":[0,0]}""", "i9")]
    [TestCase("api/undo", "{}", "request")]
    [TestCase("api/undo", "nothing", "request")]
    public void WhatIsWrongIsSaidInASentence(string path, string json, string named)
    {
        (HttpStatusCode status, string text) = _studio.Send(_studio.Request(HttpMethod.Post, path, json));
        Assert.That(status, Is.EqualTo(HttpStatusCode.UnprocessableEntity));
        string sentence = JsonDocument.Parse(text).RootElement.GetProperty("error").GetString()!;
        Assert.That(sentence, Does.Contain(named).And.EndWith(".").And.Not.Contain("\n"));
    }

    [Test]
    public void MalformedRequestsAreSaidInASentence()
    {
        foreach ((string method, string path, string json) in Malformed())
        {
            string named = $"{method} {path} {json[..Math.Min(json.Length, 200)]}";
            (HttpStatusCode status, string text) = _studio.Send(_studio.Request(new HttpMethod(method), path, json));
            Assert.That((int)status, Is.AnyOf(400, 404, 422), $"{named}: {text}");
            string sentence = JsonDocument.Parse(text).RootElement.GetProperty("error").GetString()!;
            Assert.That(sentence, Does.EndWith(".").And.Not.Contain("\n").And.Not.Contain("Exception"), named);
        }
        Assert.That(_studio.Json("api/project").GetProperty("canUndo").GetBoolean(), Is.False, "nothing was done");
    }

    private static IEnumerable<(string Method, string Path, string Json)> Malformed()
    {
        const string Stroke = """{"id":"s1","kind":"stroke","image":"i1","page":1,"class":1,"radius":32,"points":[168,168]}""";
        string[] bodies =
        [
            "[null]", $"[{Stroke},null]", "null", "5", "\"stroke\"", "[[]]", "[", new string('[', 100), "{\"kind\":null}",
            Stroke.Replace("\"id\":\"s1\",", ""), Stroke.Replace("\"s1\"", "null"), Stroke.Replace("\"s1\"", "7"),
            Stroke.Replace("\"s1\"", "\"\\ud800\""), Stroke.Replace("\"s1\"", "\"\""), Stroke.Replace("\"i1\"", "null"),
            Stroke.Replace("\"stroke\"", "null"), Stroke.Replace("\"stroke\"", "3"), Stroke.Replace("\"class\":1", "\"class\":256"),
            Stroke.Replace("\"class\":1", "\"class\":-1"), Stroke.Replace("\"class\":1", "\"class\":null"),
            Stroke.Replace("\"page\":1", "\"page\":0"), Stroke.Replace("\"page\":1", "\"page\":99999999999"),
            Stroke.Replace("32", "1e3"), Stroke.Replace("32", "1e400"), Stroke.Replace("32", "NaN"), Stroke.Replace("32", "\"32\""),
            Stroke.Replace("32", "-1"), Stroke.Replace("[168,168]", "null"), Stroke.Replace("[168,168]", "[null,1]"),
            Stroke.Replace("[168,168]", "[168]"), Stroke.Replace("[168,168]", "[NaN,1]"), Stroke.Replace("[168,168]", "[1.5,1]"),
            Stroke.Replace("[168,168]", "[9223372036854775807,1]"), Stroke.Replace("[168,168]", "[9223372036854775808,1]"),
            Stroke.Replace("[168,168]", $"[{string.Join(',', Enumerable.Repeat(168, 750_000))}]"),
            """{"id":"a","kind":"import","image":"i1","page":1,"file":"a.tif","classes":[null]}""",
            """{"id":"a","kind":"import","image":"i1","page":1,"file":"a.tif","classes":null}""",
            """{"id":"a","kind":"import","image":"i1","page":1,"file":"gone.tif"}""",
            """{"id":"a","kind":"import","image":"i1","page":1,"file":"a\u0000b"}""",
            """{"id":"a","kind":"class-add","class":null}""",
            """{"id":"a","kind":"class-add","class":{"value":3,"name":null,"colour":null}}""",
            """{"id":"a","kind":"class-change","value":1,"name":"\ud800"}""",
            """{"id":"a","kind":"class-order","values":null}""",
            """{"id":"a","kind":"class-order","values":[1,1]}""",
            """{"id":"a","kind":"fill","image":"i1","page":1,"class":1,"x":9223372036854775807,"y":0}""",
        ];
        (string Method, string Path, string Json)[] others =
        [
            ("POST", "api/undo", """{"id":null}"""), ("POST", "api/redo", "[null]"), ("POST", "api/jobs", """{"kind":null}"""),
            ("POST", "api/jobs", "[]"), ("PUT", "api/settings", """{"preset":null}"""), ("PUT", "api/settings", "null"),
            ("PUT", "api/settings", """{"smooth":7}"""), ("PUT", "api/view", """{"image":null}"""),
            ("PUT", "api/view", """{"image":"i1","page":1,"x":0,"y":0,"width":1e99,"height":1,"scale":1}"""),
        ];
        return bodies.Select(body => ("POST", "api/operations", body)).Concat(others);
    }

    [TestCase("api/images/i9/1/labels?x=0&y=0&width=1&height=1", 404)]
    [TestCase("api/images/i1/2/labels?x=0&y=0&width=1&height=1", 400)]
    [TestCase("api/images/i2/1/tile/0/0/0", 422)]
    [TestCase("api/images/i1/1/labels?x=0&y=0&width=301&height=1", 400)]
    [TestCase("api/images/i1/1/labels?x=-1&y=0&width=1&height=1", 400)]
    [TestCase("api/images/i1/1/labels?x=0&y=0&width=1", 400)]
    [TestCase("api/images/i1/1/tile/0/2/0", 404)]
    [TestCase("api/images/i1/1/tile/99/0/0", 400)]
    [TestCase("api/images/i1/1/tile/0/0/0?low=9&high=9", 400)]
    [TestCase("api/images/i1/1/tile/0/0/0?low=NaN&high=9", 400)]
    [TestCase("api/nothing", 404)]
    public void WhatIsNotThereIsSaidInASentence(string path, int wanted)
    {
        (HttpStatusCode status, string text) = _studio.Send(_studio.Request(HttpMethod.Get, path));
        Assert.That((int)status, Is.EqualTo(wanted), text);
        Assert.That(JsonDocument.Parse(text).RootElement.GetProperty("error").GetString(), Does.EndWith("."));
    }

    [TestCase("api/operations", 4 << 20)]
    [TestCase("api/undo", 64 << 10)]
    [TestCase("api/import/i1/1", (300 * 200 * 8) + (1 << 20))]
    public void TooLongABodyIsRefused(string path, int most)
    {
        HttpRequestMessage request = _studio.Request(HttpMethod.Post, path, new string(' ', most + 1));
        Assert.That(_studio.Send(request).Status, Is.EqualTo(HttpStatusCode.RequestEntityTooLarge), "a length that is told");
        HttpRequestMessage chunked = _studio.Request(HttpMethod.Post, path);
        chunked.Content = new StreamContent(new MemoryStream(Encoding.ASCII.GetBytes(new string(' ', most + 1))));
        chunked.Headers.TransferEncodingChunked = true;
        Assert.That(_studio.Send(chunked).Status, Is.EqualTo(HttpStatusCode.RequestEntityTooLarge), "one that is not");
    }

    [Test]
    public void TheSamplesOfAPixelAreTold()
    {
        using ImageReader image = ImageFile.Open(Path.Combine(_studio.Project, "..", "images", "a.png"));
        byte[] sample = new byte[1];
        image.Read(new Region(17, 5, 1, 1), sample);
        JsonElement values = _studio.Json("api/images/i1/1/value?x=17&y=5").GetProperty("values");
        Assert.That(values.EnumerateArray().Select(value => value.GetDouble()), Is.EqualTo((double[])[sample[0]]));
    }

    [Test]
    public void EveryAddressIsInTheDocument()
    {
        string document = File.ReadAllText(TestData.File("docs/studio.md"));
        string[] routes = [.. _studio.Routes.Where(route => route.Contains(" /api/", StringComparison.Ordinal))];
        Assert.That(routes, Has.Length.GreaterThan(10));
        Assert.That(routes.Where(route => !document.Contains($"`{route}", StringComparison.Ordinal)), Is.Empty);
    }

    [Test]
    public void ThePageIsAskedForAgainOnlyWhereItChanged()
    {
        using HttpRequestMessage first = _studio.Request(HttpMethod.Get, "");
        using HttpResponseMessage page = _studio.Client.Send(first);
        Assert.That(page.Content.Headers.ContentType!.MediaType, Is.EqualTo("text/html"));
        Assert.That(page.Headers.CacheControl!.NoCache, Is.True);
        using HttpRequestMessage second = _studio.Request(HttpMethod.Get, "");
        second.Headers.IfNoneMatch.Add(page.Headers.ETag!);
        using HttpResponseMessage same = _studio.Client.Send(second);
        Assert.That(same.StatusCode, Is.EqualTo(HttpStatusCode.NotModified));
    }

    private long Counted()
    {
        JsonElement labelled = _studio.Json("api/project").GetProperty("images")[0].GetProperty("labelled");
        return labelled.TryGetProperty("1", out JsonElement page) ? page.EnumerateObject().Sum(pair => pair.Value.GetInt64()) : 0;
    }
}
