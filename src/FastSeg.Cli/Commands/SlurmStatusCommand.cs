using System.CommandLine;
using FastSeg.Cli.Cluster;
using FastSeg.Cli.Errors;
using FastSeg.Cli.Options;
using FastSeg.Cli.Sessions;
using FastSeg.Cli.Text;
using FastSeg.Resuming;

namespace FastSeg.Cli.Commands;

/// <summary>Says how far the jobs of a SLURM array are.</summary>
internal sealed class SlurmStatusCommand : FastSegCommand
{
    private readonly Argument<string> _output = new("OUT.ome.zarr") { Description = "The label map that the jobs write." };

    public SlurmStatusCommand() : base(
        "status", "Says which blocks are done, run, wait or failed.",
        "Behind a block that failed stands the last line of its log. The exit code is 0 while all goes well, and 1 where something failed.",
        "fastseg slurm status labels.ome.zarr") => Arguments.Add(_output);

    /// <inheritdoc/>
    public override CommonUse Uses => CommonUse.None;

    public override int Run(Session session)
    {
        string output = Path.TrimEndingDirectorySeparator(session.Parsed.GetRequiredValue(_output));
        var folder = new SlurmFolder(Path.GetFullPath(output));
        SlurmJobs jobs = folder.Jobs()
            ?? throw new FastSegException($"{output}: no jobs were submitted for it; {folder.Path} does not list them.");
        SlurmStatus status = SlurmStatus.Of(folder, jobs, SlurmTool.States(jobs.All()), BlockProgress.Of(output, jobs.Blocks));
        session.Output.WriteLine($"{output}: {status.Summary}");
        var table = new TextTable(false, false, false);
        foreach (SlurmStatus.Part part in status.Told)
        {
            table.Row(part.Name, part.State, part.Line ?? "");
        }
        table.Write(session.Output);
        return status.Failed ? ExitCode.Failure : ExitCode.Success;
    }
}
