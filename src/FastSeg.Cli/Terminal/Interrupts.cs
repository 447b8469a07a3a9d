using System.Runtime.InteropServices;

namespace FastSeg.Cli.Terminal;

/// <summary>
/// Cancels a token on Ctrl-C, on SIGTERM and at the terminal's end (SIGHUP, unless nohup has it ignored). A second signal ends the process
/// at once.
/// </summary>
internal sealed class Interrupts : IDisposable
{
    /// <summary>
    /// SIGXFSZ on Linux. It would end the process where a file outgrows the shell's limit; where it is ignored, the write fails like any
    /// other.
    /// </summary>
    private const PosixSignal FileTooLarge = (PosixSignal)25;

    private const int Signalled = 128, Sighup = 1, Sigint = 2, Sigterm = 15;

    /// <summary>
    /// Kept until the process ends. A signal is handled on another thread, some time after the write has failed; without a handler it
    /// would end the process then.
    /// </summary>
    private static readonly PosixSignalRegistration TooLargeIsIgnored =
        PosixSignalRegistration.Create(FileTooLarge, context => context.Cancel = true);

    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _registrations;
    private PosixSignal? _first;

    public Interrupts()
    {
        GC.KeepAlive(TooLargeIsIgnored);
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop),
            .. HangUpIsIgnored() ? (PosixSignalRegistration[])[] : [PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop)],
        ];
    }

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>What a process returns that the first signal ended: 128 and the signal's number, as a shell would say.</summary>
    public int ExitCode => Signalled + (_first switch
    {
        PosixSignal.SIGTERM => Sigterm,
        PosixSignal.SIGHUP => Sighup,
        _ => Sigint,
    });

    public void Dispose()
    {
        Array.ForEach(_registrations, registration => registration.Dispose());
        _source.Dispose();
    }

    /// <summary>Whether the process was started with SIGHUP, signal 1, ignored; registering for it would undo that.</summary>
    private static bool HangUpIsIgnored()
    {
        const string Ignored = "SigIgn:";
        try
        {
            string? line = File.ReadLines("/proc/self/status").FirstOrDefault(line => line.StartsWith(Ignored, StringComparison.Ordinal));
            return line is not null && (Convert.ToUInt64(line[Ignored.Length..].Trim(), 16) & 1) != 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private void Stop(PosixSignalContext context)
    {
        context.Cancel = !_source.IsCancellationRequested;
        _first ??= context.Signal;
        _source.Cancel();
    }
}
