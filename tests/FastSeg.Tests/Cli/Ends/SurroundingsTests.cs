using System.Diagnostics;
using FastSeg.Cli.Options;
using FastSeg.Tests.Hostile;
using NUnit.Framework;

namespace FastSeg.Tests.Cli.Ends;

/// <summary>What the environment, limits, control groups and signals do to the program.</summary>
internal sealed class SurroundingsTests : CliFixture
{
    /// <summary>Each of these ended libxgboost, or would train other trees; the model's bytes are those of an empty environment.</summary>
    [TestCase("OMP_DYNAMIC=true")]
    [TestCase("OMP_MAX_ACTIVE_LEVELS=0")]
    [TestCase("OMP_THREAD_LIMIT=1")]
    [TestCase("OMP_STACKSIZE=100G")]
    public void VariablesThatTakeThreadsAwayAreOverruledAndSaid(string variable)
    {
        (string model, string plain) = (At($"{variable}.fastseg"), At("plain.fastseg"));
        string[] train =
        [
            "train", "--booster", "xgboost", "--image", TrainImage, "--labels", TrainLabels, "--rounds", "4", "--smooth", "none",
            "--no-score",
        ];
        Succeed([.. train, "-o", plain]);
        Outcome outcome = ChildProcess.Script(
            $"export {variable}; exec \"$0\" \"$@\"", [.. train, "-o", model]);
        Assert.That(outcome.Code, Is.Zero, outcome.Error);
        string name = variable.Split('=')[0];
        string said = $"fastseg: {name} in the environment is not heeded: libxgboost needs the threads that it asks for.";
        Assert.That(outcome.ErrorLines, Is.EqualTo((string[])[said]));
        Assert.That(File.ReadAllBytes(model), Is.EqualTo(File.ReadAllBytes(plain)));
    }

    [TestCase(100, "segment")]
    [TestCase(64, "segment")]
    [TestCase(40, "info")]
    public void FewDescriptorsAreASentenceAboutTheLimit(int files, string command)
    {
        string output = command == "segment" ? $"'{TestImage}' -o '{At("few.tif")}'" : "";
        Outcome outcome = ChildProcess.Script($"ulimit -n {files}; exec \"$0\" \"$1\" {command} '{Model}' {output}");
        Assert.That((outcome.Code, outcome.Output), Is.EqualTo((1, "")));
        string said = $"fastseg: this process may open {files} files at once, and needs 128; raise the limit (ulimit -n 1024).\n";
        Assert.That(outcome.Error, Is.EqualTo(said));
        string enough = $"ulimit -n 128; exec \"$0\" \"$1\" segment '{Model}' '{TestImage}' -o '{At("enough.tif")}'";
        Assert.That(ChildProcess.Script(enough).Code, Is.Zero);
    }

    /// <summary>Version 2, version 1, both; groups within groups; paths that a container does not see.</summary>
    [TestCase("0::/a/b", "a/memory.max=500000000 a/b/memory.max=max memory.max=900000000", 500_000_000)]
    [TestCase("0::/a/b", "a/b/memory.max=100000000 a/memory.max=500000000", 100_000_000)]
    [TestCase("0::/not/seen", "memory.max=300000000", 300_000_000)]
    [TestCase("0::/../..", "memory.max=300000000", 300_000_000)]
    [TestCase("4:memory:/x", "memory/x/memory.limit_in_bytes=200000000 memory/memory.limit_in_bytes=9223372036854771712", 200_000_000)]
    [TestCase("4:cpu,memory:/x\n0::/", "memory/memory.limit_in_bytes=400000000 unified/memory.max=350000000", 350_000_000)]
    [TestCase("4:memory:/x", "memory/x/memory.limit_in_bytes=9223372036854771712", 0)]
    [TestCase("0::/", "memory.max=max", 0)]
    [TestCase("3:cpu:/", "memory/memory.limit_in_bytes=400000000", 0)]
    [TestCase("", "", 0)]
    public void AContainersMemoryIsTheLeastOfItsGroups(string groups, string files, long limit)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("cgroup"), groups + "\n");
        foreach (string[] file in files.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(file => file.Split('=')))
        {
            string path = Path.Combine(folder.Path, "root", file[0]);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, file[1] + "\n");
        }
        Assert.That(ContainerMemory.Of(folder.File("cgroup"), folder.File("root")), Is.EqualTo(limit));
    }

    [TestCase("TERM", 143)]
    [TestCase("INT", 130)]
    public void ASignalDuringTrainingIsHeard(string signal, int code)
    {
        string[] train = ["train", "--image", TrainImage, "--labels", TrainLabels, "--rounds", "100000", "--no-score"];
        using Process process = ChildProcess.Start(
            "/usr/bin/env", ["--default-signal", ChildProcess.Dotnet, ChildProcess.Program, .. train, "-o", At("long.fastseg")]);
        Thread.Sleep(4000);
        Assert.That(process.HasExited, Is.False);
        Assert.That(ChildProcess.Script($"kill -{signal} {process.Id}").Code, Is.Zero);
        Assert.That(process.WaitForExit(TimeSpan.FromSeconds(20)), Is.True);
        Assert.That(process.ExitCode, Is.EqualTo(code), process.StandardError.ReadToEnd());
        Assert.That(File.Exists(At("long.fastseg")), Is.False);
    }
}
