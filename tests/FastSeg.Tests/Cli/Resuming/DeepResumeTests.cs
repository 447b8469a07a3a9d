using System.Text.Json;
using FastSeg.Files.Runs;
using FastSeg.Tests.Deep.Backbones;
using FastSeg.Tests.Images;
using NUnit.Framework;

namespace FastSeg.Tests.Cli.Resuming;

/// <summary>A run of a model with deep features is gone on with on the same execution path alone.</summary>
[NonParallelizable]
internal sealed class DeepResumeTests : CliFixture
{
    private const int Width = 500, Height = 400;

    private TinyBackbone _tiny = null!;
    private LeftRun _run = null!;

    [OneTimeSetUp]
    public void EndADeepRunInTheMiddle()
    {
        _tiny = new TinyBackbone();
        (_tiny.Json["windowTokens"], _tiny.Json["overlapTokens"]) = (8, 2);
        _tiny.SaveJson();
        string model = At("deep.fastseg"), image = At("image.tif");
        Write(image, SampleType.UInt8, Width, Height, Scratch.Samples(Width, Height, 1, SampleType.UInt8));
        Assert.That(CommandLine.Run(
            "train", "--image", TrainImage, "--labels", TrainLabels, "--rounds", "4", "--families", "gaussian", "--no-score",
            "--smooth", "none", "--deep", _tiny.Folder, "--channels", "5", "-o", model).Code, Is.Zero);
        _run = new LeftRun(
            NewFolder(), "labels.ome.zarr", 4_000,
            "segment", model, image, "--deep", _tiny.Folder, "--chunk", "32", "--probabilities", "uint8");
    }

    [OneTimeTearDown]
    public void Forget() => _tiny.Dispose();

    [Test]
    public void ItGoesOnToTheSameBytes()
    {
        string copy = _run.Copy();
        Outcome outcome = CommandLine.Run([.. _run.Command(copy), "--resume", "--threads", "1"]);
        Assert.That(outcome.Code, Is.Zero, outcome.Error);
        Assert.That(outcome.Output, Does.Contain("parts that an earlier start had finished were taken over"));
        _run.AssertWhole(copy);
    }

    /// <summary>A block's transformer looks at the rows that the block needs, and no others.</summary>
    [Test]
    public void BlocksMakeTheSameBytesAndLeaveRowsOut()
    {
        string folder = Path.GetDirectoryName(_run.Output(_run.Copy()))!, output = Path.Combine(folder, "labels.ome.zarr");
        Succeed("clean", output);
        string[] command = _run.Command(Path.GetFileName(folder));
        Assert.That(CommandLine.Run([.. command, "--prepare"]).Code, Is.Zero);
        var seen = new List<long>();
        foreach (int block in (int[])[3, 1, 2])
        {
            string report = At("report.json");
            Outcome outcome = CommandLine.Run([.. command, "--block", $"{block}/3", "--report", report]);
            Assert.That(outcome.Code, Is.Zero, outcome.Error);
            JsonElement stages = JsonDocument.Parse(File.ReadAllText(report)).RootElement.GetProperty("stages");
            seen.Add(stages.EnumerateArray().First(one => one.GetProperty("name").GetString() == "vit").GetProperty("pixels").GetInt64());
        }
        Done("finish", output);
        _run.AssertWhole(Path.GetFileName(folder));
        Assert.That(seen, Is.All.LessThan(Width * Height));
    }

    /// <summary>Each slice of a stack has the deep features that it has by itself.</summary>
    [Test]
    public void SlicesOfAStackHaveTheirOwnDeepFeatures()
    {
        string slices = NewFolder(), folder = NewFolder(), all = Path.Combine(folder, "all.tif");
        string[] Command(string image, string output) =>
            ["segment", At("deep.fastseg"), image, "--deep", _tiny.Folder, "-o", output, "--probabilities", "uint8"];
        for (int i = 0; i < 2; i++)
        {
            byte[] samples = Scratch.Samples(90, 70, 1, SampleType.UInt8, seed: i + 1);
            Write(Path.Combine(slices, $"{i}.tif"), SampleType.UInt8, 90, 70, samples);
        }
        Done(Command(slices, all));
        for (int i = 0; i < 2; i++)
        {
            string one = Path.Combine(folder, $"{i}.tif");
            Done(Command(Path.Combine(slices, $"{i}.tif"), one));
            using ImageReader page = ImageFile.OpenLabels($"{all}#{i + 1}");
            Assert.That(Read(page), Is.EqualTo(Labels(one).Samples), $"labels of {i}");
            for (int c = 0; c < 3; c++)
            {
                using ImageReader here = ImageFile.Open($"{folder}/all_probabilities.tif#{(i * 3) + c + 1}");
                using ImageReader alone = ImageFile.Open($"{folder}/{i}_probabilities.tif#{c + 1}");
                Assert.That(Read(here), Is.EqualTo(Read(alone)), $"class {c} of {i}");
            }
        }
    }

    [Test]
    public void AnotherExecutionPathIsRefusedByName()
    {
        string copy = _run.Copy(), journal = Path.Combine(_run.Hidden(copy), "journal");
        RunIdentity run = JournalContent.Read(journal)!.Run;
        Assert.That(run.Parts[^1].Name, Is.EqualTo("execution path"));
        Assert.That(run.Parts[^1].Value, Does.StartWith("CPU with ").And.Contain("ONNX Runtime "));
        File.Delete(journal);
        new RunJournal(journal, new RunIdentity([.. run.Parts.SkipLast(1), ("execution path", "CPU with AVX-512")])).Dispose();
        Assert.That(
            Fail([.. _run.Command(copy), "--resume"]),
            Does.Contain($"is of another run: its execution path is CPU with AVX-512, not {run.Parts[^1].Value}; "));
    }
}
