using System.Text.RegularExpressions;
using FastSeg.Files.Runs;
using FastSeg.Tests.Images;
using NUnit.Framework;

namespace FastSeg.Tests.Cli.Resuming;

/// <summary>
/// Runs that ended in the middle are gone on with, to the same bytes, whatever happened to what they left; nothing else goes on with them.
/// </summary>
[TestFixture("labels.tif")]
[TestFixture("labels.ome.zarr")]
[TestFixture("sharded.ome.zarr")]
internal sealed partial class ResumeTests(string name) : CliFixture
{
    private const int Width = 700, Height = 520;

    private LeftRun _run = null!;
    private string _image = "";

    private bool IsTiff => name.EndsWith(".tif", StringComparison.Ordinal);

    [OneTimeSetUp]
    public void EndARunInTheMiddle()
    {
        _image = At("image.tif");
        Write(_image, SampleType.UInt8, Width, Height, Scratch.Samples(Width, Height, 1, SampleType.UInt8));
        string[] how = IsTiff ? ["--resume"]
            : name.StartsWith("sharded", StringComparison.Ordinal) ? ["--ome-zarr", "0.5", "--chunk", "16"] : ["--chunk", "64"];
        string[] command = ["segment", Model, _image, "--probabilities", "uint8", .. how];
        // A spool, or the journal of 99 chunks of four pages, does not fit.
        _run = new LeftRun(NewFolder(), name, IsTiff ? 300_000 : 6_000, command);
    }

    [Test]
    public void TheFailureSaysThatItCanBeGoneOnWith() => Assert.That(
        _run.Failure.Error,
        Does.Contain("the file grows past what the disk or the shell's limit (ulimit -f) allows; ").And.EndsWith(
            $"what is finished stays in {_run.Hidden("left")}, and --resume goes on with it.\n"));

    [TestCase("1")]
    [TestCase("3")]
    public void ARunGoesOnToTheSameBytes(string threads)
    {
        string copy = _run.Copy();
        int left = Journal(copy).Count(unit => unit.Contains("data", StringComparison.Ordinal));
        Assert.That(left, Is.GreaterThan(1));
        string output = Done([.. _run.Command(copy), "--resume", "--memory", "1GiB", "--threads", threads]);
        Assert.That(int.Parse(TakenOver().Match(output).Groups[1].Value), Is.EqualTo(left));
        _run.AssertWhole(copy);
        Assert.That(Areas(output), Is.EqualTo(Areas(Done("segment", Model, _image, "-o", At("areas.png")))));
    }

    [Test]
    public void WhatIsWholeIsPassedOver()
    {
        string copy = _run.Copy();
        Done([.. _run.Command(copy), "--resume"]);
        string again = CommandLine.Run([.. _run.Command(copy), "--resume"]).Output;
        Assert.That(again.Contains("is finished already", StringComparison.Ordinal), Is.EqualTo(!IsTiff), again);
        _run.AssertWhole(copy);
        if (!IsTiff)
        {
            Assert.That(
                Fail([.. _run.Command(copy), "--resume", "--keep-values"]),
                Does.Contain("is there already, and is of another run: its label values is 1..C, not those that were drawn; "));
            Assert.That(Fail(_run.Command(copy)), Does.Contain("is there already; "));
        }
    }

    [Test]
    public void WhatIsLeftIsNamedAndNeverMixedIn()
    {
        string copy = _run.Copy();
        string[] files = Directory.GetFiles(_run.Hidden(copy), "*", SearchOption.AllDirectories);
        string[] command = [.. _run.Command(copy).Where(part => part != "--resume")];
        string error = Fail(command);
        Assert.That(error, Does.Contain($"{_run.Output(copy)}: a run that did not finish left {_run.Hidden(copy)}; "));
        Assert.That(error, Does.Contain("--resume goes on with it, and `fastseg clean` removes it."));
        Assert.That(Directory.GetFiles(_run.Hidden(copy), "*", SearchOption.AllDirectories), Is.EquivalentTo(files));
        Assert.That(Done("clean", _run.Output(copy)), Is.EqualTo($"removed {_run.Hidden(copy)}\n"));
        Assert.That(Done("clean", _run.Output(copy)), Does.Contain("no run left anything"));
        Done(command);
        _run.AssertWhole(copy);
    }

    [Test]
    public void ATornRecordIsComputedAgain()
    {
        foreach (int cut in (int[])[1, 17])
        {
            string copy = _run.Copy(), journal = Path.Combine(_run.Hidden(copy), "journal");
            using (FileStream file = File.OpenWrite(journal))
            {
                file.SetLength(file.Length - cut);
            }
            Done([.. _run.Command(copy), "--resume"]);
            _run.AssertWhole(copy);
        }
    }

