using System.Diagnostics;
using FastSeg.Files.Runs;
using NUnit.Framework;

namespace FastSeg.Tests.Cli.Cluster;

/// <summary>Jobs on a real SLURM of this machine alone.</summary>
[NonParallelizable]
internal sealed class LoopbackTests : CliFixture
{
    private const int Blocks = 8;

    private LoopbackSlurm _slurm = null!;

    [OneTimeSetUp]
    public void Start() => _slurm = new LoopbackSlurm();

    [OneTimeTearDown]
    public void Stop() => _slurm?.Dispose();

    /// <summary>One of the tasks is killed in the middle of its block.</summary>
    [Test]
    public void EightBlocksGiveTheBytesOfOneRun()
    {
        string folder = Directory.CreateDirectory(Path.Combine(NewFolder(), "it's a \"$HOME\" folder")).FullName;
        string image = Path.Combine(folder, "scan of 6.npy"), output = Path.Combine(folder, "labels.ome.zarr");
        // A block of so many pixels still goes on when its process is found and killed.
        WriteTiled(image, 22);
        string[] how = ["--chunk", "256", "--smooth", "safe"];
        string said = Succeed(
            ["slurm", Model, image, "-o", output, .. how, "--jobs", $"{Blocks}", "--min-block", "0", "--memory", "500MiB", "--time", "10"]);
        Assert.That(said, Does.Contain("8 tasks").And.Match(@"prepare +job \d+").And.Match(@"segment +job \d+, an array"));
        Assert.That(
            Fail(["slurm", Model, image, "-o", output, .. how, "--jobs", "8", "--min-block", "0"]), Does.Contain("still waits or runs"));
        KillBlock(output, new RunBlock(3, Blocks));
        _slurm.AwaitJobs();
        string log = File.ReadAllText(Path.Combine($"{output}.slurm", "segment-3.log"));
        Assert.That(log, Does.Contain("fastseg ended with exit code 137; the task is queued again.").And.Contain("were taken over"));
        string status = Succeed("slurm", "status", output);
        Assert.That(status, Does.Contain("8 blocks: 8 done").And.Match("finish +done"));
        string alone = Directory.CreateDirectory(Path.Combine(folder, "alone")).FullName;
        Succeed(["segment", Model, image, "-o", Path.Combine(alone, "labels.ome.zarr"), .. how]);
        AssertSame(Path.Combine(alone, "labels.ome.zarr"), output);
        string fractions = File.ReadAllText(Path.Combine($"{output}.slurm", "finish.log"));
        Assert.That(fractions, Does.Contain("%"), "the area fractions");
    }

    [Test]
    public void ABlockThatAlwaysFailsIsTriedFourTimesAndNamed()
    {
        string folder = NewFolder(), image = Path.Combine(folder, "scan.npy"), output = Path.Combine(folder, "l.ome.zarr");
        string model = Path.Combine(folder, "plain.fastseg");
        Succeed(
            "train", "--image", TrainImage, "--labels", TrainLabels, "--rounds", "3", "--smooth", "none", "--standardise", "none",
            "--no-score", "-o", model);
        float[] samples = [.. Enumerable.Range(0, 512 * 512).Select(i => (float)(i % 200))];
        samples[^1] = float.NaN;
        File.WriteAllBytes(
            image, Npy.Bytes("<f4", "(512, 512)", System.Runtime.InteropServices.MemoryMarshal.AsBytes(samples.AsSpan())));
        Succeed("slurm", model, image, "-o", output, "--chunk", "256", "--jobs", "2", "--min-block", "0");
        _slurm.AwaitJobs();
        string[] log = File.ReadAllLines(Path.Combine($"{output}.slurm", "segment-2.log"));
        Assert.That(log.Count(line => line.EndsWith("the task is queued again.", StringComparison.Ordinal)), Is.EqualTo(3));
        Assert.That(log.Count(line => line.Contains("is NaN;", StringComparison.Ordinal)), Is.EqualTo(4));
        Outcome status = CommandLine.Run("slurm", "status", output);
        Assert.That(status.Code, Is.EqualTo(1), status.Error);
        Assert.That(status.Output, Does.Contain("2 blocks: 1 done, 1 failed").And.Match("block 2 +failed +fastseg: .*scan.npy"));
        Assert.That(status.Output, Does.Match("finish +failed +fastseg: .*of 2 blocks, 2 is not finished"));
        Assert.That(Path.Exists(output), Is.False);
    }

    /// <summary>Kills the process of a block once it has finished a part, and not all of them.</summary>
    private void KillBlock(string output, RunBlock block)
    {
        string journal = Path.Combine(RunFolder.Places(output).Hidden, block.JournalName);
        _slurm.Await("a part of the block", () => File.Exists(journal) && File.ReadLines(journal).Count() > 1);
        string share = $"{block.Number}/{block.Count}";
        foreach (Process process in Process.GetProcesses())
        {
            using (process)
            {
                if (Command(process.Id) is { } command && command.Contains(share) && command.Contains($"--output={output}"))
                {
                    process.Kill();
                }
            }
        }
    }

    private static string[]? Command(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/cmdline").Split('\0');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Writes the test image, repeated over columns and rows.</summary>
    private static void WriteTiled(string path, int times)
    {
        using ImageReader small = ImageFile.Open(TestImage);
        (int width, int height) = ((int)small.Info.Width, (int)small.Info.Height);
        byte[] tile = Read(small), band = new byte[width * times * height];
        for (int y = 0; y < height; y++)
        {
            for (int i = 0; i < times; i++)
            {
                tile.AsSpan(y * width, width).CopyTo(band.AsSpan(((y * times) + i) * width));
            }
        }
        using FileStream file = File.Create(path);
        file.Write(Npy.Bytes("|u1", $"({times * height}, {times * width})", []));
        for (int i = 0; i < times; i++)
        {
            file.Write(band);
        }
    }

    private static void AssertSame(string expected, string actual)
    {
        string[] names = Names(expected);
        Assert.That(Names(actual), Is.EqualTo(names));
        foreach (string name in names)
        {
            byte[] bytes = File.ReadAllBytes(Path.Combine(expected, name));
            Assert.That(File.ReadAllBytes(Path.Combine(actual, name)).AsSpan().SequenceEqual(bytes), Is.True, name);
        }
    }

    private static string[] Names(string folder) =>
    [
        .. Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(folder, file))
            .Order(StringComparer.Ordinal),
    ];
}
