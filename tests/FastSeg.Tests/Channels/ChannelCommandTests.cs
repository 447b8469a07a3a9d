using FastSeg.Tests.Cli;
using FastSeg.Tests.Images.Tiff;
using NUnit.Framework;

namespace FastSeg.Tests.Channels;

/// <summary>The command line on images of 2, 4 and 16 channels, on pages that are channels, and on images that should be turned.</summary>
[TestFixture]
internal sealed class ChannelCommandTests
{
    private const int Width = 90, Height = 66;

    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("fastseg-channels-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void TrainSegmentFeaturesInfoAndPreview([Values(2, 4, 16)] int channels, [Values("npy", "tif", "planes.tif")] string kind)
    {
        var scene = new SyntheticScene(Width, Height, channels: channels);
        string image = Put($"image.{kind}", kind == "npy"
            ? Npy.Bytes("|u1", $"({Height}, {Width}, {channels})", scene.Pixels)
            : Tiff(scene.Pixels, channels, kind == "planes.tif"));
        string labels = Put("labels.npy", Npy.Bytes("|u1", $"({Height}, {Width})", scene.Labels));
        Succeed("train", "--image", image, "--labels", labels, "--sigmas", "1,2", "--rounds", "8", "--no-score", "-o", At("m.fastseg"));
        Assert.That(Succeed("info", At("m.fastseg")), Does.Contain($"{channels} channels"));
        Assert.That(Succeed("info", image), Does.Contain($"uint8, {channels} channels"));
        Succeed("segment", At("m.fastseg"), image, "-o", At("out.tif"));
        Outcome score = CommandLine.Run("score", At("out.tif"), At("out.tif"));
        Assert.That(score.Code, Is.Zero, score.Error);
        using (ImageReader result = ImageFile.OpenLabels(At("out.tif")))
        {
            byte[] found = new byte[Width * Height];
            result.Read(result.Info.Bounds, found);
            int right = found.Where((label, i) => scene.Labels[i] != 0 && new[] { 0, 1, 2, 7 }[label] == scene.Labels[i]).Count();
            Assert.That(right, Is.GreaterThan(0.9 * scene.Labels.Count(label => label != 0)));
        }
        string features = Succeed("features", image, "--families", "gaussian", "--sigmas", "1", "-o", At("f.tif"));
        Assert.That(features, Does.Contain($"{2 * channels} features"));
        string shown = channels == 2 ? "the first of 2 channels" : $"the first 3 of {channels} channels";
        Assert.That(Succeed("preview", image, "-o", At("p.png")), Does.Contain(shown));
        string grey = Put("grey.npy", Npy.Bytes("|u1", $"({Height}, {Width})", scene.Labels));
        Outcome refused = CommandLine.Run("segment", At("m.fastseg"), grey, "-o", At("no.tif"));
        Assert.That(refused.Code, Is.EqualTo(1));
        Assert.That(refused.Error, Does.Contain("has 1 channel (grey), but the model sees").And.Contain($"{channels} channels"));
        Assert.That(File.Exists(At("no.tif")), Is.False);
    }

    [Test]
    public void PagesAreChannelsWhereTheModelWasTrainedSo()
    {
        var scene = new SyntheticScene(Width, Height, channels: 4);
        byte[][] pages = [.. Enumerable.Range(0, 4).Select(channel => scene.Pixels.Where((_, i) => i % 4 == channel).ToArray())];
        string stack = Put("stack.tif", TiffBuilder.Build([.. pages.Select(page => new TiffBuilder()
            .Image(page, Width, Height, 1, SampleType.UInt8))], false, false));
        string array = Put("array.npy", Npy.Bytes("|u1", $"({Height}, {Width}, 4)", scene.Pixels));
        string labels = Put("labels.npy", Npy.Bytes("|u1", $"({Height}, {Width})", scene.Labels));
        string[] how = ["--labels", labels, "--sigmas", "1", "--rounds", "6", "--no-score"];
        Succeed(["train", "--image", stack, "--channels-from-pages", .. how, "-o", At("pages.fastseg")]);
        Succeed(["train", "--image", array, .. how, "-o", At("array.fastseg")]);
        Succeed("segment", At("pages.fastseg"), stack, "-o", At("pages.npy"));
        Succeed("segment", At("array.fastseg"), array, "-o", At("labels_of_array.npy"));
        Assert.That(File.ReadAllBytes(At("pages.npy")), Is.EqualTo(File.ReadAllBytes(At("labels_of_array.npy"))));
        Assert.That(Succeed("info", At("pages.fastseg")), Does.Contain("pages are channels"));
        string info = Succeed("info", stack, "--channels-from-pages");
        Assert.That(info, Does.Contain("4 channels").And.Contain("pages 1, 2, 3, 4 are channels"));
        Assert.That(Succeed("info", stack), Does.Contain("1 channel"));
    }

    [Test]
    public void AnOrientationIsNamedAndTurnedWhereThatIsAskedFor()
    {
        var scene = new SyntheticScene(Width, Height);
        string image = Put("image.tif", OrientationTests.Turned(scene.Pixels, 1, SampleType.UInt8, 6, true, Width, Height));
        string labels = Put("labels.tif", OrientationTests.Turned(scene.Labels, 1, SampleType.UInt8, 6, true, Width, Height));
        byte[] right = [.. Enumerable.Range(0, Width * Height).Select(i => (byte)(i % Width < 30 ? 0 : 1))];
        string mask = Put("mask.tif", OrientationTests.Turned(right, 1, SampleType.UInt8, 6, true, Width, Height));
        string[] train = ["train", "--image", image, "--labels", labels, "--sigmas", "1", "--rounds", "6", "--no-score"];
        Outcome stored = CommandLine.Run([.. train, "-o", At("stored.fastseg")]);
        Assert.That(stored.ErrorLines, Has.Length.EqualTo(1));
        Assert.That(stored.Error, Does.StartWith($"fastseg: warning: {image} says").And.Contain("(orientation 6)"));
        Assert.That(stored.Error, Does.Contain("--orient turns"));
        Assert.That(Succeed("info", image), Does.Contain("6: should be turned by 90 degrees clockwise"));
        Succeed([.. train, "--orient", "-o", At("turned.fastseg")]);
        string another = Put("another.tif", File.ReadAllBytes(image));
        Outcome segmented = CommandLine.Run("segment", At("stored.fastseg"), image, another, "--mask", mask, "-o", At("stored"));
        Assert.That(segmented.ErrorLines.Count(line => line.Contains("orientation", StringComparison.Ordinal)), Is.EqualTo(1));
        Succeed("segment", At("turned.fastseg"), image, "--mask", mask, "-o", At("turned.npy"));
        using ImageReader turned = ImageFile.Open(At("turned.npy"));
        Assert.That((turned.Info.Width, turned.Info.Height), Is.EqualTo((Height, Width)));
        byte[] found = new byte[Width * Height];
        turned.Read(turned.Info.Bounds, found);
        // Columns 0 to 29 of the file are the first 30 rows of what is seen.
        Assert.That(found.AsSpan(0, 30 * Height).ContainsAnyExcept((byte)0), Is.False);
        Assert.That(found.AsSpan(30 * Height).Contains((byte)0), Is.False);
    }

    [TestCase("0,1", "three numbers")]
    [TestCase("0,1,16", "from 0 to 15")]
    [TestCase("a,b,c", "three numbers")]
    public void ChannelsForDeepFeaturesAreThreeNumbers(string given, string sentence)
    {
        Outcome outcome = CommandLine.Run("features", "a.npy", "--deep", "none", "--rgb", given, "-o", At("f.npy"));
        Assert.That(outcome.Code, Is.EqualTo(2));
        Assert.That(outcome.Error, Does.Contain(sentence));
    }

    private static byte[] Tiff(byte[] samples, int channels, bool separate) => new TiffBuilder()
        .Image(samples, Width, Height, channels, SampleType.UInt8, compression: 8, separate: separate)
        .Set(262, 3, 1).Set(338, 3, [.. Enumerable.Repeat(0L, channels - 1)]).Build();

    private string At(string name) => Path.Combine(_folder, name);

    private string Put(string name, byte[] bytes)
    {
        File.WriteAllBytes(At(name), bytes);
        return At(name);
    }

    private static string Succeed(params string[] arguments)
    {
        Outcome outcome = CommandLine.Run(arguments);
        Assert.That((outcome.Code, outcome.Error), Is.EqualTo((0, "")), string.Join(' ', arguments));
        return outcome.Output;
    }
}
