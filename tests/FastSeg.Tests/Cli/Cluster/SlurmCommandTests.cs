using FastSeg.Cli.Cluster;
using FastSeg.Tests.Hostile;
using NUnit.Framework;

namespace FastSeg.Tests.Cli.Cluster;

/// <summary>Scripts of SLURM jobs, and how they are submitted, with programs that stand for SLURM's.</summary>
[NonParallelizable]
internal sealed class SlurmCommandTests : CliFixture
{
    private string[] Call(string output, params string[] more) =>
        ["slurm", Model, TestImage, "-o", output, "--min-block", "0", .. more];

    [Test]
    public void ADryRunPrintsScriptsThatAShellTakesAndWritesNothing()
    {
        string output = Path.Combine(NewFolder(), "it's.ome.zarr");
        string said = Succeed(Call(
            output, "--jobs", "5", "--dry-run", "--partition", "long,gpu-2", "--time", "1-2:03:04", "--memory", "1GiB", "--cpus", "3",
            "--array-limit", "2", "--smooth", "safe", "--nan-as", "-1.5", "--confidence"));
        string[] scripts = said.Split("### ", StringSplitOptions.RemoveEmptyEntries);
        string[] names = [.. scripts.Select(script => script.Split('\n')[0])];
        Assert.That(names, Is.EqualTo((string[])["prepare.sbatch", "areas.sbatch", "segment.sbatch", "finish.sbatch"]));
        foreach (string script in scripts)
        {
            string file = Path.Combine(NewFolder(), "s.sbatch");
            File.WriteAllText(file, script[(script.IndexOf('\n') + 1)..]);
            Assert.That(ChildProcess.Script("bash -n \"$2\"", file), Is.EqualTo(new Outcome(0, "", "")));
            Assert.That(script, Does.Contain("#SBATCH --partition=long,gpu-2\n"));
            Assert.That(script, Does.Contain("#SBATCH --time=1-2:03:04\n").And.Contain("#SBATCH --cpus-per-task=3\n"));
            Assert.That(script, Does.Contain("#SBATCH --mem=1152M\n"), "1 GiB and an eighth");
            Assert.That(script, Does.Contain("--threads \"${SLURM_CPUS_PER_TASK:-1}\"").And.Contain(@"it'\''s.ome.zarr'"));
        }
        Assert.That(scripts[2], Does.Contain("#SBATCH --array=1-5%2\n").And.Contain("--block \"$SLURM_ARRAY_TASK_ID/5\""));
        Assert.That(scripts[2], Does.Contain("--smooth=safe").And.Contain("--nan-as=-1.5").And.Contain("--confidence "));
        Assert.That(scripts[2], Does.Contain("--resume").And.Not.Contain("--prepare"));
        Assert.That(scripts[2], Does.Contain("--memory=1073741824").And.Not.Contain("--jobs").And.Not.Contain("--dry-run"));
        Assert.That(scripts[1], Does.Contain("#SBATCH --array=1-5%2\n").And.Contain("--prepare --block \"$SLURM_ARRAY_TASK_ID/5\""));
        Assert.That(scripts[0], Does.Contain("--prepare-samples").And.Not.Contain("--block").And.Not.Contain("--array"));
        Assert.That(scripts[3], Does.Contain(" finish "));
        Assert.That(Directory.GetFileSystemEntries(Path.GetDirectoryName(output)!), Is.Empty);
    }

    [Test]
    public void NothingIsPreparedWhereNothingNeedsTheWholeImage()
    {
        string model = At("plain.fastseg");
        Succeed(
            "train", "--image", TrainImage, "--labels", TrainLabels, "--rounds", "3", "--smooth", "none", "--standardise", "none",
            "--no-score", "-o", model);
        string[] call = ["slurm", model, TestImage, "-o", At("n.ome.zarr"), "--jobs", "2", "--min-block", "0", "--dry-run"];
        Assert.That(Succeed(call), Does.Not.Contain("prepare"));
        Assert.That(Succeed([.. call, "--smooth", "guided"]), Does.Contain("prepare"));
    }

