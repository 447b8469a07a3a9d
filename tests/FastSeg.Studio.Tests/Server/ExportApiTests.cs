using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json;
using NUnit.Framework;

namespace FastSeg.Studio.Tests.Server;

/// <summary>Exports, imports and jobs as the page and scripts ask for them.</summary>
[TestFixture]
internal sealed class ExportApiTests
{
    internal const string Strokes =
        """
        [{"id":"s1","kind":"stroke","image":"i1","page":1,"class":1,"radius":64,"points":[168,168,1328,168]},
         {"id":"s2","kind":"stroke","image":"i1","page":1,"class":2,"radius":64,"points":[168,968,1328,968]}]
        """;

    [Test]
    public void LabelsAndModelComeAsFilesAndTheProjectShowsItsCommandLine()
    {
        using var studio = RunningStudio.OnScene();
        Assert.That(Status(studio, HttpMethod.Get, "api/export/labels"), Is.EqualTo(HttpStatusCode.UnprocessableEntity));
        studio.Post("api/operations", Strokes);
        using var archive = new ZipArchive(new MemoryStream(studio.Get("api/export/labels")));
        Assert.That(archive.Entries.Select(entry => entry.FullName), Is.EquivalentTo(
            new[] { "labels/scene.png", "classes.csv", "images.csv", "train.sh" }));
        using HttpResponseMessage answer = studio.Client.Send(studio.Request(HttpMethod.Get, "api/export/model"));
        Assert.That(answer.Content.Headers.ContentDisposition!.FileName, Is.EqualTo("model.fastseg"));
        Model model = Model.Load(answer.Content.ReadAsByteArrayAsync().Result);
        Assert.That(model.Classes.Select(one => one.Value), Is.EqualTo(new[] { 1, 2 }));
        string line = studio.Json("api/project").GetProperty("commandLine").GetString()!;
        Assert.That(line, Does.StartWith("fastseg train --image ").And.EndsWith("--smooth none --no-score -o model.fastseg"));
        Assert.That(Directory.GetFiles(Path.Combine(studio.Project, "cache", "exports")), Is.Empty);
    }

    [Test]
    public void SegmentAllIsAJobAfterWhichThereAreFractions()
    {
        using var studio = RunningStudio.OnScene();
        studio.Post("api/operations", Strokes);
        Assert.That(Status(studio, HttpMethod.Get, "api/export/fractions.csv"), Is.EqualTo(HttpStatusCode.Conflict));
        JsonElement job = studio.Post("api/jobs", """{"kind":"segment-all"}""");
        Assert.That(job.GetProperty("id").GetString(), Is.EqualTo("j1"));
        string table = Path.Combine(studio.Project, "segmentations", "fractions.csv");
        Assert.That(SpinWait.SpinUntil(() => File.Exists(table), TimeSpan.FromMinutes(2)), Is.True);
        string version = studio.Json("api/project").GetProperty("version").GetRawText();
        Assert.That(Fractions(studio), Is.EqualTo((version, "false", "fractions.csv")));
        string fractions = Encoding.UTF8.GetString(studio.Get("api/export/fractions.csv"));
        Assert.That(fractions, Does.StartWith("image,page,value,class,pixels,fraction,version\r\n").And.EndWith($",{version}\r\n"));
        studio.Post("api/undo", """{"id":"u1"}""");
        Assert.That(Fractions(studio), Is.EqualTo((version, "true", "fractions-outdated.csv")));
        Assert.That(Status(studio, HttpMethod.Delete, "api/jobs/j9"), Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(Status(studio, HttpMethod.Post, "api/jobs", """{"kind":"dance"}"""), Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(
            Status(studio, HttpMethod.Post, "api/jobs", """{"kind":"segment-all","format":"gif"}"""),
            Is.EqualTo(HttpStatusCode.BadRequest));
    }

    [Test]
    public void LabelsAreBroughtIn()
    {
        using var studio = RunningStudio.OnScene();
        string file = Path.Combine(studio.Project, "drawn.png");
        byte[] labels = new byte[300 * 200];
        Array.Fill(labels, (byte)2, 100, 50);
        using (ImageWriter writer = ImageFile.Create(file, new ImageLayout(300, 200, SampleType.UInt8)))
        {
            writer.Write(new Region(0, 0, 300, 200), labels);
            writer.Commit();
        }
        using HttpRequestMessage request = studio.Request(HttpMethod.Post, "api/import/i1/1?name=drawn.png");
        request.Content = new ByteArrayContent(File.ReadAllBytes(file));
        using HttpResponseMessage answer = studio.Client.Send(request);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(studio.Get("api/images/i1/1/labels?x=0&y=0&width=300&height=200"), Is.EqualTo(labels));
        Assert.That(Directory.GetFiles(Path.Combine(studio.Project, "cache", "exports")), Is.Empty);
    }

    /// <summary>Version of the fractions, whether they are outdated, and what a browser calls them.</summary>
    private static (string Version, string Outdated, string Name) Fractions(RunningStudio studio)
    {
        using HttpRequestMessage request = studio.Request(HttpMethod.Get, "api/export/fractions.csv");
        using HttpResponseMessage answer = studio.Client.Send(request);
        string Header(string name) => answer.Headers.GetValues(name).Single();
        return (Header("X-Version"), Header("X-Outdated"), answer.Content.Headers.ContentDisposition!.FileName!);
    }

    private static HttpStatusCode Status(RunningStudio studio, HttpMethod method, string path, string? json = null) =>
        studio.Send(studio.Request(method, path, json)).Status;
}
