using FastSeg.Cli.Errors;
using FastSeg.Cli.Options;
using FastSeg.Cli.Sessions;
using FastSeg.Cli.Text;

namespace FastSeg.Cli.Commands;

/// <summary>Lists the backbones, upsamplers and projections on this machine.</summary>
internal sealed class ModelsCommand : FastSegCommand
{
    public ModelsCommand() : base(
        "models", "Lists the backbones, upsamplers and projections found, and checks each.",
        $"Looks into the folders that the environment variable {BackboneFolders.Variable} lists (separated by colons) " +
            "and into every folder models/ beside or above the program and the current directory. " +
            "Each is a backbone, or holds some. What is wrong with one is said behind it; the exit code stays 0.",
        "fastseg models",
        $"fastseg models get {ResNetBackbone.Name}") => Subcommands.Add(new ModelsGetCommand());

    /// <inheritdoc/>
    public override CommonUse Uses => CommonUse.Report;

    public override int Run(Session session)
    {
        IReadOnlyList<string> places = BackboneFolders.Places();
        session.Output.WriteLine("looked into:");
        var table = new TextTable(false, false);
        foreach (string place in places)
        {
            table.Row(place, Directory.Exists(place) ? "" : "wrong: there is no such folder");
        }
        Write(session, table, places.Count, $"no folder: set {BackboneFolders.Variable}, or make a folder models/ here");
        List(session, "backbones", BackboneFolders.Find(), DescribeBackbone);
        List(session, "upsamplers", BackboneFolders.FindUpsamplers(), DescribeUpsampler);
        List(session, "projections", BackboneFolders.FindProjections(), DescribeProjection);
        return ExitCode.Success;
    }

    private static void List(Session session, string what, IReadOnlyList<string> found, Func<string, string> describe)
    {
        session.Output.WriteLine($"{what}:");
        var table = new TextTable(false, false);
        foreach (string path in found)
        {
            session.Cancellation.ThrowIfCancellationRequested();
            table.Row(path, Check(path, describe));
        }
        Write(session, table, found.Count, "none");
    }

    private static string Check(string path, Func<string, string> describe)
    {
        try
        {
            return describe(path);
        }
        catch (FastSegException e)
        {
            return $"wrong: {SettingFlags.Sentence(e)}";
        }
    }

    private static void Write(Session session, TextTable table, int rows, string otherwise)
    {
        if (rows == 0)
        {
            session.Output.WriteLine($"  {otherwise}");
            return;
        }
        table.Write(session.Output);
    }

    private static string DescribeBackbone(string folder)
    {
        using Backbone backbone = Backbone.Open(folder, 1);
        backbone.CheckUpsampler();
        BackboneDescription description = backbone.Description;
        string upsampler = backbone.Upsampler is { } file
            ? $"upsampler {UpsamplerText.Channels(file.Config)} ({UpsamplerText.Purpose(file.Config, backbone.Projection)}), "
            : "";
        string projection = backbone.Projection is { } stored ? $"projection on {stored.Channels} components, " : "";
        return $"good: {description.Name}, patch {description.Patch} px, {description.Dimension} numbers a token, " +
            $"{projection}{upsampler}SHA-256 {backbone.Sha256[..12]}..";
    }

    private static string DescribeUpsampler(string path)
    {
        UpsamplerFile file = UpsamplerFile.Load(path);
        return $"good: {UpsamplerText.Channels(file.Config)}, patch {file.Config.Patch} px, {Units.Count(file.Parameters)} parameters";
    }

    private static string DescribeProjection(string path)
    {
        ProjectionFile file = ProjectionFile.Load(path);
        return $"good: {ProjectionText.Size(file)}, identity {file.Identity}";
    }
}
