using FastSeg.Cli;
using FastSeg.Cli.Errors;
using FastSeg.Cli.Terminal;

using var interrupts = new Interrupts();
var output = new StandardStream(Console.Out, results: true);
var error = new StandardStream(Console.Error, results: false);
if (ArgumentBytes.Refusal() is { } refusal)
{
    error.WriteLine($"fastseg: {refusal}");
    return ExitCode.Failure;
}
int code = new App(output, error, !Console.IsErrorRedirected, interrupts.Token).Run(args);
return code == ExitCode.Interrupted ? interrupts.ExitCode : code;
