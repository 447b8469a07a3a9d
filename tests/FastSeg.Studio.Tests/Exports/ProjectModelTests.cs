using System.Diagnostics;
using System.IO.Compression;
using FastSeg.Studio.Exports;
using FastSeg.Studio.Projects;
using FastSeg.Studio.Settings;
using FastSeg.Tests;
using NUnit.Framework;

namespace FastSeg.Studio.Tests.Exports;

/// <summary>The exported model is what the command line trains from the exported labels, byte for byte.</summary>
[TestFixture]
internal sealed class ProjectModelTests
{
    private static readonly ProjectSettings[] Settings =
    [
        new(),
        new() { Preset = "weka", Seed = 5, Smooth = "guided" },
        new() { Smooth = "safe" },
        new() { Smooth = "auto" },
        new() { Deep = TestData.File("models/fastseg-vit-tiny-8-int8"), Upsampler = "bilinear" },
    ];

    [TestCaseSource(nameof(Settings))]
    public void TheShownCommandLineTrainsTheExportedModel(object chosen)
    {
        var settings = (ProjectSettings)chosen;
        using var drawn = new DrawnProject();
        drawn.Project.Set(settings);
        ProjectSnapshot snapshot = drawn.Project.Snapshot();
        string archive = Path.Combine(drawn.Root, "labels.zip"), unpacked = Path.Combine(drawn.Root, "unpacked");
        LabelArchive.Write(archive, snapshot, drawn.Project.Folder, CancellationToken.None);
        ZipFile.ExtractToDirectory(archive, unpacked);
        Assert.That(
            File.ReadAllText(Path.Combine(unpacked, "train.sh")),
            Is.EqualTo($"#!/bin/sh\n{CommandLine.Of(snapshot, drawn.Project.Folder)}\n"));
        RunShell(unpacked);
        using Backbone? backbone = settings.OpenBackbone();
        Model model = ProjectModel.Train(snapshot, drawn.Project.Folder, backbone, new ComputeOptions()).Model;
        string exported = Path.Combine(drawn.Root, "exported.fastseg");
        model.Save(exported);
        Assert.That(model.Classes.Select(one => (one.Value, one.Name)), Is.EqualTo(
            new[] { (1, "class 1"), (2, "class 2"), (3, "it's a pore") }));
        Assert.That(File.ReadAllBytes(Path.Combine(unpacked, "model.fastseg")), Is.EqualTo(File.ReadAllBytes(exported)));
    }

    [Test]
    public void AModelNeedsTwoClassesAndItsImages()
    {
        using var drawn = new DrawnProject();
        ProjectSnapshot snapshot = drawn.Project.Snapshot();
        ProjectSnapshot one = snapshot with { Classes = [.. snapshot.Classes.Take(1)] };
        Assert.That(
            () => ProjectModel.Train(one, "", null, new ComputeOptions()),
            Throws.TypeOf<FastSegException>().With.Message.Contains("at least two classes"));
        DrawnPage missing = snapshot.Labelled[0] with { Image = snapshot.Labelled[0].Image with { Failure = "a.png is missing." } };
        Assert.That(
            () => ProjectModel.Train(snapshot with { Labelled = [missing, .. snapshot.Labelled.Skip(1)] }, "", null, new ComputeOptions()),
            Throws.TypeOf<FastSegException>().With.Message.Contains("The model needs a.png, which has labels: a.png is missing."));
    }

    /// <summary>Runs train.sh with a program "fastseg" that is this build's command line.</summary>
    private static void RunShell(string folder)
    {
        string bin = Directory.CreateDirectory(Path.Combine(folder, "bin")).FullName, program = Path.Combine(bin, "fastseg");
        string commands = Path.Combine(AppContext.BaseDirectory, "FastSeg.Cli.dll");
        File.WriteAllText(program, $"#!/bin/sh\nexec \"{Environment.ProcessPath}\" exec \"{commands}\" \"$@\"\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var start = new ProcessStartInfo("/bin/sh", ["train.sh"])
        {
            WorkingDirectory = folder,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        start.Environment["PATH"] = $"{bin}:{Environment.GetEnvironmentVariable("PATH")}";
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, error + output.Result);
    }
}
