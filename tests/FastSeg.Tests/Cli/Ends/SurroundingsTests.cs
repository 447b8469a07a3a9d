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

    /// <summary>What happens during a call of libxgboost, which cannot be stopped, is a test of its own.</summary>
    [Test]
    public void ASignalDuringTrainingIsHeard()
    {
        string[] train = ["train", "--image", TrainImage, "--labels", TrainLabels, "--rounds", "100000", "--no-score"];
        AssertEnds("INT", 130, At("long.fastseg"), [.. train, "--booster", "fastseg"]);
    }

    /// <summary>The network looks at a page of 6,000 pixels a side for minutes.</summary>
    [TestCase("TERM", 143)]
    [TestCase("INT", 130)]
    public void ASignalIsHeardWhileTheTransformerRuns(string signal, int code)
    {
        const int Side = 6000;
        string backbone = TestData.File("models", "fastseg-vit-tiny-8-int8"), model = At("deep.fastseg"), page = At("page.npy");
        if (!File.Exists(model))
        {
            Assert.That(CommandLine.Run(
                "train", "--image", TrainImage, "--labels", TrainLabels, "--rounds", "2", "--smooth", "none", "--no-score",
                "--deep", backbone, "--families", "none", "--channels", "2", "-o", model).Code, Is.Zero);
            using FileStream file = File.Create(page);
            file.Write(Npy.Bytes("|u1", $"({Side}, {Side})", []));
            byte[] row = new byte[Side];
            for (int y = 0; y < Side; y++)
            {
                Array.Fill(row, (byte)y);
                file.Write(row);
            }
        }
        AssertEnds(signal, code, At("deep.tif"), "segment", model, page, "--deep", backbone);
    }

    private static void AssertEnds(string signal, int code, string output, params string[] command)
    {
        using Process process = ChildProcess.Start(
            "/usr/bin/env", ["--default-signal", ChildProcess.Dotnet, ChildProcess.Program, .. command, "-o", output]);
        Thread.Sleep(4000);
        Assert.That(process.HasExited, Is.False);
        Assert.That(ChildProcess.Script($"kill -{signal} {process.Id}").Code, Is.Zero);
        Assert.That(process.WaitForExit(TimeSpan.FromSeconds(20)), Is.True);
        string error = process.StandardError.ReadToEnd();
        Assert.That(process.ExitCode, Is.EqualTo(code), error);
        Assert.That(error, Does.EndWith("fastseg: interrupted; unfinished outputs were removed.\n"));
        string[] left = Directory.GetFileSystemEntries(Path.GetDirectoryName(output)!, $"*{Path.GetFileName(output)}*");
        Assert.That(left, Is.Empty);
    }

    /// <summary>
    /// In a process that may have little memory .NET fails in places that say nothing of the cause. Below some 60 MB it does not start.
    /// </summary>
    [Test]
    public void LittleMemoryIsASentenceAboutTheLimit()
    {
        int refused = 0, enough = 0;
        foreach (int mebibytes in (int[])[64, 70, 80, 90, 100, 120, 160, 240])
        {
            string output = At($"little{mebibytes}.tif");
            Outcome outcome = ChildProcess.Script(
                $"ulimit -d {mebibytes << 10}; exec \"$0\" \"$1\" segment '{Model}' '{TestImage}' -o '{output}'");
            TestContext.Out.WriteLine($"{mebibytes} MiB: {outcome.Code} {outcome.Error}");
            if (outcome.Code == 0)
            {
                enough++;
                continue;
            }
            refused++;
            string said =
                $"fastseg: the limits of this process are too low for it: {(long)mebibytes << 20} bytes of data (ulimit -d); raise them.\n";
            Assert.That((outcome.Code, outcome.Error), Is.EqualTo((1, said)));
            Assert.That(File.Exists(output), Is.False);
        }
        Assert.That(refused, Is.GreaterThan(0));
        Assert.That(enough, Is.GreaterThan(0));
    }
}
