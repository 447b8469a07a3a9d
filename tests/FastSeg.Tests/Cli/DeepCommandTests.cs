using System.Text.Json;
using FastSeg.Tests.Deep.Backbones;
using FastSeg.Tests.Reference;
using NUnit.Framework;

namespace FastSeg.Tests.Cli;

/// <summary>Deep features on the command line: train, info, plan, segment, features and preview.</summary>
[NonParallelizable]
internal sealed class DeepCommandTests : CliFixture
{
    private TinyBackbone _tiny = null!;
    private string? _variable;

    private string DeepModel => At("deep.fastseg");

    [OneTimeSetUp]
    public void TrainDeep()
    {
        _variable = Environment.GetEnvironmentVariable(BackboneFolders.Variable);
        _tiny = new TinyBackbone();
        Environment.SetEnvironmentVariable(BackboneFolders.Variable, _tiny.Folder);
        string output = Succeed(
            "train", "--image", TrainImage, "--labels", TrainLabels, "--rounds", "4", "--families", "gaussian",
            "--deep", _tiny.Folder, "--channels", "5", "-o", DeepModel);
        Assert.That(output, Does.Contain(", 11 features"));
    }

    [OneTimeTearDown]
    public void Forget()
    {
        Environment.SetEnvironmentVariable(BackboneFolders.Variable, _variable);
        _tiny.Dispose();
    }

    [Test]
    public void InfoTellsOfTheDeepFeatures() => Assert.That(
        Succeed("info", DeepModel),
        Does.Contain("6 a channel, 1 channel (grey), and 5 deep").And.Contain("5 channels, bilinear upsampling")
            .And.Contain(Path.GetFileName(_tiny.Folder)).And.Contain("patch 8 px, 1 thread of ONNX Runtime").And.Contain(Hash())
            .And.Contain("37 x 37 patches (296 px)").And.Contain("0 to 1").And.Contain("1 (5 channels, cells of 8 px)"));

    [Test]
    public void TwoScalesGoThroughEveryCommand()
    {
        string[] deep = ["--families", "gaussian", "--deep", _tiny.Folder, "--channels", "6", "--deep-scales", "1,2"];
        string two = At("two.fastseg");
        Assert.That(
            Succeed(["train", "--image", TrainImage, "--labels", TrainLabels, "--rounds", "4", .. deep, "-o", two]),
            Does.Contain(", 12 features"));
        Assert.That(Succeed("info", two), Does.Contain("1 (3 channels, cells of 8 px), 2 (3 channels, cells of 4 px)"));
        using (JsonDocument plan = JsonDocument.Parse(Succeed("plan", two, TestImage, "--json")))
        {
            long maps = plan.RootElement.GetProperty("buffers").EnumerateArray()
                .Single(item => item.GetProperty("name").GetString() == "deep features").GetProperty("bytes").GetInt64();
            Assert.That(maps, Is.EqualTo(((32 * 32) + (64 * 64)) * 3 * sizeof(float)));
        }
        Succeed("segment", two, TestImage, "-o", At("two.png"));
        Assert.That(Labels(At("two.png")).Samples.Distinct().Count(), Is.GreaterThan(1));
        Succeed("features", TestImage, "--model", two, "-o", At("two.npy"));
        Assert.That(Succeed(["features", TestImage, .. deep, "-o", At("own.npy")]), Does.Contain("256 x 256 x 12 features"));
        Succeed(["preview", TestImage, "--features", .. deep[2..], "-o", At("two-deep.png")]);
    }

    [Test]
    public void ScalesThatDoNotFitAreRefused()
    {
        string[] train = ["train", "--image", TrainImage, "--labels", TrainLabels, "-o", At("no.fastseg"), "--deep", _tiny.Folder];
        Assert.That(Misuse([.. train, "--deep-scales", "2,1"]), Does.Contain("--deep-scales 2,1: give 1, 2 or 1,2."));
        Assert.That(
            Fail([.. train, "--deep-scales", "1,2", "--channels", "5"]),
            Does.Contain("--channels 5 cannot be divided among the scales 1, 2").And.Contain("give a multiple of 2, at most 20"));
        using var odd = new TinyBackbone(patch: 7);
        Assert.That(
            Fail("features", TestImage, "-o", At("no.npy"), "--deep", odd.Folder, "--deep-scales", "2", "--channels", "4"),
            Does.Contain("--deep-scales 2 do not fit").And.Contain("patches of 7 pixels").And.Contain("give scale 1 alone"));
        Assert.That(File.Exists(At("no.fastseg")) || File.Exists(At("no.npy")), Is.False);
    }

