using FastSeg.Cli;
using FastSeg.Cli.Errors;
using FastSeg.Cli.Terminal;
using FastSeg.Native;

return Entry.Run(ProcessLimits.CommandFiles, (output, error, interrupts) =>
{
    LeavableWork.MayLeave = true;
    int code = new App(output, error, !Console.IsErrorRedirected, interrupts.Token).Run(args);
    code = code == ExitCode.Interrupted ? interrupts.ExitCode : code;
    if (LeavableWork.IsLeft)
    {
        // Everything is said and in its place. The library must not be unloaded under the call that still runs.
        ProcessLimits.End(code);
    }
    return code;
});
