using FastSeg.Tests.Cli;
using NUnit.Framework;

namespace FastSeg.Tests.Shipping;

/// <summary>The launcher of a built tree: for whom it runs, and when it builds. A script stands for .NET and notes its calls.</summary>
[TestFixture]
internal sealed class LauncherTests
{
    private const string Nobody = "65534";

    private TemporaryFolder _folder = null!;

    private string Calls => _folder.File("calls");

    private string Launcher => _folder.File("tree/fastseg");

    [SetUp]
    public void BuildATree()
    {
        _folder = new TemporaryFolder();
        foreach (string folder in (string[])["tree/src/FastSeg.Cli", "tree/kernels", "bin"])
        {
            Directory.CreateDirectory(_folder.File(folder));
        }
        File.Copy(TestData.File("fastseg"), Launcher);
        File.WriteAllText(_folder.File("tree/src/a.cs"), "one");
        File.WriteAllText(_folder.File("tree/All.props"), "");
        string dotnet = _folder.File("bin/dotnet");
        File.WriteAllText(dotnet, $"""
            #!/bin/sh
            echo "$1" >>'{Calls}'
            case $1 in --list-sdks) echo 10.0.1 ;; build) mkdir -p "$2/bin/Release" ;; esac

            """);
        File.WriteAllText(Calls, "");
        Assert.That(Shell().Run("chmod", "-R", "a+rwX", _folder.Path).Code, Is.Zero);
        Assert.That(Shell().Run("chmod", "a+x", dotnet).Code, Is.Zero);
        Assert.That(Run(Launcher), Is.EqualTo("--list-sdks build run"));
    }

    [TearDown]
    public void RemoveFolder()
    {
        Shell().Run("chmod", "-R", "u+w", _folder.Path);
        _folder.Dispose();
    }

    [Test]
    public void ItBuildsAgainWhereASourceChangedAndNotWhereTimesDid()
    {
        Assert.That(Run(Launcher), Is.EqualTo("run"));
        // As tar, rsync and some file systems keep them: whole seconds.
        Assert.That(Shell().Run("find", _folder.File("tree"), "-exec", "touch", "-d", "2020-01-01 00:00:00", "{}", "+").Code, Is.Zero);
        Assert.That(Run(Launcher), Is.EqualTo("run"));
        File.WriteAllText(_folder.File("tree/src/a.cs"), "two");
        Assert.That(Run(Launcher), Is.EqualTo("--list-sdks build run"));
    }

    [Test]
    public void AnotherUserWithoutAHomeRunsATreeThatMayOnlyBeRead()
    {
        string[] other = ["--reuid", Nobody, "--regid", Nobody, "--clear-groups", Launcher];
        if (Environment.UserName != "root" || !File.Exists("/usr/bin/setpriv"))
        {
            Assert.Ignore("needs the right to become another user, and util-linux's setpriv");
        }
        Assert.That(Shell().Run("chmod", "-R", "a-w", _folder.File("tree")).Code, Is.Zero);
        Assert.That(Run("/usr/bin/setpriv", other), Is.EqualTo("run"));
        File.WriteAllText(_folder.File("tree/src/a.cs"), "two");
        Outcome outcome = Shell(("HOME", null)).Run("/usr/bin/setpriv", [.. other, "info"]);
        Assert.That((outcome.Code, outcome.ErrorLines.Length), Is.EqualTo((1, 1)));
        Assert.That(outcome.Error, Does.Contain("may not be written by this user; build it as its owner first."));
    }

    private Shell Shell(params (string Name, string? Value)[] more) =>
        new(_folder.Path, [("TMPDIR", _folder.Path), ("PATH", $"{_folder.File("bin")}:/usr/bin:/bin"), .. more]);

    /// <summary>Runs the launcher without a HOME; what it asked of .NET, the program itself as "run".</summary>
    private string Run(string program, params string[] arguments)
    {
        File.WriteAllText(Calls, "");
        Outcome outcome = Shell(("HOME", null)).Run(program, [.. arguments, "info"]);
        Assert.That(outcome.Code, Is.Zero, outcome.Error);
        return string.Join(' ', File.ReadAllLines(Calls).Select(call => call.EndsWith(".dll", StringComparison.Ordinal) ? "run" : call));
    }
}
