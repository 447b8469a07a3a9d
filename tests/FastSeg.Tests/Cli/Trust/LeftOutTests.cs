using System.Runtime.InteropServices;
using System.Text.Json;
using FastSeg.Tests.Images.Masks;
using NUnit.Framework;

namespace FastSeg.Tests.Cli.Trust;

/// <summary>--mask, --nan-as and --data-bar through the command line.</summary>
internal sealed class LeftOutTests : CliFixture
{
    private const int W = 256, H = 256;

    private float[] _holed = [], _filled = [];

    private string Holed => At("holed.tif");

    private string Filled => At("filled.tif");

    private string Kept => At("kept.png");

    [OneTimeSetUp]
    public void WriteImages()
    {
        byte[] pixels = Labels(TestImage).Samples;
        _holed = [.. Holes.Scene(W, H).Zip(pixels).Select(pair => float.IsFinite(pair.First) ? pair.Second : pair.First)];
        _filled = Holes.Filled(_holed, W, H);
        Write(Holed, SampleType.Float32, W, H, MemoryMarshal.AsBytes(_holed.AsSpan()));
        Write(Filled, SampleType.Float32, W, H, MemoryMarshal.AsBytes(_filled.AsSpan()));
        Write(Kept, SampleType.UInt8, W, H, Holes.Mask(_holed));
    }

    [Test]
    public void NanUnderAMaskSegmentsAsTheFilledImage()
    {
        Assert.That(Fail("segment", Model, Holed, "-o", At("l.tif")), Does.EndWith(
            "every sample must be a finite number: leave such pixels out with --mask, or give --nan-as.\n"));
        foreach (string threads in (string[])["1", "3"])
        {
            Succeed("segment", Model, Filled, "--mask", Kept, "-o", At("e.tif"), "--threads", threads);
            Succeed("segment", Model, Holed, "--mask", Kept, "-o", At("l.tif"), "--threads", threads);
            Assert.That(Labels(At("l.tif")).Samples, Is.EqualTo(Labels(At("e.tif")).Samples));
        }
        Succeed("features", Filled, "--mask", Kept, "-o", At("e.npy"));
        Succeed("features", Holed, "--mask", Kept, "-o", At("f.npy"));
        Assert.That(File.ReadAllBytes(At("f.npy")), Is.EqualTo(File.ReadAllBytes(At("e.npy"))));
    }

    /// <summary>Pictures, too, show the nearest pixel that is a number, or the number that is given.</summary>
    [Test]
    public void APictureTakesMaskAndNumber()
    {
        string[][] kinds = [[], ["--features"], ["--segmentation", TestTruth]];
        for (int i = 0; i < kinds.Length; i++)
        {
            (string found, string expected) = (At($"found{i}.png"), At($"expected{i}.png"));
            string refusal = Fail(["preview", Holed, "-o", found, .. kinds[i]]);
            Assert.That(refusal, Does.EndWith("leave such pixels out with --mask, or give --nan-as.\n"));
            Succeed(["preview", Holed, "--mask", Kept, "-o", found, .. kinds[i]]);
            Succeed(["preview", Filled, "--mask", Kept, "-o", expected, .. kinds[i]]);
            Assert.That(File.ReadAllBytes(found), Is.EqualTo(File.ReadAllBytes(expected)));
        }
        float[] numbers = Array.ConvertAll(_holed, sample => float.IsFinite(sample) ? sample : 7);
        Write(At("sevens.tif"), SampleType.Float32, W, H, MemoryMarshal.AsBytes(numbers.AsSpan()));
        Succeed("preview", Holed, "--nan-as", "7", "-o", At("seven.png"));
        Succeed("preview", At("sevens.tif"), "-o", At("sevens.png"));
        Assert.That(File.ReadAllBytes(At("seven.png")), Is.EqualTo(File.ReadAllBytes(At("sevens.png"))));
    }

    [Test]
    public void ANumberForNanIsKeptInTheModel()
    {
        float[] zeros = Array.ConvertAll(_holed, sample => float.IsFinite(sample) ? sample : -3.5f);
        Write(At("zeros.tif"), SampleType.Float32, W, H, MemoryMarshal.AsBytes(zeros.AsSpan()));
        string[] options = ["--labels", TestTruth, "--rounds", "2", "--no-score", "--sigmas", "1,2", "-o"];
        Succeed(["train", "--image", Holed, .. options, At("nan.fastseg"), "--nan-as", "-3.5"]);
        Succeed(["train", "--image", At("zeros.tif"), .. options, At("zeros.fastseg")]);
        Assert.That(Succeed("info", At("nan.fastseg")), Does.Contain("NaN and infinite samples count as -3.5"));
        Succeed("segment", At("nan.fastseg"), Holed, "-o", At("l.tif"));
        Succeed("segment", At("zeros.fastseg"), At("zeros.tif"), "-o", At("e.tif"));
        Succeed("segment", At("zeros.fastseg"), Holed, "--nan-as", "-3.5", "-o", At("n.tif"));
        byte[] expected = Labels(At("e.tif")).Samples;
        Assert.That(Labels(At("l.tif")).Samples, Is.EqualTo(expected));
        Assert.That(Labels(At("n.tif")).Samples, Is.EqualTo(expected));
        Assert.That(Misuse("segment", Model, Holed, "--nan-as", "NaN", "-o", At("x.tif")), Does.Contain("--nan-as NaN: give a number"));
    }

