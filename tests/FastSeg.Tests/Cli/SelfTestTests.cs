using System.Text.Json;
using FastSeg.Cli.Commands;
using NUnit.Framework;

namespace FastSeg.Tests.Cli;

/// <summary>fastseg selftest and fastseg demo.</summary>
internal sealed class SelfTestTests
{
    [Test]
    public void SelfTestPassesAndNamesEveryFamily()
    {
        Outcome outcome = CommandLine.Run("selftest", "--backend", "cpu");
        Assert.That(outcome.Error, Is.Empty);
        Assert.That(outcome.Code, Is.Zero);
        foreach (string family in FastSeg.FamilyNames.All)
        {
            Assert.That(outcome.Output, Does.Match($@"features: {family} .*ok"));
        }
        foreach (string operation in (string[])
        [
            "enlarged page", "projection", "nearest", "bilinear", "joint bilateral, grey", "joint bilateral, colours",
            "upsampler, padding replicate", "upsampler, padding zeros",
            "upsampler, padding replicate, half-pixel", "upsampler, padding zeros, half-pixel",
        ])
        {
            Assert.That(outcome.Output, Does.Match($@"deep: {operation} .*ok"));
        }
        Assert.That(
            outcome.Output, Does.Match("forest: margins, 3 classes .* 0.0e.0 .*ok").And.Match("segment: wrong labels, 4 classes .*ok"));
        Assert.That(outcome.Output, Does.Not.Contain("FAILED"));
    }

    [Test]
    public void TheSimulatedDeviceHasARowForEveryFamilyOfKernelsWithCountsAndNoTimes()
    {
        Outcome outcome = CommandLine.Run("selftest", "--backend", "simulated");
        Assert.That(outcome.Error, Is.Empty);
        Assert.That(outcome.Code, Is.Zero);
        string[] lines = outcome.Output.Split('\n');
        string Row(string operation) => lines.Single(line => line.StartsWith(operation + "  ", StringComparison.Ordinal));
        foreach (string family in FastSeg.FamilyNames.All)
        {
            Assert.That(Row($"features: {family}"), Does.Match(@" 0\.0e\+0 +0\.0e\+0 +[\d.]+ +\d+ +\d+ +ok$"));
        }
        foreach (string operation in (string[])["features and binning: wrong bins", "gather: rows", "deep: nearest", "deep: bilinear"])
        {
            Assert.That(Row(operation), Does.Match(@" 0\.0e\+0 +0\.0e\+0 +[\d.]+ +\d+ +\d+ +ok$"));
        }
        foreach (string padding in (string[])["replicate", "zeros", "replicate, half-pixel", "zeros, half-pixel"])
        {
            Assert.That(Row($"deep: upsampler, padding {padding}"), Does.Match(@" [\d.]+e-\d+ +1\.0e-5 +[\d.]+ +6\d{4} +40 +ok$"));
        }
        Assert.That(Row("features and binning: wrong bins"), Does.Match(@" 40 x 40 x [5-9]\d "), "trees that ask for most features");
        Assert.That(Row("forest: margins, 100 trees"), Does.Match(@" 0\.0e\+0 +0\.0e\+0 "));
        Assert.That(Row("device: copying"), Does.EndWith("ok"));
        Assert.That(Row("device: multiply-adds"), Does.EndWith("ok"));
        Assert.That(outcome.Output, Does.Not.Contain(" ms").And.Not.Contain("B/s").And.Not.Contain("FLOP/s").And.Not.Contain("time"));
    }

    [Test]
    public void ARateIsBesideWhatTheDeviceDoesAtMost()
    {
        Assert.That(SelfTestCommand.Rate(new BackendRate(2.5e12, false, 0.75)), Is.EqualTo((string[])["2500.0 GB/s", "75 % of copying"]));
        Assert.That(
            SelfTestCommand.Rate(new BackendRate(31.4e12, true, 0.5)), Is.EqualTo((string[])["31.40 TFLOP/s", "50 % of multiply-adds"]));
        Assert.That(SelfTestCommand.Rate(new BackendRate(50e12, true, null)), Is.EqualTo((string[])["50.00 TFLOP/s", "measured"]));
        Assert.That(SelfTestCommand.Rate(null), Is.EqualTo((string[])["", ""]));
    }

    [TestCase(0.0, 0.0, true)]
    [TestCase(1e-7, 1e-6, true)]
    [TestCase(2e-6, 1e-6, false)]
    [TestCase(double.NaN, 1e-6, false)]
    [TestCase(double.Epsilon, 0.0, false)]
    public void AnErrorBeyondTheAllowedFails(double error, double allowed, bool passes) =>
        Assert.That(new BackendCheckResult("op", "size", error, allowed, 0).Passed, Is.EqualTo(passes));

    [Test]
    public void DemoDoesTheWholeJob()
    {
        string folder = Directory.CreateTempSubdirectory("fastseg-demo-").FullName;
        try
        {
            Outcome outcome = CommandLine.Run(
                "demo", "--samples", SampleWindows.Folder, "-o", folder, "--report", Path.Combine(folder, "report.json"));
            Assert.That(outcome.Error, Is.Empty);
            Assert.That(outcome.Code, Is.Zero);
            Assert.That(
                outcome.Output,
                Does.Contain(folder).And.Contain("filters").And.Contain("coarse (secondary)")
                    .And.Contain("mean IoU over the 2 images that they were not trained on").And.Contain("demo.png is "));
            using JsonDocument report = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "report.json")));
            JsonElement[] images = [.. report.RootElement.GetProperty("images").EnumerateArray()];
            Assert.That(images, Has.Length.EqualTo(6));
            // Three classes at random would give about 0.2.
            Assert.That(images.Average(image => image.GetProperty("meanIou").GetDouble()), Is.GreaterThan(0.4));
            Assert.That(
                Directory.GetFiles(folder).Select(Path.GetFileName),
                Is.EquivalentTo((string[])[
                    "ni.fastseg", "ni_deep.fastseg", "report.json", "demo.png",
                    "me3_15kx_3kv_2.png", "me3_15kx_3kv_2_labels.png", "me3_15kx_3kv_2_deep_labels.png",
                    "me3_15kx_3kv_2_smoothed_labels.png",
                    "spot2_0d_0.png", "spot2_0d_0_labels.png", "spot2_0d_0_deep_labels.png", "spot2_0d_0_smoothed_labels.png"]));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
