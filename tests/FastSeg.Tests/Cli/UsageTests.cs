using NUnit.Framework;

namespace FastSeg.Tests.Cli;

/// <summary>Help, version, and arguments that do not fit.</summary>
internal sealed class UsageTests
{
    private static readonly string[] Commands =
    [
        "train", "segment", "features", "score", "plan", "info", "preview", "studio", "upsampler", "models", "demo", "selftest", "scaling",
        "slurm",
    ];

    private static readonly string[] Helped =
    [
        .. Commands, "upsampler import", "upsampler info", "upsampler run", "upsampler train", "slurm status",
    ];

    [Test]
    public void AloneItShowsTheCommands()
    {
        Outcome outcome = CommandLine.Run();
        Assert.That(outcome.Code, Is.Zero);
        Assert.That(outcome.Error, Is.Empty);
        foreach (string command in Commands)
        {
            Assert.That(outcome.Output, Does.Match($"\n  {command} "));
        }
        Assert.That(outcome.Output, Is.EqualTo(CommandLine.Run("--help").Output));
    }

    [TestCaseSource(nameof(Helped))]
    public void HelpHasAnExampleThatParsesAndDescribesEveryOption(string command)
    {
        Outcome outcome = CommandLine.Run([.. command.Split(' '), "--help"]);
        Assert.That(outcome.Code, Is.Zero);
        Assert.That(outcome.Output, Does.Contain("Usage:").And.Contain($"fastseg {command}"));
        string[] lines = outcome.Output.Split('\n');
        int options = Array.FindIndex(lines, line => line.StartsWith("Options:", StringComparison.Ordinal));
        foreach (string line in lines.Skip(options + 1).TakeWhile(line => line.Length > 0))
        {
            Assert.That(line, Does.Match(@"^  -\S.*?\S  +\S"), "an option without a description");
        }
        string[] examples = [.. lines
            .SkipWhile(line => !line.StartsWith("Example", StringComparison.Ordinal))
            .Skip(1)
            .Where(line => line.Length > 0)];
        Assert.That(examples, Is.Not.Empty);
        foreach (string example in examples)
        {
            Assert.That(example, Does.StartWith($"  fastseg {command}"));
            // An unknown option is added so that nothing runs; in a good example it is the only fault.
            Outcome parsed = CommandLine.Run([.. example.Trim().Split(' ').Skip(1), "--no-such-option"]);
            Assert.That(parsed.Code, Is.EqualTo(2));
            Assert.That(parsed.ErrorLines[0], Does.Contain("--no-such-option"), example);
        }
    }

    [Test]
    public void VersionIsOneLine() =>
        Assert.That(CommandLine.Run("--version"), Is.EqualTo(new Outcome(0, $"fastseg {FastSegVersion.Text}{Environment.NewLine}", "")));

