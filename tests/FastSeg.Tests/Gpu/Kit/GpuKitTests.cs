using System.Text.Json;
using FastSeg.Checks;
using FastSeg.Perf;
using FastSeg.Tests.Cli;
using FastSeg.Tests.Shipping;
using NUnit.Framework;

namespace FastSeg.Tests.Gpu.Kit;

/// <summary>
/// The kit for machines with a GPU: made from the last build, packed, unpacked elsewhere, and run on the simulated device with an empty
/// environment.
/// </summary>
[TestFixture]
internal sealed class GpuKitTests
{
    private static readonly string[] Files =
    [
        "1-device.json", "2-selftest.json", "3-labels.json", "4-speed.json", "5-sanitizer.json", "6-peer.json", "7-counters.json", "gpu.md",
    ];

    private TemporaryFolder _made = null!, _elsewhere = null!;

    [OneTimeSetUp]
    public void MakeAndUnpack()
    {
        (_made, _elsewhere) = (new TemporaryFolder(), new TemporaryFolder());
        var shell = new Shell(TestData.Root, ("FASTSEG_XGBOOST", Shell.XgBoost));
        shell.Succeed(TestData.File("tools", "gpu-kit.sh"), "--as-built", _made.Path);
        shell.Succeed("/usr/bin/env", "tar", "-xzf", _made.File("gpu-kit.tar.gz"), "-C", _elsewhere.Path);
    }

    [OneTimeTearDown]
    public void Remove()
    {
        _made.Dispose();
        _elsewhere.Dispose();
    }

    [Test]
    public void ItTravelsWithTheRepositoryIn60MiB()
    {
        string listed = new Shell(TestData.Root).Succeed("/usr/bin/env", "git", "ls-files", "-z");
        long tree = listed.Split('\0', StringSplitOptions.RemoveEmptyEntries)
            .Select(path => new FileInfo(TestData.File(path))).Where(file => file.Exists).Sum(file => file.Length);
        Assert.That(tree + new FileInfo(_made.File("gpu-kit.tar.gz")).Length, Is.LessThan(60 << 20));
        Assert.That(File.ReadAllText(_made.File("gpu-kit.sha256")), Does.Contain("gpu-kit/run.sh").And.Contain("gpu-kit.tar.gz"));
    }

    [Test]
    public void TheDryRunGoesThroughEveryStepAndSaysWhatItCouldNotDo()
    {
        // More minutes than it needs, so that nothing is stopped on a busy machine.
        (int code, string results, string said) = Run("out", "30", "--simulated");
        Assert.That(code, Is.Zero, said);
        Assert.That(Directory.GetFiles(results).Select(Path.GetFileName).Order(StringComparer.Ordinal), Is.EqualTo(Files));
        JsonElement[] steps = [.. Files[..7].Select(file => Json(Path.Combine(results, file)))];
        Assert.That(steps.Select(State).Take(4), Has.All.EqualTo("done"), said);
        Assert.That(State(steps[4]), Is.EqualTo("not possible here"));
        Assert.That(State(steps[5]), Is.EqualTo("not possible here").Or.EqualTo("done"), "PyTorch may be here");
        Assert.That(State(steps[6]), Is.EqualTo("not possible here"));
        AssertSelfTest(Rows(steps[1], "Self-test"));
        AssertLabels(Rows(steps[2], "Labels"));
        Assert.That(Rows(steps[3], "Families").Select(row => row[2..4]), Has.All.EqualTo((string[])["", ""]), "no times of a simulation");
        Assert.That(steps.SelectMany(step => step.GetProperty("found").GetProperty("rates").EnumerateObject()), Is.Empty);
        AssertPage(File.ReadAllText(Path.Combine(results, "gpu.md")));
    }

