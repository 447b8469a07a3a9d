using System.Diagnostics;
using FastSeg.Studio.Projects;
using FastSeg.Tests;
using NUnit.Framework;

namespace FastSeg.Studio.Tests.Server;

/// <summary>The studio as a process of its own.</summary>
[TestFixture]
internal sealed class ProgramTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private static string Program => typeof(StudioApp).Assembly.Location;

    [TestCase("TERM", 143)]
    [TestCase("INT", 130)]
    public void ItPrintsLinkAndProjectServesAndEndsBySignal(string signal, int code)
    {
        using var folder = new TemporaryFolder();
        RunningStudio.WriteScene(folder.File("a.png"));
        using Process process = Start("--no-browser", folder.File("a.png"));
        string link = process.StandardOutput.ReadLine()!;
        Assert.That(link, Does.Match(@"^studio: http://127\.0\.0\.1:\d+/\?token=\S{32,}$"), Rest(process, link));
        Assert.That(process.StandardOutput.ReadLine(), Is.EqualTo(folder.File("fastseg-project")));
        using var client = new HttpClient();
        using HttpResponseMessage page = client.GetAsync(new Uri(link["studio: ".Length..])).Result;
        Assert.That(page.IsSuccessStatusCode, Is.True);
        // An open event stream must not keep it alive.
        using HttpResponseMessage events = client.GetAsync(
            new Uri(new Uri(link["studio: ".Length..]), "/api/events"), HttpCompletionOption.ResponseHeadersRead).Result;
        Run("kill", $"-{signal}", $"{process.Id}");
        Assert.That(process.WaitForExit(Patience), Is.True);
        Assert.That((process.ExitCode, process.StandardError.ReadToEnd()), Is.EqualTo((code, "")));
        using Process again = Start("--no-browser", folder.File("a.png"));
        Assert.That(again.StandardOutput.ReadLine(), Is.EqualTo(link), "port and secret are those of last time");
        again.Kill();
        again.WaitForExit();
    }

    [Test]
    public void WhatCannotBeCancelledIsNotWaitedForAndNothingDrawnIsLost()
    {
        using var folder = new TemporaryFolder();
        RunningStudio.WriteScene(folder.File("a.png"));
        using Process process = Start("--no-browser", folder.File("a.png"));
        var link = new Uri(process.StandardOutput.ReadLine()!["studio: ".Length..]);
        using var client = new HttpClient();
        client.DefaultRequestHeaders.Add("Origin", link.GetLeftPart(UriPartial.Authority));
        Assert.That(client.GetAsync(link).Result.IsSuccessStatusCode, Is.True);
        Post("/api/operations", ExportApiTests.Strokes);
        // Whoever opens a pipe for writing waits for somebody to read from it, and nobody will.
        string results = Directory.CreateDirectory(folder.File("fastseg-project/segmentations")).FullName;
        Run("mkfifo", Path.Combine(results, $"fractions.csv.partial-{process.Id}"));
        Post("/api/jobs", """{"kind":"segment-all"}""");
        Assert.That(SpinWait.SpinUntil(() => File.Exists(Path.Combine(results, "a.tif")), Patience), Is.True);
        Run("kill", "-TERM", $"{process.Id}");
        bool ended = process.WaitForExit(Patience);
        process.Kill();
        process.WaitForExit();
        Assert.That((ended, process.ExitCode, process.StandardError.ReadToEnd()), Is.EqualTo((true, 143, "")));
        using Project project = Project.Open(folder.File("fastseg-project"));
        Assert.That((project.Labelled.Count, project.Mended), Is.EqualTo((1, (string?)null)));

        void Post(string path, string json)
        {
            using var body = new StringContent(json);
            using HttpResponseMessage answer = client.PostAsync(new Uri(link, path), body).Result;
            Assert.That(answer.IsSuccessStatusCode, Is.True, path);
        }
    }

    [TestCase(2, "--nope")]
    [TestCase(2, "--port", "0")]
    [TestCase(2, "--memory", "much")]
    [TestCase(1, "/nowhere/a.png")]
    [TestCase(1, "--host", "nobody.invalid", "IMAGE")]
    [TestCase(1, "--host", "0.0.0.0", "IMAGE")]
    public void WrongArgumentsAreSaidInASentence(int code, params string[] arguments)
    {
        using var folder = new TemporaryFolder();
        RunningStudio.WriteScene(folder.File("a.png"));
        using Process process = Start(["--no-browser", .. arguments.Select(a => a == "IMAGE" ? folder.File("a.png") : a)]);
        string output = process.StandardOutput.ReadToEnd(), error = process.StandardError.ReadToEnd();
        Assert.That(process.WaitForExit(Patience), Is.True);
        Assert.That((process.ExitCode, output), Is.EqualTo((code, "")), error);
        Assert.That(error.Split('\n', StringSplitOptions.RemoveEmptyEntries), Has.Length.EqualTo(code), error);
        Assert.That(error, Does.StartWith("fastseg: ").And.Not.Contain("   at "));
    }

    [Test]
    public void APortThatIsTakenIsNamed()
    {
        using var folder = new TemporaryFolder();
        RunningStudio.WriteScene(folder.File("a.png"));
        using RunningStudio other = RunningStudio.OnScene();
        using Process process = Start("--no-browser", "--port", $"{other.Base.Port}", folder.File("a.png"));
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.EqualTo(1));
        Assert.That(error, Does.Contain($"{other.Base.Port}").And.Contain("--port"));
    }

    [TestCase(64)]
    [TestCase(255)]
    public void FewDescriptorsAreASentenceAboutTheLimit(int files)
    {
        using var folder = new TemporaryFolder();
        RunningStudio.WriteScene(folder.File("a.png"));
        using Process few = Limited(files, folder.File("a.png"));
        (string output, string error) = (few.StandardOutput.ReadToEnd(), few.StandardError.ReadToEnd());
        few.WaitForExit();
        Assert.That((few.ExitCode, output), Is.EqualTo((1, "")));
        Assert.That(
            error, Is.EqualTo($"fastseg: this process may open {files} files at once, and needs 256; raise the limit (ulimit -n 1024).\n"));
        using Process enough = Limited(256, folder.File("a.png"));
        string? link = enough.StandardOutput.ReadLine();
        Assert.That(link, Does.StartWith("studio: "), Rest(enough, link));
        using var client = new HttpClient();
        using HttpResponseMessage page = client.GetAsync(new Uri(link!["studio: ".Length..])).Result;
        Assert.That(page.IsSuccessStatusCode, Is.True);
        Run("kill", "-TERM", $"{enough.Id}");
        Assert.That(enough.WaitForExit(Patience), Is.True);
        Assert.That((enough.ExitCode, enough.StandardError.ReadToEnd()), Is.EqualTo((143, "")));
    }

    [Test]
    public void HelpTeaches()
    {
        using Process process = Start("--help");
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero);
        Assert.That(output, Does.Contain("--project").And.Contain("\nExamples:\n").And.Contain("ssh -L").And.Not.Contain("\\n"));
    }

    private static void Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(program, arguments);
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, program);
    }

    private static string Rest(Process process, string? line) => line is null ? process.StandardError.ReadToEnd() : line;

    private static Process Limited(int files, string image)
    {
        string[] script = ["-c", $"ulimit -n {files}; exec dotnet \"$0\" --no-browser \"$1\"", Program, image];
        return Process.Start(new ProcessStartInfo("/bin/bash", script) { RedirectStandardOutput = true, RedirectStandardError = true })!;
    }

    private static Process Start(params string[] arguments)
    {
        // A shell that runs the tests in the background may have SIGINT ignored, which children inherit.
        string[] all = ["--default-signal", "dotnet", Program, .. arguments];
        return Process.Start(new ProcessStartInfo("/usr/bin/env", all) { RedirectStandardOutput = true, RedirectStandardError = true })!;
    }
}
