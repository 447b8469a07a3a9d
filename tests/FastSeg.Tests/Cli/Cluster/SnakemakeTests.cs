using System.Diagnostics;
using FastSeg.Tests.Hostile;
using FastSeg.Tests.Images;
using FastSeg.Tests.Images.Zarr;
using NUnit.Framework;

namespace FastSeg.Tests.Cli.Cluster;

/// <summary>The rules of docs/cluster.md, run by Debian's snakemake.</summary>
[NonParallelizable]
internal sealed class SnakemakeTests : CliFixture
{
    private const string Snakemake = "/usr/bin/snakemake";
    private const int Width = 1100, Height = 1030;

    private string _folder = "";

    [OneTimeSetUp]
    public void WriteFiles()
    {
        if (!File.Exists(Snakemake))
        {
            Assert.Ignore("needs Debian's snakemake, which is not here");
        }
        _folder = NewFolder();
        File.Copy(Model, Path.Combine(_folder, "m.fastseg"));
        Write(
            Path.Combine(_folder, "scan.tif"), SampleType.UInt8, Width, Height, Scratch.Samples(Width, Height, 1, SampleType.UInt8));
        File.WriteAllText(Path.Combine(_folder, "Snakefile"), Rules());
        string program = Path.Combine(_folder, "fastseg");
        File.WriteAllText(program, $"#!/bin/bash\nexec '{ChildProcess.Dotnet}' '{ChildProcess.Program}' \"$@\"\n");
        ChildProcess.Start("chmod", ["700", program]).WaitForExit();
    }

    /// <summary>A call that is wrong fails its rule; then all of it is done, and has the bytes of one run.</summary>
    [Test]
    public void TheRulesOfThePageMakeTheBytesOfOneRun()
    {
        Outcome wrong = Run("blocks/9");
        Assert.That(wrong.Code, Is.Not.Zero);
        Assert.That(wrong.Error, Does.Contain("--block 9/4 is no share"));
        Assert.That(File.Exists(Path.Combine(_folder, "blocks", "9")), Is.False);
        Assert.That(File.Exists(Path.Combine(_folder, "blocks", "prepared")), Is.True);
        Outcome done = Run();
        Assert.That(done.Code, Is.Zero, done.Error);
        string alone = Path.Combine(NewFolder(), "labels.ome.zarr");
        Done("segment", Model, Path.Combine(_folder, "scan.tif"), "-o", alone);
        Assert.That(ZarrWriterTests.Hashes(Path.Combine(_folder, "labels.ome.zarr")), Is.EqualTo(ZarrWriterTests.Hashes(alone)));
    }

    /// <summary>The page's block of rules.</summary>
    private static string Rules()
    {
        string page = File.ReadAllText(TestData.File("docs", "cluster.md"));
        string[] after = page.Split("## Snakemake\n\n```python\n");
        Assert.That(after, Has.Length.EqualTo(2), "docs/cluster.md has no rules for Snakemake");
        return after[1][..after[1].IndexOf("```\n", StringComparison.Ordinal)];
    }

    private Outcome Run(params string[] targets)
    {
        var start = new ProcessStartInfo(Snakemake, ["--cores", "2", "--nocolor", .. targets])
        {
            WorkingDirectory = _folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PATH"] = $"{_folder}:{start.Environment["PATH"]}";
        start.Environment["HOME"] = _folder;
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return new Outcome(process.ExitCode, output.Result, error);
    }
}
