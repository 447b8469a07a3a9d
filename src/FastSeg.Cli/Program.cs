using FastSeg.Cli;
using FastSeg.Cli.Terminal;

using var interrupts = new Interrupts();
var output = new StandardStream(Console.Out, results: true);
var error = new StandardStream(Console.Error, results: false);
return new App(output, error, !Console.IsErrorRedirected, interrupts.Token).Run(args);
