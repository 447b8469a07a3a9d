using System.Diagnostics;
using FastSeg.Cli;
using FastSeg.Cli.Trainer;
using FastSeg.Deep.Upsamplers;
using FastSeg.Tests;
using NUnit.Framework;

namespace FastSeg.Training.Tests;

/// <summary>The trainer as a program: where it comes from, and what becomes of a training when it ends otherwise than it should.</summary>
[TestFixture]
internal sealed class TrainerProgramTests
{
    [Test]
    public void WithoutSourcesThereIsNoTrainer()
    {
        using var folder = new TemporaryFolder();
        Assert.That(
            Assert.Throws<FastSegException>(() => TrainerProgram.Root(folder.Path))!.Message,
            Is.EqualTo(
                $"The trainer of upsamplers is not part of this installation: no folder above {folder.Path} has src/FastSeg.Training; "
                + "run fastseg from a copy of its repository."));
    }

    [Test]
    public void PackagesThatNoSourceHasAreSaid()
    {
        using var folder = new TemporaryFolder();
        string project = folder.File("src/FastSeg.Training");
        Directory.CreateDirectory(project);
        File.WriteAllText(
            folder.File("nuget.config"),
            """<configuration><packageSources><clear /><add key="none" value="." /></packageSources></configuration>""");
        File.WriteAllText(
            Path.Combine(project, "FastSeg.Training.csproj"),
            """
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup>
              <ItemGroup><PackageReference Include="FastSeg.NoSuchPackage" Version="1.0.0" /></ItemGroup>
            </Project>
            """);
        var said = new List<string>();
        string sentence = Assert.Throws<FastSegException>(
            () => TrainerProgram.File(TrainerProgram.Root(project), said.Add, CancellationToken.None))!.Message;
        Assert.That(sentence, Does.StartWith("The trainer cannot be built (").And.Contain("error NU").And.Contain("FastSeg.NoSuchPackage"));
        Assert.That(
            sentence, Does.EndWith("it needs the .NET SDK, and once the packages TorchSharp and libtorch-cpu-linux-x64 from NuGet."));
        Assert.That(sentence, Does.Not.Contain("\n"));
        Assert.That(said.Single(), Does.StartWith("building the trainer"));
    }

    [Test]
    public void WithoutDotnetOneSentenceSaysWhatToInstall()
    {
        using var folder = new TemporaryFolder();
        string dotnet = folder.File("dotnet");
        Assert.That(
            Assert.Throws<FastSegException>(() => TrainerProgram.Start(new ProcessStartInfo(dotnet)))!.Message,
            Does.StartWith($"The trainer of upsamplers needs .NET, but {dotnet} cannot be started (")
                .And.EndWith("); install the .NET 10 SDK."));
    }

    /// <summary>A trainer that is killed leaves the state as it was, and the same command goes on to the same bytes.</summary>
    [Test]
    public void AKilledTrainerLeavesItsStateAndTheSameCommandGoesOn()
    {
        using var job = new Job(images: 1);
        UpsamplerJob wanted = job.Wanted with { Steps = 100, Seed = 0, Resumes = true };
        Job.Run(wanted);
        byte[] whole = File.ReadAllBytes(job.Output);
        File.Delete(job.Output);
        Job.StopAt(wanted, "step 20 ");
        byte[] state = File.ReadAllBytes(wanted.StateFile);
        string[] command =
        [
            "upsampler", "train", "--deep", job.Backbone.Folder, "--channels", "4", "--threads", "1", "--steps", "100", "--pieces", "2",
            "-o", job.Output, "--images", .. job.Images,
        ];
        const string GoesOn = "fastseg: Going on after step 20.";
        (int code, List<string> lines) = Run(command, line => line == GoesOn, KillTrainer);
        Assert.That(code, Is.EqualTo(1));
        Assert.That(lines[^1], Does.StartWith("fastseg: The trainer ended with exit code 137 and wrote nothing"));
        Assert.That(File.Exists(job.Output), Is.False);
        Assert.That(Directory.GetFiles(job.Folder, ".*"), Is.EqualTo((string[])[wanted.StateFile]), "nothing half-written");
        Assert.That(File.ReadAllBytes(wanted.StateFile), Is.EqualTo(state));

        (code, lines) = Run(command, _ => false, () => { });
        Assert.That(code, Is.Zero, string.Join('\n', lines));
        Assert.That(lines, Does.Contain(GoesOn));
        Assert.That(File.ReadAllBytes(job.Output), Is.EqualTo(whole));
    }

    /// <summary>Runs a command, and does something when it says a line.</summary>
    private static (int Code, List<string> Lines) Run(string[] command, Func<string, bool> wanted, Action act)
    {
        using var error = new Lines(wanted, act);
        int code = new App(TextWriter.Null, error, terminal: false, CancellationToken.None).Run(command);
        return (code, error.All);
    }

    /// <summary>Kills the process that this one has started to train.</summary>
    private static void KillTrainer()
    {
        foreach (string folder in Directory.GetDirectories("/proc").Where(folder => int.TryParse(Path.GetFileName(folder), out _)))
        {
            string command, parent;
            try
            {
                command = File.ReadAllText(Path.Combine(folder, "cmdline"));
                parent = File.ReadLines(Path.Combine(folder, "status")).First(line => line.StartsWith("PPid:", StringComparison.Ordinal));
            }
            catch (IOException)
            {
                continue;
            }
            if (int.Parse(parent["PPid:".Length..]) == Environment.ProcessId && command.Contains("FastSeg.Training.dll"))
            {
                using var trainer = Process.GetProcessById(int.Parse(Path.GetFileName(folder)));
                trainer.Kill();
                return;
            }
        }
        Assert.Fail("there is no trainer");
    }

    private sealed class Lines(Func<string, bool> wanted, Action act) : StringWriter
    {
        public List<string> All { get; } = [];

        public override void WriteLine(string? value)
        {
            All.Add(value!);
            if (wanted(value!))
            {
                act();
            }
        }
    }
}
