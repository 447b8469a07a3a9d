using FastSeg.Files.Runs;
using FastSeg.Tests.Images;
using FastSeg.Tests.Images.Zarr;
using NUnit.Framework;

namespace FastSeg.Tests.Cli.Resuming;

/// <summary>Stacks are gone on with in the middle of any slice, and shared in blocks that end in the middle of one.</summary>
internal sealed class StackResumeTests : CliFixture
{
    private const int Width = 300, Height = 200, Slices = 3;

    private string _slices = "";

    [OneTimeSetUp]
    public void WriteSlices()
    {
        _slices = NewFolder();
        for (int i = 0; i < Slices; i++)
        {
            byte[] samples = Scratch.Samples(Width, Height, 1, SampleType.UInt8, seed: i + 1);
            Write(Path.Combine(_slices, $"{i}.tif"), SampleType.UInt8, Width, Height, samples);
        }
    }

    [TestCase("labels.ome.zarr", 3_500)]
    [TestCase("labels.tif", 60_000)]
    public void AStackGoesOnToTheSameBytes(string name, long most)
    {
        string[] resume = name.EndsWith(".tif", StringComparison.Ordinal) ? ["--resume"] : [];
        string[] command = ["segment", Model, _slices, "--probabilities", "uint8", "--chunk", "64", .. resume];
        var run = new LeftRun(NewFolder(), name, most, command);
        string copy = run.Copy(), whole = Areas(CommandLine.Run([.. command, "-o", Path.Combine(NewFolder(), name)]).Output);
        Outcome outcome = CommandLine.Run([.. run.Command(copy), "--resume"]);
        Assert.That(outcome.Code, Is.Zero, outcome.Error);
        Assert.That(outcome.Output, Does.Contain("parts that an earlier start had finished were taken over"));
        run.AssertWhole(copy);
        Assert.That(Areas(outcome.Output), Is.EqualTo(whole).And.Not.Empty);
        string slice = Path.Combine(_slices, "2.tif");
        byte[] bytes = File.ReadAllBytes(slice);
        try
        {
            File.WriteAllBytes(slice, [.. bytes, 0]);
            Assert.That(
                Fail([.. run.Command(run.Copy()), "--resume"]),
                Does.Contain("is of another run: its image is 3 of 300 x 200 x 1 uint8"));
        }
        finally
        {
            File.WriteAllBytes(slice, bytes);
        }
    }

    /// <summary>A run that was killed when its results had their names and its folder was not gone yet.</summary>
    [Test]
    public void AStackThatOnlyHasToBeReportedIsCountedAgain()
    {
        string folder = NewFolder(), output = Path.Combine(folder, "o.ome.zarr"), hidden = Path.Combine(folder, ".o.ome.zarr.fastseg-run");
        string[] command = ["segment", Model, _slices, "-o", output, "--probabilities", "uint8", "--chunk", "64"];
        using (new FileSizeLimit(3_500))
        {
            Assert.That(CommandLine.Run(command).Code, Is.EqualTo(1));
        }
        RunIdentity run = JournalContent.Read(Path.Combine(hidden, "journal"))!.Run;
        Directory.Delete(hidden, recursive: true);
        string whole = Areas(CommandLine.Run(command).Output);
        Directory.CreateDirectory(hidden);
        using (var journal = new RunJournal(Path.Combine(hidden, "journal"), run))
        {
            journal.Add(new RunUnit("finished", 0, 0));
        }
        Outcome outcome = CommandLine.Run([.. command, "--resume"]);
        Assert.That(outcome.Code, Is.Zero, outcome.Error);
        Assert.That(Areas(outcome.Output), Is.EqualTo(whole).And.Not.Empty);
        Assert.That(Directory.Exists(hidden), Is.False);
    }

    [Test]
    public void BlocksOfAStackMakeTheBytesOfOneRun()
    {
        string whole = NewFolder(), parts = NewFolder();
        string[] Command(string folder) => ["segment", Model, _slices, "-o", Path.Combine(folder, "o.ome.zarr"), "--chunk", "64"];
        Outcome one = CommandLine.Run(Command(whole));
        foreach (int block in (int[])[2, 4, 1, 3])
        {
            Outcome outcome = CommandLine.Run([.. Command(parts), "--block", $"{block}/4"]);
            Assert.That(outcome.Code, Is.Zero, outcome.Error);
        }
        string finished = Succeed("finish", Path.Combine(parts, "o.ome.zarr"));
        Assert.That(ZarrWriterTests.Hashes(parts), Is.EqualTo(ZarrWriterTests.Hashes(whole)));
        Assert.That(Areas(finished), Is.EqualTo(Areas(one.Output)).And.Not.Empty);
    }

    private static string Areas(string output) =>
        string.Join('\n', output.Split('\n').Where(line => line.EndsWith(" px", StringComparison.Ordinal)));
}
