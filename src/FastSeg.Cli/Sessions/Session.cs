using System.CommandLine;
using FastSeg.Cli.Errors;
using FastSeg.Cli.Files;
using FastSeg.Cli.Options;
using FastSeg.Cli.Reports;
using FastSeg.Cli.Terminal;
using FastSeg.Images;
using FastSeg.Native;

namespace FastSeg.Cli.Sessions;

/// <summary>One invocation of a command: its arguments, where it prints, and what it reports.</summary>
/// <param name="command">The command's name, for the report.</param>
/// <param name="parsed">The parsed arguments.</param>
/// <param name="common">What the options that every command takes say.</param>
/// <param name="output">Where results go.</param>
/// <param name="error">Where failures, hints and the progress bar go.</param>
/// <param name="terminal">Whether <paramref name="error"/> is a terminal, where a progress bar makes sense.</param>
/// <param name="cancellation">Cancelled by Ctrl-C and SIGTERM.</param>
internal sealed class Session(
    string command,
    ParseResult parsed,
    SessionOptions common,
    TextWriter output,
    TextWriter error,
    bool terminal,
    CancellationToken cancellation)
{
    private bool _saidTurned;

    /// <summary>The parsed arguments.</summary>
    public ParseResult Parsed => parsed;

    /// <summary>Results.</summary>
    public TextWriter Output => output;

    /// <summary>Failures and hints.</summary>
    public TextWriter Error => error;

    /// <summary>Cancelled by Ctrl-C.</summary>
    public CancellationToken Cancellation => cancellation;

    /// <summary>What computes.</summary>
    public BackendKind Backend => common.Backend;

    /// <summary>What computes, as --backend calls it.</summary>
    public string BackendName => common.Backend.ToString().ToLowerInvariant();

    /// <summary>Worker threads.</summary>
    public int Threads => common.Threads;

    /// <summary>Most bytes of the GPU's memory to use; 0 leaves it to the library.</summary>
    public long DeviceMemory => common.DeviceMemory;

    /// <summary>What --report writes.</summary>
    public RunReport Report { get; } = new(command, common.Threads);

    /// <summary>Whether stack traces are wanted.</summary>
    public bool Verbose => common.Verbose;

    /// <summary>Whether a report is wanted.</summary>
    public bool HasReport => common.Report is not null;

    /// <summary>
    /// Runs something long, with a progress bar where stderr is a terminal, and otherwise with a line every few seconds. Warnings are said
    /// as soon as they are found.
    /// </summary>
    /// <param name="what">What the bar is called.</param>
    /// <param name="memory">Most bytes the process may use; 0 sets no limit.</param>
    /// <param name="run">The work, given the options to hand on.</param>
    /// <param name="pixels">Pixels of the work, for the rate; 0 where that is not known.</param>
    public T Long<T>(string what, long memory, Func<ComputeOptions, T> run, long pixels = 0)
    {
        ComputeOptions options = Options(memory);
        ComputeOptions With(IProgress<double> progress, Action<string> print) =>
            options with { Progress = progress, Warned = warning => Show([warning], print) };
        T result = terminal
            ? ProgressBar.Run(Error, what, pixels, (progress, print) => run(With(progress, print)))
            : run(With(new ProgressLines(Error, what, pixels, TimeProvider.System), Error.WriteLine));
        Say(XgBoostLibrary.Note);
        return result;
    }

    /// <summary>How a run uses the machine.</summary>
    /// <param name="memory">Most bytes the process may use; 0 stands for what its container may use, if it is in one.</param>
    public ComputeOptions Options(long memory) => new()
    {
        Threads = common.Threads,
        Memory = memory > 0 ? memory : ContainerMemory.Limit,
        Cancellation = cancellation,
        Backend = common.Backend,
        DeviceMemory = common.DeviceMemory,
        Strict = StrictOption.Given(parsed),
    };

    /// <summary>Adds a run to the report, and says its warnings, and once why a GPU was passed over.</summary>
    public void Add(RunResult run)
    {
        Say(run.Note);
        // A strict run has thrown its first warning itself.
        Show(run.Warnings, Error.WriteLine);
        Report.Add(run);
    }

    /// <summary>
    /// Says what makes a result doubtful, and keeps it in the report; what was said already is not said again. With --strict the first
    /// sentence is the failure.
    /// </summary>
    /// <exception cref="FastSegException">--strict was given.</exception>
    public void Warn(IReadOnlyList<string> warnings)
    {
        if (warnings.Count > 0 && StrictOption.Given(parsed))
        {
            throw new FastSegException(Flagged(warnings[0]));
        }
        Show(warnings, Error.WriteLine);
    }

    private void Show(IReadOnlyList<string> warnings, Action<string> print)
    {
        foreach (string warning in warnings.Where(IsNews).Select(Flagged).Where(Report.Warn))
        {
            print($"fastseg: warning: {warning}");
        }
    }

    /// <summary>Of many images that should be turned, the first is named.</summary>
    private bool IsNews(string warning)
    {
        bool turns = warning.Contains(OrientedImage.Remedy, StringComparison.Ordinal), news = !(turns && _saidTurned);
        _saidTurned |= turns;
        return news;
    }

    /// <summary>A warning with flags in place of the library's words.</summary>
    public static string Flagged(string warning) =>
        SettingFlags.Sentence(warning).Replace(
            OrientedImage.Remedy, "--orient turns images, labels and masks alike", StringComparison.Ordinal);

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
        if (common.Report is { } path)
        {
            WholeFile.Check(path);
        }
    }

    /// <summary>The hash of a file for the report; null where no report is wanted, since the file is read for it.</summary>
    public FileHash? Hash(string path) => common.Report is null ? null : FileHash.Of(path);

    /// <summary>Writes the report where --report asks for one.</summary>
    public void WriteReport()
    {
        if (common.Report is { } path)
        {
            Report.Options = [.. parsed.Tokens.Select(token => token.Value)];
            WholeFile.Write(path, Report.Json());
        }
    }
}
