using FastSeg.Cli.Errors;

namespace FastSeg.Cli.Terminal;

/// <summary>What every program of ours does before its own work: look at the limits, listen for signals, open the two streams.</summary>
internal static class Entry
{
    /// <summary>Runs a program and returns its exit code.</summary>
    /// <param name="files">Files that the process must be able to open at once.</param>
    /// <param name="run">
    /// The program, given standard output, standard error, and what a signal asks for. Its parts are loaded only when it is called, after
    /// the limits were looked at; it must not be inlined into the caller.
    /// </param>
    public static int Run(ulong files, Func<StandardStream, StandardStream, Interrupts, int> run) =>
        ProcessLimits.Suffice(files) ? Explained(run) : ExitCode.Failure;

    /// <summary>
    /// Where a limit of the process is the cause of a failure, says so and ends the process: without .NET's console, which may have failed,
    /// and without .NET's own end, which needs memory and otherwise aborts now and then.
    /// </summary>
    private static int Explained(Func<StandardStream, StandardStream, Interrupts, int> run)
    {
        try
        {
            return Open(run);
        }
        catch (Exception e) when (ProcessLimits.Explain(e) is { } limits)
        {
            ProcessLimits.Say(limits);
            ProcessLimits.End(ExitCode.Failure);
            return ExitCode.Failure;
        }
    }

    private static int Open(Func<StandardStream, StandardStream, Interrupts, int> run)
    {
        using var interrupts = new Interrupts();
        var output = new StandardStream(Console.Out, results: true);
        var error = new StandardStream(Console.Error, results: false);
        if (ArgumentBytes.Refusal() is { } refusal)
        {
            error.WriteLine($"fastseg: {refusal}");
            return ExitCode.Failure;
        }
        return run(output, error, interrupts);
    }
}
