using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using FastSeg.Cli.Errors;
using FastSeg.Cli.Terminal;
using FastSeg.Studio.Server;

namespace FastSeg.Studio;

/// <summary>The program: parses the command line, puts the studio's parts together, and serves until a signal comes.</summary>
/// <param name="output">Where the link and the project's path go.</param>
/// <param name="error">Where failures and warnings go.</param>
/// <param name="interrupts">Cancels on Ctrl-C and SIGTERM.</param>
internal sealed class StudioApp(TextWriter output, TextWriter error, Interrupts interrupts)
{
    /// <summary>
    /// How long requests, and after them what computes, may take to end: nobody waits for more than a second after Ctrl-C.
    /// </summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(400);

    /// <summary>Runs one command line and returns the exit code.</summary>
    public int Run(IReadOnlyList<string> arguments)
    {
        RootCommand root = Root();
        ParseResult parsed = root.Parse(
            arguments, new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null });
        if (parsed.Action is ParseErrorAction)
        {
            return Usage(parsed.Errors[0].Message.ReplaceLineEndings(" "));
        }
        if (StudioOptions.Stray(parsed) is { } stray)
        {
            return Usage($"Unrecognized option '{stray}'.");
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
        catch (FastSegException e)
        {
            return Fail(e.MessageWith(SettingFlags.Of));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Fail(e.Message.ReplaceLineEndings(" "));
        }
    }

    private RootCommand Root()
    {
        var root = new RootCommand("Draw a few strokes in a browser, see the segmentation at once, correct it, export.")
        {
            HelpName = "fastseg studio",
        };
        root.Directives.Clear();
        StudioOptions.AddTo(root);
        root.SetAction(parsed => Serve(StudioOptions.Of(parsed)));
        foreach (HelpOption help in root.Options.OfType<HelpOption>())
        {
            help.Action = new StudioHelp((HelpAction)help.Action!);
        }
        foreach (VersionOption version in root.Options.OfType<VersionOption>())
        {
            version.Action = new VersionAction(output);
        }
        return root;
    }

    private int Serve(StudioOptions options)
    {
        var studio = new StudioParts(options);
        try
        {
            return Serve(options, studio);
        }
        finally
        {
            studio.Close(Patience);
        }
    }

    private int Serve(StudioOptions options, StudioParts studio)
    {
        studio.Start().GetAwaiter().GetResult();
        output.WriteLine($"studio: {studio.Link}");
        output.WriteLine(studio.Folder);
        output.Flush();
        if (options.Host is { } host)
        {
            error.WriteLine(
                $"fastseg: the connection to {host} is not encrypted: whoever sees the traffic can read the pictures and the link; " +
                "an ssh tunnel to 127.0.0.1 is safer.");
        }
        using Browser? browser = options.Browser ? Browser.Open(studio.Link, studio.Folder) : null;
        interrupts.Token.WaitHandle.WaitOne();
        return interrupts.ExitCode;
    }

    private int Usage(string sentence)
    {
        Fail(sentence);
        error.WriteLine("Try `fastseg studio --help`.");
        return ExitCode.Usage;
    }

    private int Fail(string sentence)
    {
        error.WriteLine($"fastseg: {sentence}");
        return ExitCode.Failure;
    }

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
