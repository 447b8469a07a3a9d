using System.Net;
using NUnit.Framework;

namespace FastSeg.Studio.Tests.Server;

/// <summary>Server-sent events over a real connection.</summary>
[TestFixture]
internal sealed class EventHubTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Test]
    public async Task APageIsToldTheStateAndThenEveryChange()
    {
        using RunningStudio studio = RunningStudio.OnScene();
        using HttpRequestMessage request = studio.Request(HttpMethod.Get, "api/events");
        using HttpResponseMessage response = await studio.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(response.Content.Headers.ContentType!.MediaType, Is.EqualTo("text/event-stream"));
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        Assert.That(await Next(reader), Is.EqualTo(("project", "{}")));
        studio.Post("api/operations", """
            {"id":"s1","kind":"stroke","image":"i1","page":1,"class":1,"radius":32,"points":[160,160,320,160]}
            """);
        (string name, string data) = await Next(reader);
        Assert.That(name, Is.EqualTo("change"));
        Assert.That(data, Does.Contain("\"image\":\"i1\"").And.Contain("\"id\":\"s1\"").And.Contain("\"region\":["));
    }

    /// <summary>The next event but for the kinds that other parts of the studio send in between.</summary>
    private static async Task<(string Name, string Data)> Next(StreamReader reader)
    {
        while (true)
        {
            string name = "", data = "";
            for (string? line = await Line(reader); line is { Length: > 0 }; line = await Line(reader))
            {
                name = line.StartsWith("event: ", StringComparison.Ordinal) ? line["event: ".Length..] : name;
                data = line.StartsWith("data: ", StringComparison.Ordinal) ? line["data: ".Length..] : data;
            }
            if (name is "project" or "change")
            {
                return (name, data);
            }
        }
    }

    private static async Task<string?> Line(StreamReader reader) => await reader.ReadLineAsync().WaitAsync(Patience);
}
