using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace FastSeg.Studio;

/// <summary>The parser's help, followed by what a newcomer asks next and by examples that can be typed as they are.</summary>
internal sealed class StudioHelp(HelpAction help) : SynchronousCommandLineAction
{
    private const string Details = """
        The first line printed is the link to open; whoever has it can use the studio, nobody else can. The second line is the project's
        folder, which holds everything that is drawn; start the studio with the same images or --project to go on. Ctrl-C ends it.
        Without images or a project it opens a sample to try.
        On a server: `ssh -L 8100:127.0.0.1:8100 SERVER fastseg studio --port 8100 --no-browser IMAGES`, then open the link here.
        Exit codes: 130 ended by Ctrl-C, 143 by SIGTERM, 2 wrong arguments, 1 anything else that failed, 0 after --help or --version.

        Examples:
          fastseg studio
          fastseg studio micrographs/
          fastseg studio a.tif b.tif --project alloys
          fastseg studio big.tif --deep fastseg-vit-tiny-8-int8 --memory 4GiB
        """;

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        int code = help.Invoke(parseResult);
        // Written as a whole, it keeps its lines; WriteLine writes one line, whatever it is given.
        parseResult.InvocationConfiguration.Output.Write($"{Details}{Environment.NewLine}");
        return code;
    }
}