    [Test]
    public void SeveralImagesAreSharedByOneArray() => Assert.That(
        Succeed(Call(At("both.ome.zarr"), TrainImage, "--jobs", "3", "--dry-run")),
        Does.Contain("#SBATCH --array=1-3\n").And.Contain(Path.GetFileName(TestImage)).And.Contain(Path.GetFileName(TrainImage)));

    [TestCase(3600, 100, 600, 6)]
    [TestCase(3600, 4, 600, 4)]
    [TestCase(599, 4, 600, 1)]
    [TestCase(1200, 4, 600, 2)]
    [TestCase(1, 4, 0, 4)]
    public void BlocksTakeLongEnough(double seconds, int most, double least, int blocks) =>
        Assert.That(BlockRate.Blocks(seconds, most, TimeSpan.FromSeconds(least)), Is.EqualTo(blocks));

    [Test]
    public void ASmallImageGetsOneTask()
    {
        string said = Succeed("slurm", Model, TestImage, "-o", At("s.ome.zarr"), "--jobs", "50", "--dry-run");
        Assert.That(said, Does.Contain("--array=1-1\n"));
    }

    [Test]
    public void WhatDoesNotFitIsRefused()
    {
        string output = At("w.ome.zarr");
        Assert.That(Misuse(Call(At("w.tif"), "--jobs", "2")), Does.Contain("ends in .ome.zarr"));
        Assert.That(Misuse(Call(output)), Does.Contain("--jobs"));
        Assert.That(Misuse(Call(output, "--jobs", "0")), Does.Contain("--jobs 0"));
        foreach (string wrong in (string[])["a b", "a;b", "-x", "a\nb", "a,"])
        {
            Assert.That(Misuse(Call(output, "--jobs", "2", "--partition=" + wrong)), Does.Contain("names no partition"), wrong);
        }
        foreach (string wrong in (string[])["1:2:3:4", "x", "-5", "1-", "1 2", "$(id)"])
        {
            Assert.That(Misuse(Call(output, "--jobs", "2", "--time=" + wrong)), Does.Contain("is no time as SLURM writes it"), wrong);
        }
        Assert.That(
            Misuse("slurm", Model, TestImage, "-o", output, "--jobs", "2", "--min-block", "10"), Does.Contain("--min-block 10 is no time"));
        Assert.That(Fail("slurm", At("gone.fastseg"), TestImage, "-o", output, "--jobs", "2"), Does.Contain("gone.fastseg"));
        Assert.That(Fail("slurm", Model, At("gone.tif"), "-o", output, "--jobs", "2"), Does.Contain("gone.tif"));
        Assert.That(Fail("slurm", "status", output), Does.Contain("no jobs were submitted"));
        string broken = Path.Combine(NewFolder(), "a\nb.ome.zarr");
        Assert.That(Fail(Call(broken, "--jobs", "2")), Does.Contain("rename it"));
    }

    [TestCase("90", 90)]
    [TestCase("1:30", 1.5)]
    [TestCase("2:00:00", 120)]
    [TestCase("1-2", 1560)]
    [TestCase("1-2:30", 1590)]
    [TestCase("1-0:0:30", 1440.5)]
    [TestCase("UNLIMITED", -1)]
    public void TimesAreReadAsSlurmReadsThem(string text, double minutes) =>
        Assert.That(SlurmOptions.TimeOf(text)?.TotalMinutes ?? -1, Is.EqualTo(minutes));

    [Test]
    public void AShortTaskIsNotAskedToStopAhead()
    {
        Assert.That(Succeed(Call(At("s.ome.zarr"), "--jobs", "2", "--dry-run", "--time", "2")), Does.Not.Contain("--signal"));
        Assert.That(Succeed(Call(At("s.ome.zarr"), "--jobs", "2", "--dry-run", "--time", "20")), Does.Contain("--signal=B:USR1@60"));
    }

