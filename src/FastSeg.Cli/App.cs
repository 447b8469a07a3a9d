using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using FastSeg.Cli.Commands;
using FastSeg.Cli.Options;

namespace FastSeg.Cli;

/// <summary>The program: parses arguments, runs a command, and turns whatever goes wrong into one line and an exit code.</summary>
/// <param name="output">Results.</param>
/// <param name="error">Failures, hints and the progress bar.</param>
/// <param name="terminal">Whether <paramref name="error"/> is a terminal, where a progress bar makes sense.</param>
/// <param name="cancellation">Cancelled by Ctrl-C and SIGTERM.</param>
internal sealed class App(TextWriter output, TextWriter error, bool terminal, CancellationToken cancellation)
{
    private CommonOptions Common { get; } = new();

    /// <summary>Runs one command line and returns the exit code.</summary>
    public int Run(IReadOnlyList<string> arguments)
    {
        RootCommand root = Root();
        ParseResult parsed = root.Parse(arguments, new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null });
        if (parsed.Action is ParseErrorAction)
        {
            return Usage(parsed, OneLine(parsed.Errors[0].Message));
        }
        if (StrayOption(parsed) is { } stray)
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
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            Say("interrupted; unfinished outputs were removed.");
            return ExitCode.Interrupted;
        }
        catch (Exception e)
        {
            bool verbose = parsed.GetValue(Common.Verbose);
            Say(Sentence(e, verbose));
            if (verbose)
            {
                error.WriteLine(e);
            }
            return ExitCode.Failure;
        }
    }

    /// <summary>Runs <paramref name="command"/> with its session, and writes the report when it ends well.</summary>
    internal int Execute(FastSegCommand command, ParseResult parsed)
    {
        var session = new Session(command.FullName, Common, parsed, output, error, terminal, cancellation);
        FileUse files = command.Files(parsed);
        (files with { Outputs = [.. files.Outputs, parsed.GetValue(Common.Report)] }).Check();
        session.CheckReport();
        int code = command.Run(session);
        session.WriteReport();
        return code;
    }

    /// <summary>One line for an exception: its own sentence where it has one.</summary>
    internal static string Sentence(Exception e, bool verbose = false) => e switch
    {
        FastSegException failure => OneLine(SettingFlags.Sentence(failure)),
        UsageException => OneLine(e.Message),
        TypeInitializationException { InnerException: { } inner } => Sentence(inner, verbose),
        OutOfMemoryException => "out of memory; --memory makes a run fit (`fastseg plan` shows what it needs).",
        IOException or UnauthorizedAccessException => OneLine(e.Message),
        _ => $"unexpected {e.GetType().Name}: {OneLine(e.Message)}{(verbose ? "" : " (--verbose shows where)")}",
    };

    private RootCommand Root()
    {
        var root = new RootCommand("Segments micrographs: draw a few scribbles, train in seconds, apply to images of any size.") { HelpName = "fastseg" };
        // Built-in directives such as [suggest] would swallow file names in brackets.
        root.Directives.Clear();
        foreach (Option option in root.Options)
        {
            if (option is VersionOption version)
            {
                version.Action = new VersionAction(output);
            }
        }
        foreach (FastSegCommand command in (FastSegCommand[])[
            new TrainCommand(this), new ImportCommand(this), new SegmentCommand(this), new FeaturesCommand(this), new ScoreCommand(this), new PlanCommand(this),
            new InfoCommand(this), new PreviewCommand(this), new UpsamplerCommand(this), new ModelsCommand(this), new DemoCommand(this), new SelfTestCommand(this)])
        {
            root.Subcommands.Add(command);
        }
        Common.AddTo(root);
        HelpWithExamples.Install(root);
        root.SetAction(parsed => root.Parse(["--help"]).Invoke(parsed.InvocationConfiguration));
        return root;
    }

    /// <summary>An argument that takes any number of values takes unknown options too; after "--" that is meant.</summary>
    private static string? StrayOption(ParseResult parsed)
    {
        IEnumerable<Token> values = parsed.CommandResult.Command.Arguments.SelectMany(argument => parsed.GetResult(argument)?.Tokens ?? []);
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

    private static string OneLine(string text) => string.Join(' ', text.Split((char[])['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

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
