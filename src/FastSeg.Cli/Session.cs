using System.CommandLine;
using FastSeg.Cli.Options;

namespace FastSeg.Cli;

/// <summary>One invocation of a command: its arguments, where it prints, and what it reports.</summary>
internal sealed class Session
{
    private readonly CommonOptions _common;
    private readonly bool _terminal;

    public Session(string command, CommonOptions common, ParseResult parsed, TextWriter output, TextWriter error, bool terminal, CancellationToken cancellation)
    {
        (_common, Parsed, Output, Error, _terminal, Cancellation) = (common, parsed, output, error, terminal, cancellation);
        int threads = parsed.GetValue(common.Threads);
        Threads = threads > 0 ? threads : Environment.ProcessorCount;
        Report = new RunReport(command, Threads);
        Backend = CommonOptions.Kind(parsed.GetValue(common.Backend) ?? "auto") ?? BackendKind.Auto;
    }

    /// <summary>The parsed arguments.</summary>
    public ParseResult Parsed { get; }

    /// <summary>Results.</summary>
    public TextWriter Output { get; }

    /// <summary>Failures and hints.</summary>
    public TextWriter Error { get; }

    /// <summary>Cancelled by Ctrl-C.</summary>
    public CancellationToken Cancellation { get; }

    /// <summary>Worker threads, at least 1.</summary>
    public int Threads { get; }

    /// <summary>What computes.</summary>
    public BackendKind Backend { get; }

    /// <summary>What --report writes.</summary>
    public RunReport Report { get; }

    /// <summary>Whether stack traces are wanted.</summary>
    public bool Verbose => Parsed.GetValue(_common.Verbose);

    /// <summary>Runs something long, with a progress bar where stderr is a terminal.</summary>
    /// <param name="what">What the bar is called.</param>
    /// <param name="memory">Most bytes the process may use; 0 sets no limit.</param>
    /// <param name="run">The work, given the options to hand on.</param>
    public T Long<T>(string what, long memory, Func<RunOptions, T> run)
    {
        RunOptions options = Options(memory);
        return _terminal ? ProgressBar.Run(Error, what, progress => run(options with { Progress = progress })) : run(options);
    }

    /// <summary>How a run uses the machine.</summary>
    /// <param name="memory">Most bytes the process may use; 0 sets no limit.</param>
    public RunOptions Options(long memory) => new()
    {
        Threads = Threads,
        Memory = memory,
        Cancellation = Cancellation,
        Backend = Backend,
        DeviceMemory = Parsed.GetValue(_common.DeviceMemory),
    };

    /// <summary>Adds a run to the report, and says once why a GPU was passed over.</summary>
    public void Add(RunResult run)
    {
        Say(run.Note);
        Report.Add(run);
    }

    /// <summary>Says, once, why something does not run on a GPU that was to, and keeps it in the report; nothing for null.</summary>
    public void Say(string? note)
    {
        if (note is not null && Report.Note(note))
        {
            Error.WriteLine($"fastseg: {note}");
        }
    }

    /// <summary>Fails now, rather than after the work, when the report could not be written.</summary>
    public void CheckReport()
    {
        if (Parsed.GetValue(_common.Report) is { } path)
        {
            WholeFile.Check(path);
        }
    }

    public void WriteReport()
    {
        if (Parsed.GetValue(_common.Report) is { } path)
        {
            WholeFile.Write(path, Report.Json());
        }
    }
}
