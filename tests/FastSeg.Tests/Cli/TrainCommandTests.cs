using System.Text.Json;
using NUnit.Framework;

namespace FastSeg.Tests.Cli;

/// <summary>fastseg train.</summary>
internal sealed class TrainCommandTests : CliFixture
{
    [Test]
    public void SeveralImagesGoTogetherAndTheClassesAreListed()
    {
        string second = Path.Combine(Samples, "train", "spot4_180d_2.png");
        string labels = Path.Combine(Samples, "train", "spot4_180d_2_labels.png");
        string output = Succeed(
            "train", "--image", TrainImage, "--labels", TrainLabels, "--image", second, "--labels", labels,
            "--rounds", "2", "--names", "matrix,fine, coarse", "-o", At("two.fastseg"));
        (_, byte[] first) = Labels(TrainLabels);
        (_, byte[] other) = Labels(labels);
        Assert.That(output, Does.Contain($"{first.Concat(other).Count(label => label > 0):N0} labelled pixels of 2 images"));
        for (int value = 1; value <= 3; value++)
        {
            string name = new[] { "matrix", "fine", "coarse" }[value - 1];
            Assert.That(output, Does.Match($"  {value}  {name} .* {first.Concat(other).Count(label => label == value):N0} px"));
        }
        Assert.That(output, Does.Contain("two.fastseg"));
    }

    [Test]
    public void TheSameInputGivesTheSameBytesWhateverTheThreads()
    {
        string one = At("one.fastseg"), three = At("three.fastseg");
        Succeed("train", "--image", TrainImage, "--labels", TrainLabels, "--rounds", "3", "-o", one, "--threads", "1");
        Succeed("--threads", "3", "train", "--image", TrainImage, "--labels", TrainLabels, "--rounds", "3", "-o", three);
        Assert.That(File.ReadAllBytes(three), Is.EqualTo(File.ReadAllBytes(one)));
    }

    [Test]
    public void StandardisationByNeighbourhoodKeepsItsSigma()
    {
        string path = At("local.fastseg");
        string[] local = ["train", "--image", TrainImage, "--labels", TrainLabels, "-o", path, "--rounds", "1", "--no-score"];
        Succeed([.. local, "--standardise", "local", "--standardise-sigma", "12"]);
        FeatureSpec kept = FastSeg.Model.Load(path).Features;
        Assert.That((kept.Standardise, kept.StandardiseSigma), Is.EqualTo((Standardisation.Local, 12)));
        Assert.That(Succeed("info", path), Does.Contain("(local); sigma 12 px"));
        Assert.That(Misuse([.. local, "--standardise-sigma", "12"]), Does.Contain("--standardise-sigma is for --standardise local"));
        Assert.That(Misuse([.. local, "--standardise", "local", "--standardise-sigma", "0.5"]), Does.Contain("from 1 to 256"));
    }

    [Test]
    public void StandardisationIsKeptNamedAndReported()
    {
        string path = At("none.fastseg"), report = At("report.json");
        Succeed(
            "train", "--image", TrainImage, "--labels", TrainLabels, "-o", path, "--rounds", "1", "--no-score", "--standardise", "none");
        Assert.That(FastSeg.Model.Load(path).Features.Standardise, Is.EqualTo(Standardisation.None));
        Assert.That(Succeed("info", path), Does.Contain("as they are (none)"));
        Succeed(
            "train", "--image", TrainImage, "--labels", TrainLabels, "-o", path, "--rounds", "1", "--no-score", "--report", report);
        SampleStatistics samples = FastSeg.Model.Load(path).Samples!.Value;
        Assert.That(samples.Deviation, Is.GreaterThan(1), "of stored samples, 0 to 255");
        Assert.That(Succeed("info", path), Does.Match(@"mean and deviation \(image\); mean \d.*, deviation \d.* over the training images"));
        using var json = JsonDocument.Parse(File.ReadAllText(report));
        JsonElement image = json.RootElement.GetProperty("images")[0];
        Assert.That(image.GetProperty("standardise").GetString(), Is.EqualTo("image"));
        Assert.That(image.GetProperty("mean").GetDouble(), Is.EqualTo(samples.Mean));
        Assert.That(image.GetProperty("deviation").GetDouble(), Is.EqualTo(samples.Deviation));
        Assert.That(Succeed("plan", path, TrainImage), Does.Contain("mean and deviation (image)"));
        Assert.That(
            Misuse("train", "--image", TrainImage, "--labels", TrainLabels, "-o", path, "--standardise", "page"),
            Does.Contain("--standardise page: give image, local or none"));
    }

    [Test]
    public void OptionsReachTheModel()
    {
        string path = At("options.fastseg");
        Succeed(
            "train", "--image", TrainImage, "--labels", TrainLabels, "-o", path,
            "--preset", "weka", "--sigmas", "1,2.5", "--families", "gaussian,hessian",
            "--rounds", "2", "--depth", "3", "--learning-rate", "0.5", "--max-bin", "64", "--balance", "--seed", "7",
            "--subsample", "0.75", "--colsample-bynode", "0.25", "--min-child-weight", "0", "--lambda", "2.5");
        Model model = FastSeg.Model.Load(path);
        Assert.That(model.Features.Sigmas, Is.EqualTo((double[])[1, 2.5]));
        Assert.That(model.Features.SigmaScale, Is.EqualTo(0.4));
        Assert.That(model.Features.Families, Is.EqualTo(Families.Gaussian | Families.Hessian));
        Assert.That(
            model.Training,
            Is.EqualTo(new TrainingOptions
            {
                Rounds = 2,
                Depth = 3,
                LearningRate = 0.5,
                MaxBin = 64,
                Balance = true,
                Seed = 7,
                Subsample = 0.75,
                ColsampleByNode = 0.25,
                MinChildWeight = 0,
                Lambda = 2.5,
            }));
        Assert.That(
            Succeed("info", path),
            Does.Match(@"sigmas +1, 2\.5 \(standard deviation = 0\.4 x sigma\)").And.Contain("gaussian, hessian")
                .And.Contain("2 rounds, depth 3")
                .And.Contain("subsample 0.75, colsample-bynode 0.25, min-child-weight 0, lambda 2.5"));
    }

