using FastSeg.Cli;
using FastSeg.Cli.Errors;
using FastSeg.Cli.Terminal;

return Entry.Run(ProcessLimits.CommandFiles, (output, error, interrupts) =>
{
    int code = new App(output, error, !Console.IsErrorRedirected, interrupts.Token).Run(args);
    return code == ExitCode.Interrupted ? interrupts.ExitCode : code;
});
