using FastSeg.Tests.Cli;
using NUnit.Framework;

namespace FastSeg.Tests.Shipping;

/// <summary>What tools/publish.sh replaces, what it leaves alone, and whose licences it collects.</summary>
[TestFixture]
internal sealed class PublishTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void AFileOfSomebodyElseIsNotRemoved()
    {
        File.WriteAllText(_folder.File("fastseg"), "a launcher");
        Outcome outcome = new Shell(_folder.Path).Run(TestData.File("tools", "publish.sh"), ".");
        Assert.That((outcome.Code, outcome.Output), Is.EqualTo((1, "")));
        Assert.That(outcome.ErrorLines, Has.Length.EqualTo(1));
        Assert.That(outcome.Error, Does.Contain($"{_folder.File("fastseg")} is there already").And.Contain("name another folder"));
        Assert.That(Left(), Is.EqualTo((string[])["fastseg"]));
        Assert.That(File.ReadAllText(_folder.File("fastseg")), Is.EqualTo("a launcher"));
    }

    [TestCase("--nothing", "there is no option --nothing")]
    [TestCase("a", "b", "one folder is all that it takes")]
    public void AWrongCallIsASentence(params string[] words)
    {
        Outcome outcome = new Shell(_folder.Path).Run(TestData.File("tools", "publish.sh"), words[..^1]);
        Assert.That(outcome.Code, Is.EqualTo(1));
        Assert.That(outcome.Error, Does.Contain(words[^1]));
        Assert.That(Left(), Is.Empty);
    }

    [Test]
    public void ALaterRunReplacesWhatAnEarlierOneWroteAndLeavesTheRest()
    {
        Assert.That(Write("app/a", "app/b/c", "app.tar").Code, Is.Zero);
        Assert.That(Left(), Is.EqualTo((string[])["app.sha256", "app.tar", "app/a", "app/b/c"]));
        string before = File.ReadAllText(_folder.File("app/a"));
        File.WriteAllText(_folder.File("app/mine"), "mine");
        Assert.That(Write("app/a", "app/d/e").Code, Is.Zero);
        Assert.That(Left(), Is.EqualTo((string[])["app.sha256", "app/a", "app/d/e", "app/mine"]));
        Assert.That(Directory.Exists(_folder.File("app/b")), Is.False, "a folder that became empty goes too");
        Assert.That(File.ReadAllText(_folder.File("app/a")), Is.Not.EqualTo(before));
        Assert.That(File.ReadLines(_folder.File("app.sha256")).Count(), Is.EqualTo(2));
    }

    [Test]
    public void AChangedFileIsNotReplaced()
    {
        Write("app/a", "app/b");
        File.AppendAllText(_folder.File("app/b"), "changed");
        AssertRefused(Write("app/a"), "app/b was changed since this script wrote it");
    }

    [Test]
    public void AFileInTheWayIsNotReplaced()
    {
        Write("app/a");
        File.WriteAllText(_folder.File("app/b"), "mine");
        AssertRefused(Write("app/a", "app/b"), "app/b would be replaced, but this script did not write it");
        AssertRefused(Write("app/a", "app/b/c"), "app/b has to be a folder, and is not");
        File.Delete(_folder.File("app/b"));
        using var elsewhere = new TemporaryFolder();
        File.CreateSymbolicLink(_folder.File("app/b"), elsewhere.Path);
        AssertRefused(Write("app/a", "app/b/c"), "app/b has to be a folder, and is not");
        Assert.That(Directory.GetFileSystemEntries(elsewhere.Path), Is.Empty);
    }

    [TestCase("../outside")]
    [TestCase("/outside")]
    public void AListThatNamesFilesElsewhereIsRefused(string path)
    {
        Write("app/a");
        File.AppendAllText(_folder.File("app.sha256"), $"{new string('0', 64)}  {path}\n");
        AssertRefused(Write("app/a"), "app.sha256 is not as this script wrote it");
    }

    [Test]
    public void EveryPackageThatTheProgramShipsHasItsLicence()
    {
        string deps = Path.Combine(AppContext.BaseDirectory, "FastSeg.Cli.deps.json"), licences = _folder.File("licences");
        Bash($"source '{Tool("licences.sh")}'; write_licences '{deps}' '{licences}'", expected: 0);
        string[] folders = [.. Directory.GetDirectories(licences).Select(path => Path.GetFileName(path)!)];
        Assert.That(folders, Has.Member("ILGPU").And.Member("Google.Protobuf").And.Member("NetVips.Native.linux-x64"));
        string table = File.ReadAllText(Path.Combine(licences, "README.md"));
        foreach (string folder in folders)
        {
            Assert.That(table, Does.Contain($"| {folder} | "));
            string[] texts = Directory.GetFiles(Path.Combine(licences, folder), "LICENSE*");
            Assert.That(texts, Is.Not.Empty, folder);
            Assert.That(texts.Select(text => new FileInfo(text).Length), Has.All.GreaterThan(500), folder);
        }
    }

    [Test]
    public void APackageWithoutALicenceIsRefused()
    {
        Outcome outcome = Bash($"source '{Tool("licences.sh")}'; licence_text Some.Package Unknown-1.0 'Copyright Somebody'", expected: 1);
        Assert.That(outcome.Error, Does.Contain("Some.Package has no text of its licence (Unknown-1.0)"));
    }

    private static string Tool(string name) => TestData.File("tools", "publish", name);

    /// <summary>Does what a publishing run does, with files of random content in place of a program.</summary>
    private Outcome Write(params string[] paths) => Bash(
        $"source '{Tool("written.sh")}'; begin '{_folder.Path}' app app app.tar; "
        + $"for path in {string.Join(' ', paths)}; do mkdir -p \"$(dirname \"$stage/$path\")\"; echo $SRANDOM >\"$stage/$path\"; done; "
        + "finish");

    private Outcome Bash(string command, int? expected = null)
    {
        string prelude = $"set -euo pipefail; root='{TestData.Root}'; die() {{ echo \"$*\" >&2; exit 1; }}; ";
        Outcome outcome = new Shell(_folder.Path).Run("/bin/bash", "-c", prelude + command);
        Assert.That(outcome.Code, Is.EqualTo(expected ?? outcome.Code), outcome.Error);
        return outcome;
    }

    /// <summary>Asserts that a run ended with a sentence and left everything as it was.</summary>
    private void AssertRefused(Outcome outcome, string sentence)
    {
        Assert.That(outcome.Code, Is.EqualTo(1));
        Assert.That(outcome.ErrorLines, Has.Length.EqualTo(1), outcome.Error);
        Assert.That(outcome.Error, Does.Contain(sentence));
        Assert.That(Left(), Has.None.Contains(".publishing").And.Member("app/a"));
    }

    private string[] Left() =>
    [
        .. Directory.GetFiles(_folder.Path, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(_folder.Path, path))
            .Order(StringComparer.Ordinal),
    ];
}
