using FastSeg.Cli.Reports;
using FastSeg.Tests.Gpu.Ptx;
using NUnit.Framework;

namespace FastSeg.Tests.Cli.Devices;

/// <summary>fastseg selftest --emit.</summary>
[TestFixture]
[NonParallelizable]
internal sealed class EmittedKernelsTests
{
    /// <summary>What ptxas 13.0 prints of a kernel with -v.</summary>
    private const string Said = """
        ptxas info    : 0 bytes gmem
        ptxas info    : Compiling entry function 'Kernel_AlongY' for 'sm_80'
        ptxas info    : Function properties for Kernel_AlongY
            0 bytes stack frame, 12 bytes spill stores, 16 bytes spill loads
        ptxas info    : Used 48 registers, used 1 barriers, 24836 bytes smem, 436 bytes cmem[0]
        """;

    [Test]
    public void EveryKernelIsWrittenUnderItsName()
    {
        using var folder = new TemporaryFolder();
        string path = Environment.GetEnvironmentVariable("PATH")!;
        Outcome outcome;
        try
        {
            Environment.SetEnvironmentVariable("PATH", folder.Path);
            outcome = CommandLine.Run("selftest", "--backend", "simulated", "--emit", folder.File("kernels"));
        }
        finally
        {
            Environment.SetEnvironmentVariable("PATH", path);
        }
        Assert.That((outcome.Code, outcome.Error), Is.EqualTo((0, "")));
        string[] names = [.. PtxKernelTests.AllKernels().Select(PtxTwin.NameOf)
            .Select(name => name.Replace("<", ".", StringComparison.Ordinal).Replace(">", "", StringComparison.Ordinal))];
        Assert.That(
            Directory.EnumerateFiles(folder.File("kernels")).Select(Path.GetFileName),
            Is.EquivalentTo(names.SelectMany(name => (string[])[$"{name}.ptx", $"{name}.cl"])));
        Assert.That(outcome.Output, Does.StartWith($"{names.Length} kernels").And.Contain("ptxas is not on the path"));
        Assert.That(File.ReadAllText(folder.File("kernels/Dog.Five.BinSink.ptx")), Does.Contain(".entry Kernel_Five"));
        Assert.That(File.ReadAllText(folder.File("kernels/Dog.Five.BinSink.cl")), Does.Contain("kernel void Kernel_Five"));
    }

    [Test]
    public void WhatTheAssemblerSaysIsRead()
    {
        Assert.That(KernelFiles.Counts(Said), Is.EqualTo(("48", "12", "24836")));
        Assert.That(KernelFiles.Counts("ptxas info    : Used 16 registers, 380 bytes cmem[0]"), Is.EqualTo(("16", "?", "0")));
        Assert.That(KernelFiles.Counts("ptxas fatal   : Unsupported .version"), Is.EqualTo(("?", "?", "?")));
    }

    [Test]
    public void AFolderThatCannotBeMadeGetsASentence()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("taken"), "");
        Outcome outcome = CommandLine.Run("selftest", "--emit", folder.File("taken"));
        Assert.That(outcome.Code, Is.EqualTo(1));
        Assert.That(outcome.Error, Does.Contain("taken cannot be made: ").And.Contain("name a folder that can be written."));
    }
}
