using FastSeg.Cli.Scaling;
using NUnit.Framework;

namespace FastSeg.Tests.Cli.Scaling;

/// <summary>The command as it is typed, each size in a process of its own.</summary>
internal sealed class ScalingCommandTests : CliFixture
{
    private static readonly byte[] PngSignature = [0x89, 0x50, 0x4e, 0x47];

    [Test]
    public void SizesAreMeasuredWrittenAndCompared()
    {
        string first = NewFolder(), second = NewFolder(), both = At("both");
        string output = Succeed(
            "scaling", Model, "--image", TestImage, "--sizes", "320,128,128", "--threads", "1", "--backend", "cpu", "-o", first);
        Assert.That(output, Does.Contain("128 x 128: ").And.Contain("320 x 320: "));
        ScalingPoint[] points = [.. ScalingResult.Load(first).Series.Single().Points];
        Assert.That(points.Select(point => point.Side), Is.EqualTo((int[])[128, 320]), "ascending, once each");
        foreach (ScalingPoint point in points)
        {
            Assert.That(point.Seconds, Is.GreaterThan(0).And.EqualTo(point.Runs.Order().ElementAt(1)), "the median of three");
            Assert.That(point.Runs, Has.Count.EqualTo(PointJob.MostRuns));
            Assert.That(point.Stages.Select(stage => stage.Name), Is.EqualTo((string[])["read", "filters", "forest", "write"]));
            Assert.That(point.PeakBytes, Is.GreaterThan(20L << 20).And.LessThan(1L << 30));
            Assert.That(point.PeakBytes / (double)point.PlannedBytes, Is.EqualTo(1).Within(0.25));
            Assert.That(point.PeakOfRun, Is.EqualTo(ProcessMemory.ResetPeak()), "whether the system lets a process forget its peak");
            Assert.That(point.ReadBytes, Is.GreaterThanOrEqualTo((long)point.Pixels));
            Assert.That(point.WrittenBytes, Is.EqualTo((long)point.Pixels));
            Assert.That((point.Backend, point.Device), Is.EqualTo(("cpu", (DeviceUse?)null)));
        }
        Assert.That(File.ReadAllLines(Path.Combine(first, "scaling.csv")), Has.Length.EqualTo(3));
        AssertPlots(first, "time", "memory", "stages");

        Succeed("scaling", Model, "--image", TestImage, "--sizes", "128", "--compare", first, "-o", second);
        Assert.That(File.ReadAllText(Path.Combine(second, "comparison.md")), Does.Contain("| 128 |").And.Not.Contain("| 320 |"));
        Succeed("scaling", "--compare", first, "--compare", second, "-o", both);
        Assert.That(File.ReadAllText(Path.Combine(both, "comparison.md")), Does.Contain("| 128 |"));
        AssertPlots(both, "comparison_time", "comparison_memory");
        Assert.That(Directory.GetFileSystemEntries(both), Has.Length.EqualTo(5), "nothing was measured");
    }

    [Test]
    public void WhereMemoryIsTooLittleEverySizeIsAPointThatSaysSo()
    {
        string folder = NewFolder();
        Outcome outcome = CommandLine.Run("scaling", Model, "--image", TestImage, "--memory", "1MiB", "-o", folder);
        Assert.That(outcome.Code, Is.EqualTo(1));
        Assert.That(outcome.ErrorLines, Has.Length.EqualTo(6), outcome.Error);
        Assert.That(outcome.ErrorLines[0], Does.StartWith("fastseg: 512 x 512: stopped here: ").And.Contain("is not enough"));
        Assert.That(outcome.ErrorLines[4], Does.StartWith("fastseg: 8192 x 8192: stopped here: "), "the default sizes");
        Assert.That(outcome.ErrorLines[5], Is.EqualTo("fastseg: No size could be measured; the lines above say why."));
        Assert.That(ScalingResult.Load(folder).Series.Single().Points.Select(point => point.Measured), Has.None.True);
        AssertPlots(folder, "time", "memory", "stages");
    }

