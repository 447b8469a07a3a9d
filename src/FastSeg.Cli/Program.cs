using FastSeg.Cli;

using var interrupts = new Interrupts();
return new App(Console.Out, Console.Error, !Console.IsErrorRedirected, interrupts.Token).Run(args);
