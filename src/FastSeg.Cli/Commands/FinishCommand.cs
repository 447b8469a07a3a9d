using System.CommandLine;
using FastSeg.Cli.Errors;
using FastSeg.Cli.Files;
using FastSeg.Cli.Options;
using FastSeg.Cli.Sessions;
using FastSeg.Cli.Text;
using FastSeg.Resuming;

namespace FastSeg.Cli.Commands;

/// <summary>Puts the blocks of a segmentation together.</summary>
internal sealed class FinishCommand : FastSegCommand
{
    private readonly Argument<string> _output = new("OUT") { Description = "The OME-Zarr, as segment was given it." };

    public FinishCommand() : base(
        "finish", "Puts together what `segment --block` wrote, and prints each class's area fraction.",
        "Looks whether every block is there and names those that are not, makes the smaller sizes, and gives the results their names. " +
            "It can be interrupted and repeated.",
        "fastseg finish labels.ome.zarr") => Arguments.Add(_output);

    /// <inheritdoc/>
    public override CommonUse Uses => CommonUse.Threads | CommonUse.Report;

    public override int Run(Session session)
    {
        string output = Path.TrimEndingDirectorySeparator(session.Parsed.GetRequiredValue(_output));
        string Beside(bool probabilities)
        {
            OutputPaths paths = OutputPaths.Beside(output, probabilities: true, confidence: true);
            return (probabilities ? paths.Probabilities : paths.Confidence)!;
        }
        using BlockFinish? finish = BlockFinish.Open(output, Beside, session.Threads);
        if (finish is null)
        {
            return Finished(session, output);
        }
        long[] pixels = session.Long(Path.GetFileName(output), 0, how => finish.Run(session.Threads, how));
        ImageLayout layout = finish.Layouts[0];
        session.Output.WriteLine($"{output}  {layout.Width} x {layout.Height}");
        ClassTable.Write(session.Output, [.. layout.Classes.Select(one => new ModelClass(one.Value, one.Name, 0))], pixels);
        return ExitCode.Success;
    }

    /// <summary>Says of a result that has its name already that nothing is left to do.</summary>
    /// <exception cref="FastSegException">There is no such result.</exception>
    private static int Finished(Session session, string output)
    {
        if (!ImageFile.IsZarr(output))
        {
            throw new FastSegException($"{output}: no run is there to be finished; `fastseg segment .. --block I/N` begins one.");
        }
        session.Output.WriteLine($"{output} is finished already");
        return ExitCode.Success;
    }
}
