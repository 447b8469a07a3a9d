using FastSeg.Cli.Terminal;
using FastSeg.Studio;

using var interrupts = new Interrupts();
var output = new StandardStream(Console.Out, results: true);
var error = new StandardStream(Console.Error, results: false);
return new StudioApp(output, error, interrupts).Run(args);
