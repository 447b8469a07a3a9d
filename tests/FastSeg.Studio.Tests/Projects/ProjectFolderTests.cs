using System.Diagnostics;
using FastSeg.Studio.Projects;
using FastSeg.Tests;
using NUnit.Framework;

namespace FastSeg.Studio.Tests.Projects;

/// <summary>The folder of a project: who may open it, where it lies, what its files say.</summary>
[TestFixture]
internal sealed class ProjectFolderTests
{
    [Test]
    public void ASecondStudioSaysWhoHoldsTheProject()
    {
        using var test = new TestProject(images: 1);
        Assert.That(
            () => Project.Open(test.Folder),
            Throws.TypeOf<FastSegException>().With.Message.Match(
                @"is open in another studio \" +
                    $@"(process {Environment.ProcessId} on {Environment.MachineName}, since \d{{4}}-.* UTC\); close"));
        test.Reopen();
    }

    [Test]
    public void TheLockOfAProcessThatWasKilledIsFree()
    {
        using var test = new TestProject(images: 1);
        test.Project.Dispose();
        using (Process holder = Process.Start("flock", [Path.Combine(test.Folder, "lock"), "sleep", "600"]))
        {
            Assert.That(() => OpensSoon(test.Folder, wanted: false), Is.True, "flock has it");
            // The lock's descriptor is inherited by sleep: both go.
            holder.Kill(entireProcessTree: true);
            holder.WaitForExit();
        }
        Assert.That(OpensSoon(test.Folder, wanted: true), Is.True);
        test.Reopen();
    }

    [Test]
    public void SecretAndPortAreKeptForTheOwnerAlone()
    {
        using var test = new TestProject(images: 1);
        string file = Path.Combine(test.Folder, "server.json"), secret = test.Project.Secret;
        test.Project.LastPort = 4711;
        Assert.That(File.GetUnixFileMode(file), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        test.Reopen();
        Assert.That((test.Project.Secret, test.Project.LastPort), Is.EqualTo((secret, (int?)4711)));
        Assert.That(File.GetUnixFileMode(file), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        File.WriteAllText(file, "{\"sec");
        test.Reopen();
        Assert.That(test.Project.Secret, Is.Not.EqualTo(secret).And.Length.GreaterThanOrEqualTo(32));
    }

    [TestCase("""{"format":2,"what":"ever"}""", "is of format 2, and this program reads up to 1")]
    [TestCase("""{"id":"x"}""", "is damaged")]
    [TestCase("", "is damaged")]
    [TestCase(null, "is missing, though the project has a journal")]
    public void AProjectFileThatCannotBeReadIsRefused(string? content, string words)
    {
        using var test = new TestProject(images: 1);
        test.Project.Dispose();
        string file = Path.Combine(test.Folder, "project.json");
        File.Delete(file);
        if (content is not null)
        {
            File.WriteAllText(file, content);
        }
        Assert.That(() => Project.Open(test.Folder), Throws.TypeOf<FastSegException>().With.Message.Contains(words));
    }

    [Test]
    public void ANewProjectsFolderIsOnTheDiskUnderItsName()
    {
        using var folder = new TemporaryFolder();
        var flushed = new List<string>();
        string made = ProjectFolder.Make(folder.File("a/b/project/"), flushed.Add);
        Assert.That(made, Is.EqualTo(folder.File("a/b/project")));
        Assert.That(flushed, Is.EqualTo(new[] { folder.File("a/b"), folder.File("a"), folder.Path }));
        Project.Open(made).Dispose();
        flushed.Clear();
        ProjectFolder.Make(made, flushed.Add);
        Assert.That(flushed, Is.Empty, "a project that is there has its name already");
        Assert.That(() => ProjectFolder.Make(folder.File("c"), _ => throw new IOException("Permission denied")), Throws.Nothing);
    }

    [Test]
    public void AFolderThatCannotBeWrittenIsRefused()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("file"), "");
        Assert.That(
            () => Project.Open(folder.File("file/project")),
            Throws.TypeOf<FastSegException>().With.Message.Contains("cannot be written").And.Message.Contains("--project"));
    }

    [Test]
    public void WithoutAFolderItLiesBesideTheFirstImageOrWhereTheDesktopKeepsData()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("a.png"), "");
        string? old = Environment.GetEnvironmentVariable("XDG_DATA_HOME");
        try
        {
            Environment.SetEnvironmentVariable("XDG_DATA_HOME", folder.File("data"));
            string beside = Path.Combine(folder.Path, "fastseg-project");
            Assert.That(ProjectFolder.Default([folder.File("a.png"), "/proc/cpuinfo"]), Is.EqualTo(beside));
            Assert.That(ProjectFolder.Default([folder.Path]), Is.EqualTo(beside));
            Assert.That(ProjectFolder.Default(["/proc/cpuinfo"]), Does.StartWith(folder.File("data/fastseg/proc-")));
            Assert.That(ProjectFolder.Default([]), Is.EqualTo(folder.File("data/fastseg/first-run")));
        }
        finally
        {
            Environment.SetEnvironmentVariable("XDG_DATA_HOME", old);
        }
    }

    private static bool OpensSoon(string folder, bool wanted)
    {
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < TimeSpan.FromSeconds(20); Thread.Sleep(20))
        {
            try
            {
                Project.Open(folder).Dispose();
                if (wanted)
                {
                    return true;
                }
            }
            catch (FastSegException)
            {
                if (!wanted)
                {
                    return true;
                }
            }
        }
        return false;
    }
}