    [Test]
    public void TrainingDoesNotDependOnThreads()
    {
        Succeed(
            "train", "--image", TrainImage, "--labels", TrainLabels, "--rounds", "4", "--families", "gaussian",
            "--deep", _tiny.Folder, "--channels", "5", "--threads", "1", "-o", At("one.fastseg"));
        Assert.That(File.ReadAllBytes(At("one.fastseg")), Is.EqualTo(File.ReadAllBytes(DeepModel)));
    }

    [Test]
    public void TheTransformersThreadsAreKeptInTheModel()
    {
        string[] train =
        [
            "train", "--image", TrainImage, "--labels", TrainLabels, "--rounds", "4", "--deep", _tiny.Folder, "--channels", "5",
        ];
        Succeed([.. train, "--families", "gaussian", "--deep-threads", "2", "-o", At("pair.fastseg")]);
        Assert.That(Succeed("info", At("pair.fastseg")), Does.Contain("patch 8 px, 2 threads of ONNX Runtime"));
        Assert.That(Succeed("info", DeepModel), Does.Contain("patch 8 px, 1 thread of ONNX Runtime"));
        Succeed("segment", At("pair.fastseg"), TestImage, "-o", At("pair.png"));
        Assert.That(
            Misuse([.. train, "--deep-threads", "0", "-o", At("no.fastseg")]),
            Does.Contain("--deep-threads 0: give a whole number from 1 to 1024"));
        Assert.That(Succeed("train", "--help"), Does.Contain("--deep-threads").And.Contain("[default: 1]"));
    }

    [Test]
    public void DeepFeaturesAloneCanBeTrainedOn()
    {
        string[] train = ["train", "--image", TrainImage, "--labels", TrainLabels, "--rounds", "4", "--families", "none"];
        Assert.That(
            Succeed([.. train, "--deep", _tiny.Folder, "--channels", "5", "-o", At("alone.fastseg")]), Does.Contain(", 5 features"));
        Assert.That(
            Succeed("info", At("alone.fastseg")), Does.Match("families +none").And.Contain("0 a channel, 1 channel (grey), and 5 deep"));
        Succeed("segment", At("alone.fastseg"), TestImage, "-o", At("alone.png"));
        Assert.That(Labels(At("alone.png")).Samples.Distinct().Count(), Is.GreaterThan(1));
        Succeed("features", TestImage, "--model", At("alone.fastseg"), "-o", At("alone.npy"));
        Succeed("features", TestImage, "--model", DeepModel, "-o", At("behind.npy"));
        float[] alone = TorchPeer.ReadNpy(At("alone.npy")), behind = TorchPeer.ReadNpy(At("behind.npy"));
        Assert.That(alone, Is.EqualTo(behind.Where((_, i) => i % 11 >= 6)), "the same behind classical ones");
        Assert.That(Misuse([.. train, "-o", At("no.fastseg")]), Does.Contain("No feature is left"));
    }

    [Test]
    public void PlanListsTheDeepBuffers()
    {
        using JsonDocument plan = JsonDocument.Parse(Succeed("plan", DeepModel, TestImage, "--json"));
        Assert.That(plan.RootElement.GetProperty("planes").GetInt32(), Is.EqualTo(11));
        Assert.That(
            plan.RootElement.GetProperty("buffers").EnumerateArray().Select(item => item.GetProperty("name").GetString()),
            Does.Contain("deep features").And.Contain("tokens").And.Contain("transformer").And.Contain("upsampling"));
        string text = Succeed("plan", DeepModel, TestImage);
        Assert.That(text, Does.Contain("transformer, before the tiles"));
        Assert.That(Fail("plan", DeepModel, TestImage, "--memory", "1MiB"), Does.Contain("the least that would do is"));
        Assert.That(
            Fail(
                "train", "--image", TrainImage, "--labels", TrainLabels, "--deep", _tiny.Folder, "--channels", "5",
                "--memory", "1MiB", "-o", At("no.fastseg")),
            Does.Contain("--memory 1MiB is not enough to read the labels"));
        Assert.That(
            Fail("features", TrainImage, "--deep", _tiny.Folder, "--channels", "5", "--memory", "1MiB", "-o", At("no.npy")),
            Does.Contain("--memory 1MiB is not enough to fit the projection"));
    }

    [Test]
    public void SegmentFindsTheBackboneOrTakesTheOneNamed()
    {
        Succeed("segment", DeepModel, TestImage, "-o", At("found.png"));
        Succeed("segment", DeepModel, TestImage, "-o", At("named.png"), "--deep", _tiny.Folder, "--report", At("deep.json"));
        byte[] labels = Labels(At("found.png")).Samples;
        Assert.That(Labels(At("named.png")).Samples, Is.EqualTo(labels));
        Assert.That(labels.Distinct().Count(), Is.GreaterThan(1));
        using JsonDocument report = JsonDocument.Parse(File.ReadAllBytes(At("deep.json")));
        Assert.That(
            report.RootElement.GetProperty("stages").EnumerateArray().Select(stage => stage.GetProperty("name").GetString()),
            Does.Contain("vit").And.Contain("projection"));
    }