    [Test]
    public void TrainTakesAMaskForEachImage()
    {
        string[] options = ["--rounds", "2", "--no-score", "--sigmas", "1,2", "-o"];
        string[] two = ["train", "--image", TestImage, "--labels", TestTruth, "--image", Holed, "--labels", TestTruth];
        Outcome outcome = CommandLine.Run([.. two, "--mask", "-", "--mask", Kept, .. options, At("m.fastseg")]);
        Assert.That(outcome.Code, Is.Zero, outcome.Error);
        Assert.That(outcome.ErrorLines, Has.Length.EqualTo(1));
        Assert.That(outcome.Error, Does.StartWith($"fastseg: warning: {TestTruth}: ").And.Contains("pixels lie where the mask is 0"));
        Assert.That(Misuse([.. two, "--mask", Kept, .. options, At("x.fastseg")]), Does.Contain("2 --image but 1 --mask"));
        Assert.That(Fail([.. two, .. options, At("x.fastseg")]), Does.Contain("or give --nan-as"));
    }

    [Test]
    public void ADataBarIsLeftOutAndSaid()
    {
        var bar = new DrawnBar(40, 0, 1);
        byte[] pixels = [.. Labels(TestImage).Samples, .. bar.Draw(W, 0, 255).Select(value => (byte)value)];
        Write(At("barred.png"), SampleType.UInt8, W, H + 40, pixels);
        byte[] mask = [.. Enumerable.Repeat((byte)1, W * H), .. new byte[W * 40]];
        Write(At("above.png"), SampleType.UInt8, W, H + 40, mask);
        string output = Succeed(
            "segment", Model, At("barred.png"), "--data-bar", "auto", "-o", At("l.tif"), "--report", At("bar.json"));
        Assert.That(output, Does.Contain("  rows 256 to 295 are a data bar and were left out\n"));
        Succeed("segment", Model, At("barred.png"), "--mask", At("above.png"), "-o", At("e.tif"));
        byte[] labels = Labels(At("l.tif")).Samples;
        Assert.That(labels, Is.EqualTo(Labels(At("e.tif")).Samples));
        Assert.That(labels.AsSpan(W * H).ContainsAnyExcept((byte)0), Is.False);
        using JsonDocument report = Json("bar.json");
        JsonElement rows = report.RootElement.GetProperty("images")[0].GetProperty("dataBar");
        Assert.That(rows.EnumerateArray().Select(row => row.GetInt64()), Is.EqualTo((long[])[256, 295]));
        Assert.That(
            Succeed("segment", Model, TestImage, "--data-bar", "auto", "-o", At("n.tif")), Does.Contain("  no data bar was found\n"));
        Assert.That(Succeed("segment", Model, TestImage, "-o", At("n.tif")), Does.Not.Contain("data bar"));
    }

    [Test]
    public void TheOptionIsKeptInTheModel()
    {
        var bar = new DrawnBar(28, 1, 0);
        byte[] pixels = [.. Labels(TrainImage).Samples, .. bar.Draw(W, 0, 255).Select(value => (byte)value)];
        (ImageInfo info, byte[] drawn) = Labels(TrainLabels);
        Write(At("t.png"), SampleType.UInt8, W, (int)info.Height + 28, pixels);
        Write(At("t_labels.png"), SampleType.UInt8, W, (int)info.Height + 28, [.. drawn, .. new byte[W * 28]]);
        string output = Succeed(
            "train", "--image", At("t.png"), "--labels", At("t_labels.png"), "--data-bar", "auto", "--rounds", "2", "--no-score",
            "-o", At("bar.fastseg"));
        Assert.That(output, Does.Contain($"{At("t.png")}: rows {info.Height} to {info.Height + 27} are a data bar and were left out"));
        Assert.That(Succeed("info", At("bar.fastseg")), Does.Contain("a data bar is left out"));
        Assert.That(Succeed("segment", At("bar.fastseg"), At("t.png"), "-o", At("k.tif")), Does.Contain("are a data bar"));
        Assert.That(
            Succeed("segment", At("bar.fastseg"), At("t.png"), "--data-bar", "none", "-o", At("k.tif")), Does.Not.Contain("data bar"));
    }

    private JsonDocument Json(string name) => JsonDocument.Parse(File.ReadAllBytes(At(name)));
}
