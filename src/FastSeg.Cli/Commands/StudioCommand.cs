using System.CommandLine;
using FastSeg.Cli.Errors;
using FastSeg.Cli.Options;
using FastSeg.Cli.Sessions;

namespace FastSeg.Cli.Commands;

/// <summary>
/// The studio, in the list of commands. It is a program of its own, so that the command line needs no web server: the launcher builds and
/// starts it, and in a published folder <see cref="StudioProgram"/> does.
/// </summary>
internal sealed class StudioCommand : FastSegCommand
{
    public StudioCommand() : base(
        StudioProgram.Command, "Opens the studio in a browser: draw strokes, see the segmentation at once, correct it, export.",
        "The studio is a program of its own: ./fastseg in a copy of the repository builds and starts it, and lists its options.",
        "fastseg studio",
        "fastseg studio micrographs/")
    {
        Arguments.Add(new Argument<string[]>("IMAGE|FOLDER")
        {
            Description = "Images and folders of images.",
            Arity = ArgumentArity.ZeroOrMore,
        });
    }

    /// <inheritdoc/>
    public override CommonUse Uses => CommonUse.None;

    public override int Run(Session session) => throw new UsageException(
        $"The studio is not beside this program ({AppContext.BaseDirectory}); start it with ./fastseg studio in a copy of the repository.");
}
