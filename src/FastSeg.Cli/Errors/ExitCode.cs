namespace FastSeg.Cli.Errors;

/// <summary>What the process returns.</summary>
internal static class ExitCode
{
    public const int Success = 0;
    public const int Failure = 1;
    public const int Usage = 2;

    /// <summary>Ctrl-C; the process returns 143 after SIGTERM and 129 after SIGHUP instead (<c>Interrupts</c>).</summary>
    public const int Interrupted = 130;
}
