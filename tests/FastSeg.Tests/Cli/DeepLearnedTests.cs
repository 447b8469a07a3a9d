using FastSeg.Tests.Deep.Backbones;
using FastSeg.Tests.Deep.Upsamplers;
using FastSeg.Tests.Reference;
using NUnit.Framework;

namespace FastSeg.Tests.Cli;

/// <summary>
/// A learned upsampler on the command line: trained with, kept in the model, applied where the backbone's folder has none.
/// </summary>
[NonParallelizable]
internal sealed class DeepLearnedTests : CliFixture
{
    private TinyBackbone _tiny = null!;

    private string Learned => At("learned.fastseg");

    private string[] Training =>
        ["train", "--image", TrainImage, "--labels", TrainLabels, "--rounds", "4", "--families", "gaussian", "--deep", _tiny.Folder];

    [OneTimeSetUp]
    public void TrainWithAnUpsampler()
    {
        _tiny = new TinyBackbone();
        _tiny.SaveDefault(new UpsamplerCase(8, 8, 64, 64, 8, Padding.Replicate));
        Assert.That(
            Succeed([.. Training, "-o", Learned]),
            Does.Contain(", 14 features")
                .And.Contain("projection: stored, identity ")
                .And.Contain($"deep features by learned upsampling: {Path.Combine(_tiny.Folder, "upsampler.safetensors")}"));
    }

    [OneTimeTearDown]
    public void Forget() => _tiny.Dispose();

    [Test]
    public void TheUpsamplerTravelsWithTheModel()
    {
        Succeed("segment", Learned, TestImage, "--deep", _tiny.Folder, "-o", At("with.tif"));
        Succeed("features", TestImage, "--model", Learned, "--deep", _tiny.Folder, "-o", At("with.npy"));
        string bare = NewFolder();
        File.Copy(_tiny.GraphPath, Path.Combine(bare, "backbone.onnx"));
        File.Copy(_tiny.JsonPath, Path.Combine(bare, "backbone.json"));
        Succeed("segment", Learned, TestImage, "--deep", bare, "--threads", "1", "-o", At("without.tif"));
        Succeed("features", TestImage, "--model", Learned, "--deep", bare, "--threads", "1", "-o", At("without.npy"));
        Assert.That(File.ReadAllBytes(At("without.tif")), Is.EqualTo(File.ReadAllBytes(At("with.tif"))));
        Assert.That(File.ReadAllBytes(At("without.npy")), Is.EqualTo(File.ReadAllBytes(At("with.npy"))));
        Assert.That(TorchPeer.ReadNpy(At("with.npy")).Distinct().Count(), Is.GreaterThan(1000));
        Assert.That(Succeed("info", Learned), Does.Contain("8 channels, learned upsampling"));
    }

    [Test]
    public void TrainingDoesNotDependOnThreads()
    {
        Succeed([.. Training, "--channels", "8", "--threads", "1", "-o", At("one.fastseg")]);
        Assert.That(File.ReadAllBytes(At("one.fastseg")), Is.EqualTo(File.ReadAllBytes(Learned)));
    }

    [Test]
    public void WhereItDoesNotFitTheReasonIsSaidOrItIsRefused()
    {
        void Neither(string reason, params string[] options)
        {
            Assert.That(
                Succeed([.. Training, "--no-score", .. options, "-o", At("bilinear.fastseg")]),
                Does.Contain($"deep features by bilinear upsampling: {reason}"));
            string[] named = [.. Training, "--no-score", .. options, "--upsampler", "learned", "-o", At("no.fastseg")];
            Assert.That(Fail(named), Does.Contain(reason).And.Contain("or choose nearest or bilinear."));
        }
        Neither("the upsampler was trained for the projection ", "--projection", "fit");
        Neither("a learned upsampler takes scale 1 alone, but the scales are 1, 2", "--deep-scales", "1,2");
        Neither("the upsampler was trained on images standardised as a whole, but these are not standardised", "--standardise", "none");
        Assert.That(File.Exists(At("no.fastseg")), Is.False);
    }

    /// <summary>The network would see what the model does not.</summary>
    [TestCase("--nan-as", "0")]
    [TestCase("--data-bar", "auto")]
    [TestCase("--mask", "labels")]
    public void AnUpsamplerForTheseImagesTakesThemWhole(string option, string value)
    {
        string given = value == "labels" ? TrainLabels : value;
        foreach (string recipe in (string[])["finish", "train"])
        {
            string said = Misuse(
                "train", "--image", TrainImage, "--labels", TrainLabels, "--deep", _tiny.Folder, "--upsampler", recipe, option, given,
                "-o", At("no.fastseg"));
            Assert.That(said, Does.Contain("leave out --mask, --nan-as and --data-bar"));
        }
    }

    [Test]
    public void OtherChannelsAreInterpolatedAndThatIsSaid()
    {
        Assert.That(
            Succeed([.. Training, "--channels", "5", "-o", At("five.fastseg")]),
            Does.Contain("deep features by bilinear upsampling: the upsampler takes 8 channels, but 5 are wanted"));
        Assert.That(
            Fail([.. Training, "--channels", "5", "--upsampler", "learned", "-o", At("no.fastseg")]), Does.Contain("choose --channels 8"));
        Assert.That(
            Succeed(
                "features", TestImage, "--families", "gaussian", "--deep", _tiny.Folder, "--channels", "5", "--upsampler", "nearest",
                "-o", At("nearest.npy")),
            Does.Contain("deep features by nearest upsampling: as asked for"));
        Assert.That(
            Succeed("preview", TestImage, "--features", "--deep", _tiny.Folder, "--channels", "8", "-o", At("learned.png")),
            Does.Contain("deep features by learned upsampling"));
    }
}
