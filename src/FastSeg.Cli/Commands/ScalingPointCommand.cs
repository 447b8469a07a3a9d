using System.CommandLine;
using System.Text.Json;
using FastSeg.Cli.Errors;
using FastSeg.Cli.Files;
using FastSeg.Cli.Scaling;
using FastSeg.Cli.Sessions;

namespace FastSeg.Cli.Commands;

/// <summary>Measures one size for `scaling`, which starts it; help does not list it.</summary>
internal sealed class ScalingPointCommand : FastSegCommand
{
    private readonly Argument<string> _job = new("JOB") { Description = "What is to be measured, as scaling writes it." };

    public ScalingPointCommand() : base(
        PointProcess.Command, "Measures one size for scaling.", "It prints one JSON object.", "fastseg scaling-point job.json")
    {
        Hidden = true;
        Arguments.Add(_job);
    }

    public override int Run(Session session)
    {
        string path = session.Parsed.GetRequiredValue(_job);
        var job = PointJob.Parse(WholeFile.Read(path), path);
        session.Output.WriteLine(JsonSerializer.Serialize(new PointMeasurement(job, session).Measure()));
        return ExitCode.Success;
    }
}