    [TestCase("segmnt", "'segmnt'")]
    [TestCase("segment m.fastseg a.tif", "'--output' is required")]
    [TestCase("segment", "'--output' is required")]
    [TestCase("score --josn a b", "'--josn'")]
    [TestCase("info a b", "'b'")]
    [TestCase("demo --threads x", "--threads x: give a whole number from 0 to 1024")]
    [TestCase("demo --threads -1", "--threads -1: give a whole number from 0 to 1024")]
    [TestCase("demo --backend gpu", "--backend gpu is unknown; give auto, cpu, cuda, opencl or simulated")]
    [TestCase("demo --device-memory lots", "--device-memory lots is no size")]
    [TestCase("info", "give one, or --device")]
    [TestCase("plan m.fastseg a.tif --memory much", "--memory much is no size")]
    [TestCase("plan m.fastseg a.tif --memory 0", "--memory 0 is no size")]
    [TestCase("plan m.fastseg a.tif --region 1,2,3", "--region 1,2,3 is no rectangle")]
    [TestCase("plan m.fastseg a.tif --region 0,0,0,5", "--region 0,0,0,5 is no rectangle")]
    [TestCase("plan m.fastseg a.tif --region -1,0,5,5", "--region -1,0,5,5 is no rectangle")]
    [TestCase("train --image a --labels b -o m --preset fiji", "--preset fiji: give paper or weka.")]
    [TestCase("train --image a --labels b -o m --sigmas 2,1", "must ascend")]
    [TestCase("train --image a --labels b -o m --sigmas nan", "Sigma NaN is not possible")]
    [TestCase("features a -o f.npy --sigmas 0", "Sigma 0 is not possible")]
    [TestCase("features a -o f.npy --families foo", "\"foo\" is no feature family")]
    [TestCase("import a -o m --families gaussian,", "\"\" is no feature family")]
    [TestCase("import a -o m --channels 17", "--channels 17")]
    [TestCase("train --image a --labels b -o m --names a,,b", "one of the names is empty")]
    [TestCase("import a -o m --names a,b,a", "a stands there twice")]
    [TestCase("train --image a --labels b -o m --deep d --upsampler cubic", "learned, finish or train.")]
    [TestCase("features a -o f.npy --deep d --upsampler finish", "finish: give nearest, bilinear, jbu, strided:2, strided:4 or")]
    [TestCase("segment m a.tif -o b.tif --format jpg", "--format jpg: give tif, png, npy or ome.zarr.")]
    [TestCase("train --image a --labels b -o m --sigmas 1,two", "\"two\" is no number")]
    [TestCase("train --image a --labels b -o m --sigma-scale 0", "--sigma-scale 0: give a number above 0")]
    [TestCase("train --image a --labels b -o m --rounds 0", "--rounds 0: give a whole number from 1")]
    [TestCase("train --image a --labels b -o m --learning-rate 2", "--learning-rate 2: give a number above 0, at most 1")]
    [TestCase("train --image a --image c --labels b -o m", "There are 2 --image but 1 --labels")]
    [TestCase("score a b c", "3 label images")]
    [TestCase("score a b --truth-offset -1", "--truth-offset -1")]
    [TestCase("segment m a.tif b.tif -o c.tif", "-o c.tif names one file for 2 images")]
    [TestCase("segment m x/a.tif y/a.png -o out/", "x/a.tif and y/a.png would both be written to out/a.tif")]
    [TestCase("segment m a.tif -o a.tif", "a.tif would be overwritten")]
    [TestCase("segment m a.tif -o b.bmp", "must end in .tif, .tiff, .png, .npy or .ome.zarr")]
    [TestCase("segment m a.tif -o b.png --format tif", "disagree")]
    [TestCase("segment m a.tif -o b.png --probabilities float", "a PNG holds neither")]
    [TestCase("segment m a.tif -o out/ --format png --confidence", "a PNG holds neither")]
    [TestCase("segment m a.tif -o b.tif --probabilities double", "--probabilities double: give float or uint8.")]
    [TestCase("features a.tif -o f.png", "must end in .npy, .tif or .tiff")]
    [TestCase("features a.tif -o f.npy --model m --preset weka", "--model says which features")]
    [TestCase("features a.npy -o a.npy", "a.npy would be overwritten")]
    [TestCase("preview a.tif -o p.jpg", "must end in .png")]
    [TestCase("preview a.tif -o p.png --features --segmentation s.tif", "give one of them")]
    public void WrongArgumentsExit2WithTheSentenceAndAHint(string line, string sentence)
    {
        Outcome outcome = CommandLine.Run(line.Split(' '));
        Assert.That(outcome.Code, Is.EqualTo(2), outcome.Error);
        Assert.That(outcome.Output, Is.Empty);
        Assert.That(outcome.ErrorLines, Has.Length.EqualTo(2), outcome.Error);
        Assert.That(outcome.ErrorLines[0], Does.StartWith("fastseg: ").And.Contain(sentence));
        Assert.That(outcome.ErrorLines[1], Does.Match("^Try `fastseg .*--help`\\.\\s*$"));
    }
}
