using System.Text.Json;
using FastSeg.Tests.Deep.Backbones;
using NUnit.Framework;

namespace FastSeg.Tests.Cli;

/// <summary>fastseg backbone check, and what train says of positional bias and flips.</summary>
internal sealed class BackboneCheckCommandTests : CliFixture
{
    [Test]
    public void CheckMeasuresSpeedAndBias()
    {
        using var tiny = new TinyBackbone(8, 6, 0, false, 5);
        string text = Succeed("backbone", "check", tiny.Folder, "--images", TrainImage, TestImage, "--report", At("check.json"));
        Assert.That(text, Does.Contain("ms alone").And.Contain("5 x 5, four flips").And.Contain("(of noise and shuffled blocks)"));
        Assert.That(text, Does.Match(@"\n  5 x 5 +\d+\.\d +\d+\.\d +\d+\.\d\d +\d+\.\d\d\*"), "the folder's own overlap has a star");
        using JsonDocument report = JsonDocument.Parse(File.ReadAllBytes(At("check.json")));
        Assert.That(report.RootElement.GetProperty("command").GetString(), Is.EqualTo("backbone check"));
        Assert.That(report.RootElement.GetProperty("positionalBias").GetDouble(), Is.InRange(0, 1));
        JsonElement speed = report.RootElement.GetProperty("backbone").GetProperty("speeds")[0];
        Assert.That(speed.GetProperty("windowTokens").GetInt32(), Is.EqualTo(5));
        Assert.That(speed.GetProperty("pixelsPerSecond").EnumerateObject().Select(rate => rate.Name), Is.EqualTo(new[] { "0", "1", "2" }));
        Assert.That(Succeed("backbone", "check", tiny.Folder), Does.Contain("of noise alone"));
        Assert.That(Fail("backbone", "check", At("nothing")), Does.Contain("is no folder"));
        Assert.That(Misuse("backbone"), Does.Contain("add check or optimise"));
    }

    [Test]
    public void NothingIsPrintedOfACheckThatFails()
    {
        using var tiny = new TinyBackbone(8, 6, 0, false, 5);
        Write(At("small.png"), SampleType.UInt8, 63, 63, new byte[63 * 63]);
        foreach (string image in (string[])[At("gone.png"), At("small.png")])
        {
            Outcome outcome = CommandLine.Run("backbone", "check", tiny.Folder, "--images", image);
            Assert.That((outcome.Code, outcome.Output), Is.EqualTo((1, "")), image);
        }
    }

    [Test]
    public void ACheckSaysWhatItMeasuredAndRefusesWhatNoTransformerRunsOn()
    {
        using var tiny = new TinyBackbone(8, 6, 0, false, 5);
        Assert.That(Succeed("backbone", "check", tiny.Folder, "--backend", "cpu"), Does.Contain("measured on the CPU"));
        Assert.That(
            Misuse("backbone", "check", tiny.Folder, "--backend", "opencl"),
            Does.Contain("--backend opencl: a transformer runs on the CPU or with CUDA; give auto, cpu or cuda."));
        Assert.That(Misuse("backbone", "check", tiny.Folder, "--backend", "simulated"), Does.Contain("--backend simulated: "));
        Outcome cuda = CommandLine.Run("backbone", "check", tiny.Folder, "--backend", "cuda");
        string all = cuda.Output + cuda.Error;
        Assert.That(
            cuda.Code == 1 || all.Contains("measured on CUDA device") || all.Contains("The transformer runs on the CPU: "), Is.True, all);
    }

    [Test]
    public void TrainMeasuresTheBiasWhereAskedAndKeepsTheFlips()
    {
        using var tiny = new TinyBackbone(8, 6, 0, false, 5);
        string[] train =
            ["train", "--image", TrainImage, "--labels", TrainLabels, "--rounds", "2", "--no-score", "-o", At("bias.fastseg")];
        string[] deep = [.. train, "--families", "none", "--deep", tiny.Folder, "--channels", "3"];
        Assert.That(
            Succeed([.. deep, "--positional-bias", "--flip-average", "--report", At("train.json")]),
            Does.Match(@"positional bias 0\.\d\d\d"));
        Assert.That(Succeed("info", At("bias.fastseg")), Does.Contain("mean of four flips"));
        using JsonDocument report = JsonDocument.Parse(File.ReadAllBytes(At("train.json")));
        Assert.That(report.RootElement.GetProperty("positionalBias").GetDouble(), Is.InRange(0, 1));
        tiny.Json["flipAverage"] = true;
        tiny.SaveJson();
        Assert.That(Succeed([.. deep]), Does.Not.Contain("positional bias"));
        Assert.That(Succeed("info", At("bias.fastseg")), Does.Contain("mean of four flips"), "the folder's");
        Succeed([.. deep, "--flip-average", "false"]);
        Assert.That(Succeed("info", At("bias.fastseg")), Does.Not.Contain("mean of four flips"));
        Assert.That(Misuse([.. train, "--positional-bias"]), Does.Contain("--positional-bias is about deep features"));
        Assert.That(Misuse([.. train, "--flip-average"]), Does.Contain("--flip-average is about deep features"));
    }
}
