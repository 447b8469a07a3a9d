using System.CommandLine;
using FastSeg.Cli.Errors;
using FastSeg.Cli.Files;
using FastSeg.Cli.Options;
using FastSeg.Cli.Sessions;
using FastSeg.Files.Runs;
using FastSeg.Images.Zarr;

namespace FastSeg.Cli.Commands;

/// <summary>Removes what runs left that did not finish.</summary>
internal sealed class CleanCommand : FastSegCommand
{
    private readonly Argument<string[]> _outputs = new("OUT")
    {
        Description = "Results, as segment was given them, or folders of results.",
        Arity = ArgumentArity.OneOrMore,
    };

    public CleanCommand() : base(
        "clean", "Removes what a run left that did not finish.",
        "A run that writes an OME-Zarr, or runs with --resume, keeps what is finished in .NAME.fastseg-run beside its result. " +
            "What a living run holds is refused.",
        "fastseg clean labels.ome.zarr",
        "fastseg clean results/") => Arguments.Add(_outputs);

    /// <inheritdoc/>
    public override CommonUse Uses => CommonUse.None;

    public override int Run(Session session)
    {
        var failures = new List<FastSegException>();
        foreach (string output in session.Parsed.GetRequiredValue(_outputs))
        {
            (string hidden, _) = RunFolder.Places(output);
            bool all = !Directory.Exists(hidden) && Directory.Exists(output) && !OutputPaths.IsZarr(output);
            int found = 0;
            foreach (string one in all ? RunFolder.In(output) : [hidden])
            {
                try
                {
                    if (RunCleaning.Remove(all ? one : output, one))
                    {
                        session.Output.WriteLine($"removed {one}");
                        LabelGroup.RemoveEmpty(one);
                        found++;
                    }
                }
                catch (FastSegException e)
                {
                    // The others are removed all the same.
                    failures.Add(e);
                    found++;
                }
            }
            if (found == 0)
            {
                session.Output.WriteLine($"{output}: no run left anything");
            }
        }
        return failures.Count switch
        {
            0 => ExitCode.Success,
            1 => throw failures[0],
            _ => throw new FastSegException(string.Join('\n', failures.Select(one => one.Message))),
        };
    }
}
