using System.CommandLine;
using FastSeg.Cli.Scaling;
using FastSeg.Cli.Sessions;
using NUnit.Framework;

namespace FastSeg.Tests.Cli.Scaling;

/// <summary>What a run keeps when sizes fail, when the disk fails, and when it is stopped half-way.</summary>
internal sealed class ScalingRunTests
{
    [Test]
    public void ASizeThatFailsIsAPointAndTheOthersGoOn()
    {
        using var folder = new TemporaryFolder();
        using var error = new StringWriter();
        ScalingResult result = Run(folder, error, (job, _) => job.Side == 128
            ? new ScalingPoint(job.Side) { Stopped = "too large." }
            : Point(job.Side)).Run();
        Assert.That(result.Series.Single().Points.Select(point => point.Stopped), Is.EqualTo((string?[])[null, "too large.", null]));
        Assert.That(error.ToString(), Is.EqualTo($"fastseg: 128 x 128: stopped here: too large.{Environment.NewLine}"));
        Assert.That(ScalingTables.Csv(ScalingResult.Load(folder.Path)), Is.EqualTo(ScalingTables.Csv(result)));
    }

    [Test]
    public void WhatWasMeasuredIsKeptWhenTheRunIsStopped()
    {
        using var folder = new TemporaryFolder();
        string scratch = "";
        ScalingRun run = Run(folder, TextWriter.Null, (job, made) =>
        {
            scratch = made;
            Assert.That(File.Exists(job.Image), "the image of the size is there");
            return job.Side < 256 ? Point(job.Side) : throw new OperationCanceledException();
        });
        Assert.That(run.Run, Throws.InstanceOf<OperationCanceledException>());
        Assert.That(ScalingResult.Load(folder.Path).Series.Single().Points.Select(point => point.Side), Is.EqualTo((int[])[64, 128]));
        Assert.That(Directory.Exists(scratch), Is.False, "nothing is left of the images");
        Assert.That(Directory.GetFileSystemEntries(folder.Path), Has.Length.EqualTo(1), "and nothing half-written");
    }

    private static ScalingPoint Point(int side) => new(side) { Seconds = side, PeakBytes = side, PlannedBytes = side };

    private static ScalingRun Run(TemporaryFolder folder, TextWriter error, Func<PointJob, string, ScalingPoint> measure)
    {
        var common = new SessionOptions(1, BackendKind.Cpu, 0, null, false);
        var session = new Session("scaling", new RootCommand().Parse([]), common, TextWriter.Null, error, false, CancellationToken.None);
        var settings = new ScalingSettings(
            [64, 128, 256], 1 << 30, Mosaic.Of([Path.Combine(SampleWindows.Folder, "test", "spot2_0d_0.png")]), "a test",
            (_, made) => [("series", new PointJob(0, "", Path.Combine(made, "labels.tif"), 1 << 30))]);
        return new ScalingRun(session, settings, folder.Path) { Measure = measure };
    }
}
