using FastSeg.Cli;
using FastSeg.Cli.Terminal;

namespace FastSeg.Tests.Cli;

/// <summary>Runs the program inside the test process, behind the streams that a process has.</summary>
internal static class CommandLine
{
    public static Outcome Run(params string[] arguments) => Run(CancellationToken.None, arguments);

    public static Outcome Run(CancellationToken cancellation, params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        using var standardOutput = new StandardStream(output, results: true);
        using var standardError = new StandardStream(error, results: false);
        int code = new App(standardOutput, standardError, terminal: false, cancellation).Run(arguments);
        return new Outcome(code, output.ToString(), error.ToString());
    }
}
