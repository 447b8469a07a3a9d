using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using FastSeg.Cli.Terminal;
using NUnit.Framework;

namespace FastSeg.Tests.Cli;

/// <summary>Commands on a terminal: the progress bar's memory is part of what was planned.</summary>
[TestFixture]
internal sealed class TerminalTests
{
    /// <summary>`script` of util-linux gives the program a terminal.</summary>
    private const string Script = "/usr/bin/script";

    [Test]
    public void ABarTakesNoMoreThanWasPlanned()
    {
        if (!File.Exists(Script))
        {
            Assert.Ignore($"There is no {Script}.");
        }
        using var folder = new TemporaryFolder();
        var scene = new SyntheticScene(1600, 1600);
        (string model, string image, string report) = (folder.File("m.fastseg"), folder.File("i.tif"), folder.File("r.json"));
        Trained.Grey.Save(model);
        using (ImageWriter writer = ImageFile.Create(image, new ImageLayout(scene.Width, scene.Height, SampleType.UInt8)))
        {
            writer.Write(new Region(0, 0, scene.Width, scene.Height), scene.Pixels);
            writer.Commit();
        }
        string dotnet = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"));
        string program = Path.Combine(AppContext.BaseDirectory, "FastSeg.Cli.dll");
        string command = $"'{dotnet}' '{program}' segment {model} {image} -o {folder.File("l.tif")} --threads 1 --report {report}";
        using Process process = Process.Start(new ProcessStartInfo("/bin/bash", ["-c", $"{Script} -qec \"{command}\" /dev/null </dev/null"])
        {
            RedirectStandardOutput = true,
        })!;
        string shown = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.That(shown, Does.Contain("i.tif").And.Contain("%"), "a bar was drawn");
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(report));
        long planned = json.RootElement.GetProperty("predictedPeakBytes").GetInt64();
        Assert.That(json.RootElement.GetProperty("peakBytes").GetInt64(), Is.LessThanOrEqualTo(planned));
    }

    /// <summary>What drawings leave would otherwise lie about until the garbage collector's own limit, tens of MiB.</summary>
    [Test]
    public void WhatDrawingsLeaveIsCollected()
    {
        using var error = new StringWriter();
        int before = 0, after = ProgressBar.Run(error, "work", 0, (progress, _) =>
        {
            GC.Collect();
            before = GC.CollectionCount(0);
            for (int i = 0; i < 23; i++)
            {
                progress.Report(i / 23.0);
                Thread.Sleep(100);
            }
            return GC.CollectionCount(0);
        });
        Assert.That(after, Is.GreaterThan(before));
    }
}
