using System.Runtime.CompilerServices;
using FastSeg.Cli;
using FastSeg.Cli.Errors;
using FastSeg.Cli.Terminal;

return ProcessLimits.Suffice(ProcessLimits.CommandFiles) ? Run(args) : ExitCode.Failure;

// A method of its own: its parts are loaded only when it is called, after the limits were looked at.
[MethodImpl(MethodImplOptions.NoInlining)]
static int Run(string[] arguments)
{
    using var interrupts = new Interrupts();
    var output = new StandardStream(Console.Out, results: true);
    var error = new StandardStream(Console.Error, results: false);
    if (ArgumentBytes.Refusal() is { } refusal)
    {
        error.WriteLine($"fastseg: {refusal}");
        return ExitCode.Failure;
    }
    int code = new App(output, error, !Console.IsErrorRedirected, interrupts.Token).Run(arguments);
    return code == ExitCode.Interrupted ? interrupts.ExitCode : code;
}