    [Test]
    public void FeaturesOfAModelAreThoseItSees()
    {
        Succeed("features", TestImage, "--model", DeepModel, "-o", At("model.npy"));
        Model model = FastSeg.Model.Load(DeepModel);
        using Backbone backbone = model.DeepFeatures!.OpenBackbone(_tiny.Folder);
        using ImageReader image = ImageFile.Open(TestImage);
        new Segmenter(model, backbone).Features(image, names => ImageFile.Create(At("library.npy"), Layout(names)));
        Assert.That(File.ReadAllBytes(At("model.npy")), Is.EqualTo(File.ReadAllBytes(At("library.npy"))));
        Succeed("features", TestImage, "--model", DeepModel, "--deep", _tiny.Folder, "-o", At("named.npy"));
        Assert.That(File.ReadAllBytes(At("named.npy")), Is.EqualTo(File.ReadAllBytes(At("library.npy"))));
    }

    [Test]
    public void FeaturesWithoutAModelAreFittedToTheImage()
    {
        string[] classical = ["features", TestImage, "--families", "gaussian", "--sigmas", "1"];
        Assert.That(
            Succeed([.. classical, "--deep", _tiny.Folder, "--channels", "4", "--upsampler", "nearest", "-o", At("nearest.npy")]),
            Does.Contain("256 x 256 x 6 features"));
        using Backbone backbone = Backbone.Open(_tiny.Folder, 1);
        using ImageReader image = ImageFile.Open(TestImage);
        Segmenter.Features(
            image, FeatureSpec.Paper with { Families = Families.Gaussian, Sigmas = [1] }, 0,
            names => ImageFile.Create(At("fitted.npy"), Layout(names)), null,
            new DeepOptions(backbone) { Channels = 4, Upsampling = Upsampling.Nearest });
        Assert.That(File.ReadAllBytes(At("nearest.npy")), Is.EqualTo(File.ReadAllBytes(At("fitted.npy"))));
        Succeed([.. classical, "--deep", _tiny.Folder, "--channels", "4", "--upsampler", "bilinear", "-o", At("bilinear.npy")]);
        Assert.That(File.ReadAllBytes(At("bilinear.npy")), Is.Not.EqualTo(File.ReadAllBytes(At("nearest.npy"))));
        Assert.That(
            Succeed([.. classical, "--deep", _tiny.Folder, "--channels", "4", "--upsampler", "jbu", "-o", At("jbu.npy")]),
            Does.Contain("deep features by jbu upsampling: as asked for"));
        Assert.That(File.ReadAllBytes(At("jbu.npy")), Is.Not.EqualTo(File.ReadAllBytes(At("bilinear.npy"))));
        Assert.That(
            Succeed([.. classical, "--deep", _tiny.Folder, "--channels", "4", "--upsampler", "strided:2", "-o", At("strided.npy")]),
            Does.Contain("deep features by strided:2 upsampling: as asked for"));
        Assert.That(File.ReadAllBytes(At("strided.npy")), Is.Not.EqualTo(File.ReadAllBytes(At("bilinear.npy"))));
        Succeed([
            .. classical, "--deep", _tiny.Folder, "--channels", "4", "--upsampler", "nearest",
            "--standardise", "none", "--range", "0.25", "0.5", "-o", At("range.npy"),
        ]);
        Assert.That(File.ReadAllBytes(At("range.npy")), Is.Not.EqualTo(File.ReadAllBytes(At("nearest.npy"))));
    }

    [Test]
    public void PreviewShowsBothResolutionsSideBySide()
    {
        Succeed(
            "preview", TestImage, "--features", "--deep", _tiny.Folder, "--channels", "3", "-o", At("deep.png"),
            "--report", At("preview.json"));
        using JsonDocument report = JsonDocument.Parse(File.ReadAllBytes(At("preview.json")));
        JsonElement vit = report.RootElement.GetProperty("stages").EnumerateArray()
            .Single(stage => stage.GetProperty("name").GetString() == "vit");
        Assert.That(vit.GetProperty("pixels").GetInt64(), Is.EqualTo(51L * 256 * 256), "fifty views and the image, once");
        using ImageReader picture = ImageFile.Open(At("deep.png"));
        Assert.That((picture.Info.Width, picture.Info.Height), Is.EqualTo((256L + 8 + 256, 256L)));
        byte[] rgb = Read(picture);
        int row = 100 * 520 * 3;
        int Distinct(int left) => Enumerable.Range(0, 256)
            .Select(x => (rgb[row + ((left + x) * 3)], rgb[row + ((left + x) * 3) + 1]))
            .Distinct()
            .Count();
        Assert.That(Distinct(0), Is.LessThanOrEqualTo(32), "one colour a patch of 8 pixels");
        Assert.That(Distinct(264), Is.GreaterThan(64));
    }