    [Test]
    public void PublishedTrainingIsXgboostsOwnAndOptionsBesideItOverride()
    {
        string path = At("published.fastseg");
        string[] train =
        [
            "train", "--image", TrainImage, "--labels", TrainLabels, "-o", path, "--training", "published", "--rounds", "2", "--no-score",
        ];
        Succeed(train);
        Assert.That(FastSeg.Model.Load(path).Training, Is.EqualTo(TrainingOptions.Published with { Rounds = 2 }));
        Assert.That(Succeed("info", path), Does.Contain("depth 6, learning rate 0.3").And.Contain("subsample 1, colsample-bynode 1"));
        Succeed([.. train, "--subsample", "0.5", "--depth", "3"]);
        Assert.That(
            FastSeg.Model.Load(path).Training, Is.EqualTo(TrainingOptions.Published with { Rounds = 2, Subsample = 0.5, Depth = 3 }));
        Succeed("train", "--image", TrainImage, "--labels", TrainLabels, "-o", path, "--rounds", "1");
        Assert.That(FastSeg.Model.Load(path).Training, Is.EqualTo(new TrainingOptions { Rounds = 1 }));
    }

    [Test]
    public void TreeOptionsOutOfRangeAreMisuseAndHelpShowsTheDefaults()
    {
        string[] train = ["train", "--image", TrainImage, "--labels", TrainLabels, "-o", At("never.fastseg")];
        Assert.That(Misuse([.. train, "--subsample", "0"]), Does.Contain("--subsample 0: give a number above 0, at most 1."));
        Assert.That(Misuse([.. train, "--colsample-bynode", "1.5"]), Does.Contain("--colsample-bynode 1.5: give a number above 0"));
        Assert.That(Misuse([.. train, "--min-child-weight", "-1"]), Does.Contain("--min-child-weight -1: give a number from 0 up."));
        Assert.That(Misuse([.. train, "--lambda", "NaN"]), Does.Contain("--lambda NaN: give a number from 0 up."));
        Assert.That(Misuse([.. train, "--training", "paper"]), Does.Contain("--training paper: give default or published."));
        string help = Succeed("train", "--help");
        Assert.That(help, Does.Match(@"--depth .*\[default: 4\]").And.Match(@"--learning-rate .*\[default: 0\.1\]"));
        Assert.That(help, Does.Match(@"--colsample-bynode .*(
.*)?\[default: 0\.2\]"));
    }

    [Test]
    public void WithoutOptionsItIsThePaperPreset() =>
        Assert.That(
            Succeed("info", Model), Does.Contain("58 planes").And.Match(@"sigmas +1, 2, 4, 8, 16 \(standard deviation = 1 x sigma\)"));

    [Test]
    public void WrongLabelsAreRefused()
    {
        byte[] one = new byte[256 * 256], none = new byte[256 * 256];
        Array.Fill(one, (byte)3);
        Write(At("one.tif"), SampleType.UInt8, 256, 256, one);
        Write(At("none.tif"), SampleType.UInt8, 256, 256, none);
        Write(At("small.tif"), SampleType.UInt8, 255, 256, one.AsSpan(256));
        Assert.That(Train(TrainImage, At("one.tif")), Does.Contain("Every labelled pixel has the value 3"));
        Assert.That(Train(TrainImage, At("none.tif")), Does.Contain("none.tif: no pixel is labelled"));
        Assert.That(Train(TrainImage, At("small.tif")), Does.Contain("small.tif").And.Contain("255 x 256").And.Contain("same size"));
        Assert.That(Train(TrainImage, At("missing.tif")), Does.Contain("missing.tif does not exist"));
        Assert.That(Train(At("missing.png"), TrainLabels), Does.Contain("missing.png does not exist"));
        Assert.That(Train(TrainImage, TrainLabels, "--names", "a,b"), Does.Contain("2 class names for 3 classes"));
        Assert.That(File.Exists(At("never.fastseg")), Is.False);
    }

    [Test]
    public void AnOutputThatCannotBeWrittenIsToldBeforeTheWork()
    {
        Assert.That(
            Fail("train", "--image", "missing", "--labels", "missing", "-o", At("no/such/m.fastseg")),
            Does.Contain("no/such does not exist"));
        Assert.That(Fail("train", "--image", "missing", "--labels", "missing", "-o", Folder), Does.Contain("is a folder"));
        Assert.That(
            Fail("train", "--image", "missing", "--labels", "missing", "-o", "/proc/m.fastseg"),
            Does.Contain("/proc/m.fastseg cannot be written"));
    }

    private string Train(string image, string labels, params string[] more) =>
        Fail(["train", "--image", image, "--labels", labels, "-o", At("never.fastseg"), .. more]);
}