    /// <summary>Units whose bytes are not those that the journal tells of, as after a power cut.</summary>
    [TestCase("altered")]
    [TestCase("cut")]
    [TestCase("gone")]
    public void UnitsThatAreNotAsTheJournalSaysAreComputedAgain(string how)
    {
        string copy = _run.Copy(), unit = Journal(copy)[1];
        int hash = unit.IndexOf('#', StringComparison.Ordinal);
        string file = Path.Combine(_run.Hidden(copy), hash < 0 ? unit : unit[..hash]);
        long offset = hash < 0 ? 0 : long.Parse(unit[(unit.IndexOf('@', StringComparison.Ordinal) + 1)..]);
        if (how == "gone")
        {
            File.Delete(file);
        }
        else
        {
            byte[] bytes = File.ReadAllBytes(file);
            bytes[offset + 8] ^= 1;
            File.WriteAllBytes(file, how == "cut" ? bytes[..(int)(offset + 8)] : bytes);
        }
        int left = Journal(copy).Count(other => other.Contains("data", StringComparison.Ordinal));
        string output = Done([.. _run.Command(copy), "--resume"]);
        Assert.That(int.TryParse(TakenOver().Match(output).Groups[1].Value, out int taken) ? taken : 0, Is.LessThan(left));
        _run.AssertWhole(copy);
    }

    [Test]
    public void AnotherModelImageOrOptionIsRefusedByName()
    {
        string copy = _run.Copy(), other = At("other.fastseg"), picture = At("other.tif");
        Assert.That(CommandLine.Run(
            "train", "--image", TrainImage, "--labels", TrainLabels, "--rounds", "5", "--smooth", "none", "--no-score", "-o", other).Code,
            Is.Zero);
        byte[] samples = Scratch.Samples(Width, Height, 1, SampleType.UInt8);
        samples[^1] ^= 1;
        Write(picture, SampleType.UInt8, Width, Height, samples);
        string[] command = _run.Command(copy);
        void Refused(string what, params string[] arguments)
        {
            string error = Fail([.. arguments, "--resume"]);
            Assert.That(error, Does.Contain($"{_run.Output(copy)}: {_run.Hidden(copy)} is of another run: its {what}"));
            Assert.That(error, Does.Contain("--resume goes on with it as it began, and `fastseg clean` removes it."));
        }
        Refused("model is ", [.. command.Select(part => part == Model ? other : part)]);
        Refused("image is ", [.. command.Select(part => part == _image ? picture : part)]);
        Refused("label values is 1..C, not those that were drawn", [.. command, "--keep-values"]);
        Refused("smoothing is none, not guided:4,0.1", [.. command, "--smooth", "guided:4,0.1"]);
        Refused("region is the whole image, not 0,0,64,64", [.. command, "--region", "0,0,64,64"]);
        Refused("mask is none, not ", [.. command, "--mask", _image]);
        Refused("probabilities is uint8, not float32", [.. command.Select(part => part == "uint8" ? "float" : part)]);
        // The same image in another place is the same image.
        string moved = At("moved.tif");
        File.Copy(_image, moved, overwrite: true);
        Done([.. command.Select(part => part == _image ? moved : part), "--resume"]);
        _run.AssertWhole(copy);
    }

    [Test]
    public void ALivingRunKeepsItsFolder()
    {
        string copy = _run.Copy();
        string other = Path.Combine(Path.GetDirectoryName(_run.Output(copy))!, ".z.tif.fastseg-run");
        Directory.CreateDirectory(other);
        using (File.OpenHandle(Path.Combine(_run.Hidden(copy), "lock"), FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            Assert.That(Fail([.. _run.Command(copy), "--resume"]), Does.Contain("is being written by another run"));
            Assert.That(Fail("clean", _run.Output(copy)), Does.Contain("is being written by another run"));
            Assert.That(Fail("clean", Path.GetDirectoryName(_run.Output(copy))!), Does.Contain("is being written by another run"));
            Assert.That(Directory.Exists(other), Is.False, "the next one is removed all the same");
        }
        Assert.That(Done("clean", Path.GetDirectoryName(_run.Output(copy))!), Does.StartWith("removed "));
        Assert.That(Directory.Exists(_run.Hidden(copy)), Is.False);
    }

    [Test]
    public void ARunThatIsInterruptedTwiceGoesOn()
    {
        string copy = _run.Copy();
        using (new FileSizeLimit(IsTiff ? 330_000 : 9_000))
        {
            Assert.That(CommandLine.Run([.. _run.Command(copy), "--resume"]).Code, Is.EqualTo(1));
        }
        Done([.. _run.Command(copy), "--resume"]);
        _run.AssertWhole(copy);
    }

    private List<string> Journal(string copy) =>
        [.. JournalContent.Read(Path.Combine(_run.Hidden(copy), "journal"))!.Units.Values.Select(unit => unit.Name)];

    private static string[] Areas(string output) => [.. Area().Matches(output).Select(match => match.Value)];

    [GeneratedRegex("([0-9]+) parts that an earlier start had finished were taken over")]
    private static partial Regex TakenOver();

    [GeneratedRegex("[0-9.]+ %.* px")]
    private static partial Regex Area();
}