    [Test]
    public void AMissingBackboneIsOneSentence()
    {
        string empty = NewFolder();
        Environment.SetEnvironmentVariable(BackboneFolders.Variable, empty);
        try
        {
            foreach (string[] command in (string[][])
            [
                ["segment", DeepModel, TestImage, "-o", At("no.png")],
                ["plan", DeepModel, TestImage],
                ["features", TestImage, "--model", DeepModel, "-o", At("no.npy")],
            ])
            {
                Assert.That(
                    Fail(command),
                    Does.Contain(Path.GetFileName(_tiny.Folder)).And.Contain(Hash()).And.Contain(empty).And.Contain("--deep MODELDIR")
                        .And.Contain("FASTSEG_MODELS"));
            }
            Assert.That(Succeed("info", DeepModel), Does.Contain("5 deep"), "a model is described without its backbone");
        }
        finally
        {
            Environment.SetEnvironmentVariable(BackboneFolders.Variable, _tiny.Folder);
        }
        Assert.That(File.Exists(At("no.png")), Is.False);
    }

    [Test]
    public void AnotherBackboneIsRefused()
    {
        using var other = new TinyBackbone(seed: 2);
        Assert.That(
            Fail("segment", DeepModel, TestImage, "-o", At("no.png"), "--deep", other.Folder),
            Does.Contain("give the same backbone").And.Contain(Hash()));
        Assert.That(Fail("plan", DeepModel, TestImage, "--deep", other.Folder), Does.Contain("give the same backbone"));
        Assert.That(
            Fail("segment", DeepModel, TestImage, "-o", At("no.png"), "--deep", At("nowhere")), Does.Contain("nowhere is no folder"));
        Assert.That(
            Misuse("segment", Model, TestImage, "-o", At("no.png"), "--deep", _tiny.Folder),
            Does.Contain("model.fastseg has no deep features"));
    }

    [Test]
    public void RangesAndChannelsThatDoNotFitAreRefused()
    {
        string[] train = ["train", "--image", TrainImage, "--labels", TrainLabels, "-o", At("no.fastseg"), "--deep", _tiny.Folder];
        Assert.That(
            Fail([.. train, "--standardise", "none", "--range", "0", "255"]),
            Does.Contain("--range 0 255 is outside of 0 to 1").And.Contain("uint8").And.Contain("divide both ends by 255"));
        Assert.That(Fail([.. train, "--range", "0", "0.5"]), Does.Contain("--range has no effect on standardised images"));
        Assert.That(Fail([.. train, "--channels", "11"]), Does.Contain("--channels 11").And.Contain("give 1 to 10"));
        Assert.That(Fail([.. train, "--upsampler", "learned", "--channels", "4"]), Does.Contain("there is no learned upsampler ("));
        Assert.That(Misuse([.. train, "--range", "1", "0"]), Does.Contain("--range 1 0 is no range"));
        Assert.That(Misuse([.. train, "--range", "0"]), Does.Contain("--range 0 is no range"));
        Assert.That(Misuse([.. train, "--range", "0", "nan"]), Does.Contain("--range 0 nan is no range"));
        Assert.That(File.Exists(At("no.fastseg")), Is.False);
    }

    [TestCase("train --image a --labels b -o m --upsampler nearest", "--upsampler is about deep features")]
    [TestCase("train --image a --labels b -o m --channels 16", "--channels is about deep features")]
    [TestCase("train --image a --labels b -o m --deep-scales 1,2", "--deep-scales is about deep features")]
    [TestCase("features a.tif -o f.npy --range 0 1", "--range is about deep features")]
    [TestCase("features a.tif -o f.npy --range -5 1", "--range is about deep features")]
    [TestCase("features a.tif -o f.npy --model m --deep d --channels 16", "--model says which features are computed; leave out --channels")]
    [TestCase("train --image a --labels b -o m --deep d --upsampler cubic", "cubic")]
    [TestCase("preview a.tif -o p.png --deep d", "give --features with it")]
    public void OptionsOfDeepFeaturesNeedABackbone(string line, string sentence) =>
        Assert.That(Misuse(line.Split(' ')), Does.Contain(sentence));

    private static ImageLayout Layout(IReadOnlyList<string> names) => new(256, 256, SampleType.Float32, names.Count)
    {
        PageNames = names,
        KeepPageAxis = true,
    };

    private string Hash() => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(_tiny.GraphPath)));
}
