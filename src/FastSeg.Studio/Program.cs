using System.Runtime.CompilerServices;
using FastSeg.Cli.Errors;
using FastSeg.Cli.Terminal;
using FastSeg.Studio;

return ProcessLimits.Suffice(ProcessLimits.StudioFiles) ? Run(args) : ExitCode.Failure;

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
    return new StudioApp(output, error, interrupts).Run(arguments);
}
