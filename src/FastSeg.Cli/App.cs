using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using FastSeg.Cli.Commands;
using FastSeg.Cli.Errors;
using FastSeg.Cli.Files;
using FastSeg.Cli.Options;
using FastSeg.Cli.Sessions;
using FastSeg.Cli.Terminal;

namespace FastSeg.Cli;

/// <summary>The program: parses arguments, runs a command, and turns whatever goes wrong into one line and an exit code.</summary>
/// <param name="output">Where results go.</param>
/// <param name="error">Where failures, hints and the progress bar go.</param>
/// <param name="terminal">Whether <paramref name="error"/> is a terminal, where a progress bar makes sense.</param>
/// <param name="cancellation">Cancelled by Ctrl-C and SIGTERM.</param>
internal sealed class App(TextWriter output, TextWriter error, bool terminal, CancellationToken cancellation)
{
    private readonly CommonOptions _common = new();

    /// <summary>Runs one command line and returns the exit code.</summary>
    public int Run(IReadOnlyList<string> arguments)
    {
        if (StudioProgram.Become(arguments) is { } failure)
        {
            Say(failure);
            return ExitCode.Failure;
        }
        RootCommand root = Root();
        ParseResult parsed = root.Parse(
            arguments, new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null });
        string? stray = StrayOption(parsed), unknown = stray ?? parsed.UnmatchedTokens.FirstOrDefault();
        if (unknown is not null && Suggestion.For(parsed.CommandResult.Command, unknown) is { } meant)
        {
            return Usage(parsed, $"Unrecognized {(unknown[0] == '-' ? "option" : "command")} '{unknown}'. Did you mean {meant}?");
        }
        if (parsed.Action is ParseErrorAction)
        {
            return Usage(parsed, ErrorText.OneLine(parsed.Errors[0].Message));
        }
        if (stray is not null)
        {
            return Usage(parsed, $"Unrecognized option '{stray}'.");
        }
        try
        {
            return parsed.Invoke(new InvocationConfiguration
            {
                Output = output,
                Error = error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            });
        }
        catch (UsageException e)
        {
            return Usage(parsed, e.Message);
        }
        catch (OperationCanceledException e) when (cancellation.IsCancellationRequested)
        {
            Say(e is InterruptedException ? e.Message : "interrupted; unfinished outputs were removed.");
            return ExitCode.Interrupted;
        }
        catch (Exception e) when (ProcessLimits.Explain(e) is null)
        {
            bool verbose = _common.Verbose(parsed);
            Say(ErrorText.Of(e, verbose));
            if (verbose)
            {
                foreach (string line in $"{e}".Split('\n'))
                {
                    error.WriteLine(line);
                }
            }
            return ExitCode.Failure;
        }
    }

    /// <summary>Runs <paramref name="command"/> with its session, and writes the report when it ends well.</summary>
    private int Execute(FastSegCommand command, ParseResult parsed)
    {
        SessionOptions options = _common.Of(parsed);
        var session = new Session(command.FullName, parsed, options, output, error, terminal, cancellation);
        FileUse files = command.Files(parsed);
        (files with { Outputs = [.. files.Outputs, options.Report] }).Check();
        session.CheckReport();
        int code = command.Run(session);
        session.WriteReport();
        return code;
    }

    private RootCommand Root()
    {
        var root = new RootCommand("Segments micrographs: draw a few scribbles, train in seconds, apply to images of any size.")
        {
            HelpName = "fastseg",
        };
        // Built-in directives such as [suggest] would swallow file names in brackets.
        root.Directives.Clear();
        foreach (Option option in root.Options)
        {
            if (option is VersionOption version)
            {
                version.Action = new VersionAction(output);
            }
        }
        foreach (FastSegCommand command in (FastSegCommand[])
        [
            new TrainCommand(), new ImportCommand(), new SegmentCommand(), new FinishCommand(), new CleanCommand(), new FeaturesCommand(),
            new ScoreCommand(), new PlanCommand(), new InfoCommand(), new PreviewCommand(), new StudioCommand(),
            new UpsamplerCommand(), new BackboneCommand(), new ModelsCommand(), new DemoCommand(),
            new SelfTestCommand(), new ScalingCommand(), new ScalingPointCommand(),
            new SlurmCommand(),
        ])
        {
            root.Subcommands.Add(command);
            Connect(command);
        }
        _common.AddTo(root);
        HelpWithExamples.Install(root, _common);
        root.SetAction(parsed => root.Parse(["--help"]).Invoke(parsed.InvocationConfiguration));
        return root;
    }

    /// <summary>Lets a command and those below it be executed here.</summary>
    private void Connect(FastSegCommand command)
    {
        command.SetAction(parsed => Execute(command, parsed));
        foreach (FastSegCommand part in command.Subcommands.OfType<FastSegCommand>())
        {
            Connect(part);
        }
    }

    /// <summary>
    /// An unknown option that the parser took for a value, because an argument takes any number of them; null for none. Behind "--" such
    /// values are meant.
    /// </summary>
    private static string? StrayOption(ParseResult parsed)
    {
        Command command = parsed.CommandResult.Command;
        IEnumerable<Token> values = command.Arguments.SelectMany(argument => parsed.GetResult(argument)?.Tokens ?? []);
        return parsed.Tokens.Any(token => token.Type == TokenType.DoubleDash)
            ? null
            : values.FirstOrDefault(value => value.Value.Length > 1 && value.Value[0] == '-')?.Value;
    }

    private int Usage(ParseResult parsed, string sentence)
    {
        Say(sentence);
        string command = parsed.CommandResult.Command is FastSegCommand known ? $"{known.FullName} " : "";
        error.WriteLine($"Try `fastseg {command}--help`.");
        return ExitCode.Usage;
    }

    private void Say(string sentence) => error.WriteLine($"fastseg: {sentence}");

    private sealed class VersionAction(TextWriter output) : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            output.WriteLine($"fastseg {FastSegVersion.Text}");
            return ExitCode.Success;
        }
    }
}