    [TestCase("run.sh OUT [MINUTES] [--simulated]")]
    [TestCase("MINUTES is \"soon\"", "out", "soon")]
    [TestCase("MINUTES is \"NaN\"", "out", "NaN")]
    [TestCase("run.sh OUT [MINUTES] [--simulated]", "out", "8", "9")]
    [TestCase("run.sh OUT [MINUTES] [--simulated]", "--help")]
    [TestCase("/dev/null/out cannot take the results", "/dev/null/out")]
    public void AWrongCallIsASentence(string sentence, params string[] words)
    {
        Outcome outcome = new Shell(_elsewhere.Path).Run(_elsewhere.File("gpu-kit/run.sh"), words);
        Assert.That(outcome.Code, Is.EqualTo(1));
        Assert.That(outcome.ErrorLines, Has.Length.EqualTo(1), outcome.Error);
        Assert.That(outcome.Error, Does.Contain(sentence));
    }

    private static void AssertSelfTest(string[][] rows)
    {
        Assert.That(rows.Select(row => row[^1]), Has.All.EqualTo("ok"));
        foreach (string family in FamilyNames.All)
        {
            Assert.That(rows.Count(row => row[0] == $"features: {family}"), Is.EqualTo(1), family);
        }
        string[] parts = ["device: ", "features: ", "samples: ", "forest: ", "gather: ", "deep: ", "smoothing: ", "segment: ", "train: "];
        Assert.That(parts.Where(part => !rows.Any(row => row[0].StartsWith(part, StringComparison.Ordinal))), Is.Empty);
    }

    private static void AssertLabels(string[][] rows)
    {
        Assert.That(rows.Select(row => row[^1]), Has.All.EqualTo("ok"));
        Assert.That(rows.Select(row => row[0]).Distinct(), Is.EqualTo((string[])["scribble", "dense", "deep", "learned"]));
        foreach (string[] row in rows)
        {
            int labels = int.Parse(row[3]), allowed = int.Parse(row[5]);
            Assert.That(allowed, Is.EqualTo(row[0] == "learned" ? labels / 1000 : 0), "at most one in a thousand, behind learned ones");
            Assert.That(int.Parse(row[4]), Is.LessThanOrEqualTo(allowed));
        }
        Assert.That(rows.Where(row => row[0] == "dense").Select(row => row[2]).Distinct().Count(), Is.GreaterThan(1), "sizes of tiles");
    }

    /// <summary>The page has the table of docs/gpu.md with columns for what is measured, of which there is nothing here.</summary>
    private static void AssertPage(string page)
    {
        Assert.That(page, Does.Contain("No GPU took part: every rate below is a count."));
        string[] lines = page.Split('\n');
        foreach (string row in GpuPredictions.Table())
        {
            Assert.That(lines, Has.One.EqualTo($"{row}  | not measured |  |"));
        }
        Assert.That(page, Does.Contain("Not possible here: compute-sanitizer").And.Contain("Not possible here: ncu"));
        Assert.That(page, Does.Contain("Not possible here: rates and times: a simulation has no speed"));
        Assert.That(page, Does.Not.Contain("FAILED"));
    }

    /// <summary>Runs the kit with nothing in its environment, from a folder that is not its own.</summary>
    private (int Code, string Results, string Said) Run(string name, params string[] words)
    {
        using var folder = new TemporaryFolder();
        string results = _elsewhere.File(name);
        Outcome outcome = new Shell(folder.Path).Run("/usr/bin/env", ["-i", _elsewhere.File("gpu-kit/run.sh"), results, .. words]);
        return (outcome.Code, results, outcome.Output + outcome.Error);
    }

    private static JsonElement Json(string path) => JsonDocument.Parse(File.ReadAllBytes(path)).RootElement;

    private static string State(JsonElement step) => step.GetProperty("state").GetString()!;

    private static string[][] Rows(JsonElement step, string table) =>
    [
        .. step.GetProperty("found").GetProperty("tables").EnumerateArray()
            .Single(found => found.GetProperty("name").GetString() == table).GetProperty("rows").EnumerateArray()
            .Select(row => row.EnumerateArray().Select(cell => cell.GetString()!).ToArray()),
    ];
}
