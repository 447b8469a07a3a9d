using FastSeg.Cli;

namespace FastSeg.Tests.Cli;

/// <summary>What a command line printed and returned.</summary>
/// <param name="Code">Exit code.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error.</param>
internal sealed record Outcome(int Code, string Output, string Error)
{
    /// <summary>Lines of standard error.</summary>
    public string[] ErrorLines => Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}

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