    [Test]
    public void JobsFollowOneAnotherAndAreTakenBackWhereOneIsRefused()
    {
        using var stand = new StandInSlurm(NewFolder());
        string output = Path.Combine(NewFolder(), "l.ome.zarr");
        string said = Succeed(Call(output, "--jobs", "2", "--smooth", "guided"));
        Assert.That(said, Does.Match(@"prepare +job 101\n").And.Match(@"segment +job 102, an array\n").And.Match(@"finish +job 103\n"));
        Assert.That(stand.Calls, Is.EqualTo((string[])
        [
            "sbatch --parsable prepare.sbatch",
            "sbatch --parsable --dependency=afterok:101 --kill-on-invalid-dep=yes segment.sbatch",
            "sbatch --parsable --dependency=afterany:102 --kill-on-invalid-dep=yes finish.sbatch",
        ]));
        stand.Queue("102|1|RUNNING", "102|2|PENDING", "103|N/A|PENDING", "999|N/A|RUNNING");
        File.WriteAllText(Path.Combine($"{output}.slurm", "segment-1.log"), "begun\n\n");
        string status = CommandLine.Run("slurm", "status", output).Output;
        Assert.That(status, Does.Contain("2 blocks: 1 running, 1 waiting").And.Match("block 1 +runs +begun").And.Match("finish +waits"));
        Assert.That(Fail(Call(output, "--jobs", "2")), Does.Contain("an earlier submission still waits or runs").And.Contain("scancel 10"));
        stand.Queue();
        Assert.That(CommandLine.Run("slurm", "status", output).Output, Does.Contain("2 blocks: 2 failed"));
        stand.RefuseFrom(105);
        Assert.That(Fail(Call(output, "--jobs", "2", "--smooth", "guided")), Does.Contain("sbatch failed: no such partition."));
        Assert.That(stand.Calls[^1], Is.EqualTo("scancel 104"));
    }

    [Test]
    public void AreasComeBeforeBlocks()
    {
        using var stand = new StandInSlurm(NewFolder());
        string output = Path.Combine(NewFolder(), "l.ome.zarr");
        Assert.That(Succeed(Call(output, "--jobs", "2", "--smooth", "safe")), Does.Match(@"areas +job 102, an array\n"));
        Assert.That(stand.Calls, Is.EqualTo((string[])
        [
            "sbatch --parsable prepare.sbatch",
            "sbatch --parsable --dependency=afterok:101 --kill-on-invalid-dep=yes areas.sbatch",
            "sbatch --parsable --dependency=afterok:102 --kill-on-invalid-dep=yes segment.sbatch",
            "sbatch --parsable --dependency=afterany:103 --kill-on-invalid-dep=yes finish.sbatch",
        ]));
        Done("segment", Model, TestImage, "-o", output, "--smooth", "safe", "--prepare-samples");
        Done("segment", Model, TestImage, "-o", output, "--smooth", "safe", "--prepare", "--block", "1/2");
        stand.Queue("102|2|RUNNING", "103|1|PENDING", "103|2|PENDING", "104|N/A|PENDING");
        string status = CommandLine.Run("slurm", "status", output).Output;
        Assert.That(status, Does.Match("prepare +done").And.Match("areas 2 +runs").And.Contain("2 blocks: 2 waiting"));
        Assert.That(status, Does.Not.Contain("areas 1"));
    }

    [Test]
    public void WithoutSlurmItSaysWhereToRun()
    {
        string path = Environment.GetEnvironmentVariable("PATH")!;
        Environment.SetEnvironmentVariable("PATH", NewFolder());
        try
        {
            Assert.That(
                Fail(Call(Path.Combine(NewFolder(), "l.ome.zarr"), "--jobs", "2")),
                Does.Contain("sbatch cannot be started").And.Contain("login node"));
        }
        finally
        {
            Environment.SetEnvironmentVariable("PATH", path);
        }
    }
}
