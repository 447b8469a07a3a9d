using System.Text.Json;
using FastSeg.Cli.Reports;
using NUnit.Framework;

namespace FastSeg.Tests.Cli;

/// <summary>The commands with --backend, on the simulated device.</summary>
internal sealed class GpuCommandTests : CliFixture
{
    private static readonly string[] Small = ["--region", "3,5,24,17"];

    [Test]
    public void SegmentGivesTheCpusFileAndTheReportSaysWhatComputed()
    {
        Succeed(["segment", Model, TestImage, "-o", At("cpu.npy"), "--backend", "cpu", .. Small]);
        Succeed(["segment", Model, TestImage, "-o", At("gpu.npy"), "--backend", "simulated", "--report", At("r.json"), .. Small]);
        Assert.That(File.ReadAllBytes(At("gpu.npy")), Is.EqualTo(File.ReadAllBytes(At("cpu.npy"))));
        using JsonDocument report = JsonDocument.Parse(File.ReadAllBytes(At("r.json")));
        Assert.That(report.RootElement.GetProperty("backend").GetString(), Is.EqualTo("simulated"));
    }

    [Test]
    public void PlanListsTheDevicesBuffers()
    {
        Assert.That(Succeed("plan", Model, TestImage, "--backend", "simulated"), Does.Contain("device: bins").And.Contain("device: all"));
        using JsonDocument plan = JsonDocument.Parse(Succeed("plan", Model, TestImage, "--backend", "simulated", "--json"));
        long all = plan.RootElement.GetProperty("deviceBuffers").EnumerateArray().Sum(item => item.GetProperty("bytes").GetInt64());
        Assert.That(plan.RootElement.GetProperty("deviceBytes").GetInt64(), Is.EqualTo(all).And.GreaterThan(1 << 20));
        Assert.That(
            Fail("plan", Model, TestImage, "--backend", "simulated", "--device-memory", "1MiB"),
            Does.Contain("--device-memory 1MiB is not enough"));
    }

    [Test]
    public void InfoListsDevices() =>
        Assert.That(Succeed("info", "--device"), Does.Contain("simulated on the CPU").And.Contain("--backend simulated"));

    [Test]
    public void InfoSaysWhatTrainsAndWhatRunsTheTransformer()
    {
        string text = Succeed("info", "--device");
        Assert.That(text, Does.Match(@"libxgboost \d+\.\d+\.\d+ is built with(out)? CUDA: it trains on the [CG]PU\. It is .*libxgboost"));
        Assert.That(text, Does.Match(@"ONNX Runtime \d+\.\d+\.\d+"));
    }

    [Test]
    public void NotesAreKeptOnce()
    {
        var report = new RunReport("train", 1);
        Assert.That((report.Note("No GPU."), report.Note("No CUDA."), report.Note("No GPU.")), Is.EqualTo((true, true, false)));
        using JsonDocument json = JsonDocument.Parse(report.Json());
        Assert.That(json.RootElement.GetProperty("backendNote").GetString(), Is.EqualTo("No GPU. No CUDA."));
    }
}
