using System.Text.Json;
using NUnit.Framework;

namespace FastSeg.Tests.Cli;

/// <summary>--smooth and --class-weights of train, segment, plan and info.</summary>
internal sealed class SmoothCommandTests : CliFixture
{
    [Test]
    public void AModelKeepsItsSmoothingAndSegmentOverridesIt()
    {
        string model = At("smooth.fastseg");
        Succeed(
            "train", "--image", TrainImage, "--labels", TrainLabels, "--rounds", "4", "--no-score",
            "--smooth", "guided:3,0.2", "-o", model);
        Assert.That(Succeed("info", model), Does.Match("smoothing +guided:3,0.2"));
        Assert.That(Succeed("info", Model), Does.Match("smoothing +none"));
        Succeed("segment", model, TestImage, "-o", At("own.png"));
        Succeed("segment", model, TestImage, "--smooth", "none", "-o", At("none.png"));
        Succeed("segment", Model, TestImage, "--smooth", "guided:3,0.2", "-o", At("asked.png"));
        Assert.That(Labels(At("own.png")).Samples, Is.Not.EqualTo(Labels(At("none.png")).Samples));
        Assert.That(Labels(At("own.png")).Samples, Is.EqualTo(Labels(At("asked.png")).Samples));
    }

    [Test]
    public void ThePrintedAndReportedWeightsGiveTheSameLabels()
    {
        string output = Succeed("segment", Model, TestImage, "--smooth", "safe", "-o", At("safe.png"), "--report", At("safe.json"));
        string printed = output[(output.IndexOf("--class-weights ", StringComparison.Ordinal) + 16)..].Trim();
        using JsonDocument report = JsonDocument.Parse(File.ReadAllBytes(At("safe.json")));
        JsonElement image = report.RootElement.GetProperty("images")[0];
        Assert.That(image.GetProperty("smoothing").GetString(), Is.EqualTo("safe"));
        IEnumerable<string> reported = image.GetProperty("classWeights").EnumerateArray().Select(weight => weight.GetRawText());
        Assert.That(string.Join(',', reported), Is.EqualTo(printed));
        Succeed("segment", Model, TestImage, "--smooth", "safe", "--class-weights", printed, "-o", At("given.png"));
        Assert.That(Labels(At("given.png")).Samples, Is.EqualTo(Labels(At("safe.png")).Samples));
    }

    [Test]
    public void APlanCountsTheSecondPass()
    {
        using JsonDocument plan = JsonDocument.Parse(Succeed("plan", Model, TestImage, "--smooth", "safe", "--json"));
        JsonElement.ArrayEnumerator buffers = plan.RootElement.GetProperty("buffers").EnumerateArray();
        string[] phases = [.. buffers.Select(item => item.GetProperty("phase").GetString()!)];
        Assert.That(phases, Does.Contain("weighing"));
        Assert.That(plan.RootElement.GetProperty("diskBytes").GetInt64(), Is.Zero);
        Assert.That(Succeed("plan", Model, TestImage, "--smooth", "safe"), Does.Contain("weighing, after the tiles"));
    }

    [TestCase("auto:1", "--smooth auto:1: give ")]
    [TestCase("guided:0", "the radius, a whole number from 1 to 64")]
    [TestCase("guided:8,0", "epsilon is a number above 0")]
    [TestCase("guided:8,1,2", "the radius, a whole number from 1 to 64")]
    public void AWrongSmoothingSaysWhatWouldBeRight(string smooth, string sentence) =>
        Assert.That(Misuse("segment", Model, TestImage, "--smooth", smooth, "-o", At("x.png")), Does.Contain(sentence));

    [Test]
    public void WrongWeightsSayWhatWouldBeRight()
    {
        Assert.That(
            Misuse("segment", Model, TestImage, "--smooth", "safe", "--class-weights", "1,0,1", "-o", At("x.png")),
            Does.Contain("give one number above 0 a class"));
        Assert.That(
            Fail("segment", Model, TestImage, "--smooth", "safe", "--class-weights", "1,1", "-o", At("x.png")),
            Does.Contain("2 --class-weights for 3 classes"));
        Assert.That(
            Fail("segment", Model, TestImage, "--class-weights", "1,1,1", "-o", At("x.png")), Does.Contain("the smoothing is none"));
        Assert.That(
            Misuse(
                "segment", Model, TestImage, "--smooth", "safe", "--class-weights", "1,1,1", "--class-weights", "2,1,1",
                "-o", At("x.png")),
            Does.Contain("'--class-weights' expects a single argument"));
        Assert.That(File.Exists(At("x.png")), Is.False);
    }
}