    [Test]
    public void TheSimulatedDeviceHasItsMemoryAndTransfersCounted()
    {
        string folder = NewFolder();
        Succeed("scaling", Model, "--image", TestImage, "--sizes", "64", "--backend", "simulated", "-o", folder);
        ScalingPoint point = ScalingResult.Load(folder).Series.Single().Points.Single();
        Assert.That(point.Backend, Is.EqualTo("simulated"));
        Assert.That(point.Device!.MemoryBytes, Is.GreaterThan(64 * 64 * 4));
        // One tile: its samples go up; labels and a flag of four bytes come down.
        Assert.That((point.Device?.Transfers, point.Device?.UpBytes, point.Device?.DownBytes), Is.EqualTo((3L, 64 * 64L, (64 * 64L) + 4)));
    }

    [Test]
    public void UpsamplersAreMeasuredOnTheSameTokens()
    {
        string folder = NewFolder();
        string said = Succeed("scaling", "--upsamplers", "--image", TestImage, "--sizes", "224", "-o", folder);
        ScalingResult result = ScalingResult.Load(folder);
        Assert.That(
            result.Series.Select(series => series.Name), Is.EqualTo((string[])["nearest", "bilinear", "strided:2", "jbu", "learned"]));
        foreach (ScalingSeries series in result.Series)
        {
            ScalingPoint point = series.Points.Single();
            Assert.That(point.Stages.Select(stage => stage.Name), Does.Contain("vit").And.Contain("upsampler"), series.Name);
            Assert.That(point.WrittenBytes, Is.EqualTo(224 * 224 * 32 * 4), series.Name);
        }
        Assert.That(said, Does.Contain("LiFT").And.Contain("LoftUp"), "the missing are named");
        Assert.That(result.What, Does.Contain("LiFT").And.Contain("LoftUp").And.Contain("paper's GPU"));
    }

    [TestCase("12,x")]
    [TestCase("512,,1024")]
    [TestCase("63")]
    [TestCase("65537")]
    [TestCase("-512")]
    [TestCase("5e2")]
    public void SizesThatAreNoNumbersAreRefused(string sizes) => Assert.That(
        Misuse("scaling", "-o", At("out"), $"--sizes={sizes}"),
        Does.Contain("--sizes").And.Contain("give whole numbers from 64 to 65536 separated by commas"));

    [Test]
    public void ArgumentsThatDoNotFitAreRefusedBeforeAnythingIsMade()
    {
        string file = At("file");
        File.WriteAllText(file, "");
        string inside = Path.Combine(file, "out");
        Assert.That(Fail("scaling", Model, "--image", TestImage, "-o", inside), Does.Contain("the folder cannot be made"));
        Assert.That(Fail("scaling", Model, "--image", At("gone.tif"), "-o", At("out")), Does.Contain("gone.tif"));
        Assert.That(Fail("scaling", "--compare", At("gone"), "-o", At("out")), Does.Contain("there is no such file"));
        Assert.That(Misuse("scaling", Model, "--preset", "weka", "-o", At("out")), Does.Contain("has its features already"));
        Assert.That(Misuse("scaling", Model, "--upsamplers", "-o", At("out")), Does.Contain("has its features already"));
        Assert.That(Misuse("scaling", "--image", At("time.png"), "-o", Folder), Does.Contain("would be overwritten by a result"));
        Assert.That(Misuse("scaling", "--compare", Folder, "-o", Folder), Does.Contain("would be overwritten by a result"));
        Assert.That(Directory.Exists(At("out")), Is.False);
        File.WriteAllText(At("job.json"), "{}");
        Assert.That(Fail("scaling-point", At("job.json")), Does.Contain("is no job of `fastseg scaling`"));
    }

    private static void AssertPlots(string folder, params string[] names)
    {
        foreach (string name in names)
        {
            Assert.That(File.ReadAllBytes(Path.Combine(folder, $"{name}.png"))[..4], Is.EqualTo(PngSignature));
            Assert.That(File.ReadAllText(Path.Combine(folder, $"{name}.svg")), Does.Contain("<svg"));
        }
    }
}
