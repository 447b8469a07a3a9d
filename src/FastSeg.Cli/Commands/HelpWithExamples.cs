using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using FastSeg.Cli.Options;

namespace FastSeg.Cli.Commands;

/// <summary>The parser's help, followed by examples that can be typed as they are.</summary>
internal sealed class HelpWithExamples(HelpAction help, CommonOptions common) : SynchronousCommandLineAction
{
    private const string General =
        "`fastseg COMMAND --help` explains a command. " +
        "Exit codes: 0 done, 2 wrong arguments, 1 anything else that failed, " +
        "130 Ctrl-C, 143 SIGTERM, 129 SIGHUP.";

    public override bool ClearsParseErrors => true;

    /// <summary>Puts this help behind --help of the program and all of its commands.</summary>
    public static void Install(RootCommand root, CommonOptions common)
    {
        foreach (HelpOption option in root.Options.OfType<HelpOption>())
        {
            option.Action = new HelpWithExamples((HelpAction)option.Action!, common);
        }
    }

    public override int Invoke(ParseResult parseResult)
    {
        var command = parseResult.CommandResult.Command as FastSegCommand;
        common.List(command?.Uses ?? CommonUse.All);
        int code = help.Invoke(parseResult);
        TextWriter output = parseResult.InvocationConfiguration.Output;
        output.WriteLine(command?.Details ?? General);
        output.WriteLine();
        IReadOnlyList<string> examples = command?.Examples ??
        [
            "fastseg demo",
            "fastseg train --image a.tif --labels a_labels.png -o m.fastseg",
            "fastseg segment m.fastseg b.tif -o b_labels.tif",
        ];
        output.WriteLine(examples.Count == 1 ? "Example:" : "Examples:");
        foreach (string example in examples)
        {
            output.WriteLine($"  {example}");
        }
        return code;
    }
}
