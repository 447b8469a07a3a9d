using FastSeg.Cli.Errors;
using FastSeg.Cli.Terminal;
using FastSeg.Studio;

using var interrupts = new Interrupts();
var output = new StandardStream(Console.Out, results: true);
var error = new StandardStream(Console.Error, results: false);
if (ArgumentBytes.Refusal() is { } refusal)
{
    error.WriteLine($"fastseg: {refusal}");
    return ExitCode.Failure;
}
return new StudioApp(output, error, interrupts).Run(args);
