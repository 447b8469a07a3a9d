using FastSeg.Cli;

namespace FastSeg.Tests.Cli;

/// <summary>Runs the program inside the test process.</summary>
internal static class CommandLine
{
    public static Outcome Run(params string[] arguments) => Run(CancellationToken.None, arguments);

    public static Outcome Run(CancellationToken cancellation, params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        int code = new App(output, error, terminal: false, cancellation).Run(arguments);
        return new Outcome(code, output.ToString(), error.ToString());
    }
}
