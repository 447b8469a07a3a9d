using FastSeg.Cli.Terminal;
using FastSeg.Studio;

return Entry.Run(
    ProcessLimits.StudioFiles, (output, error, interrupts) => new StudioApp(output, error, interrupts).Run(args));
