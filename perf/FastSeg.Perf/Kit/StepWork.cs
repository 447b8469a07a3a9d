using System.Diagnostics;
using System.Reflection;

namespace FastSeg.Perf.Kit;

/// <summary>
/// What a step works with: its report and its time. Everything that touches the device runs in a process of its own, so that a kernel that
/// hangs or spoils the driver's context ends one process and not the run.
/// </summary>
/// <param name="settings">What the run was asked for.</param>
/// <param name="report">The step's report.</param>
/// <param name="scratch">A folder for what is only needed meanwhile.</param>
/// <param name="assembled">Where the driver keeps for all steps the kernels that it assembled; null for a folder of the step's own.</param>
internal sealed class StepWork(KitSettings settings, StepReport report, string scratch, string? assembled = null)
{
    /// <summary>The least part of a step's limit that a program of it has.</summary>
    private const double LeastShare = 1 / 8.0;

    private readonly long _start = Stopwatch.GetTimestamp();

    public KitSettings Settings { get; } = settings;

    public Findings Found => report.Found;

    /// <summary>A folder for what is only needed meanwhile.</summary>
    public string Scratch { get; } = scratch;

    /// <summary>
    /// How many more programs the step wants to run after the next one. Where there are some, the next one has half of what is left of the
    /// step's limit, so that one that hangs takes no other's turn.
    /// </summary>
    public int Waiting { get; set; }

    /// <summary>Where programs of a name lie, the first ones first.</summary>
    public IEnumerable<string> Find(string name) => OtherProgram.Find(name, Settings.SearchPath);

    /// <summary>Time that is left of the step's limit.</summary>
    private TimeSpan Left => TimeSpan.FromSeconds(report.Limit) - Stopwatch.GetElapsedTime(_start);

    /// <summary>Runs a worker of this program, and takes what it found.</summary>
    /// <param name="worker">Its name.</param>
    /// <param name="argument">What of it is to be done.</param>
    /// <param name="variables">More variables of its environment.</param>
    public void Worker(string worker, string argument = "", params (string Name, string Value)[] variables)
    {
        string file = NewFile();
        Ended? ended = Run($"{worker} {argument}".TrimEnd(), Host, [.. Command(worker, argument, file)], variables);
        if (Findings.Load(file) is { } found)
        {
            Found.Take(found);
        }
        if (ended?.Code is { } code and not 0)
        {
            Found.Fail($"{$"{worker} {argument}".TrimEnd()} ended with exit code {code}: {ended.LastLine}");
        }
    }

    /// <summary>
    /// Runs a worker for each of several parts. The simulated device cannot hang, so there one process takes all parts and starts once.
    /// </summary>
    public void Workers(string worker, IReadOnlyList<string> parts)
    {
        string[] processes = Settings.Simulated ? [string.Join(' ', parts)] : [.. parts];
        int others = Waiting;
        for (int i = 0; i < processes.Length; i++)
        {
            Waiting = others + processes.Length - 1 - i;
            Worker(worker, processes[i]);
        }
        Waiting = others;
    }

    /// <summary>
    /// Runs another program; null where there is no time left. Where its limit stops it, it has no exit code, and what it printed counts.
    /// </summary>
    public Ended? Run(string what, string program, IReadOnlyList<string> arguments, params (string Name, string Value)[] variables)
    {
        double left = Left.TotalSeconds;
        if (left <= 0)
        {
            report.State = StepReport.Stopped;
            Found.Note($"{what} was not begun, because the step's {report.Limit:0} s were over.");
            return null;
        }
        double share = Waiting > 0 ? Math.Min(Math.Max(left / 2, LeastShare * report.Limit), left) : left;
        (string, string)[] all =
        [
            ("CUDA_CACHE_PATH", assembled ?? Path.Combine(Scratch, "assembled")), ("CUDA_CACHE_DISABLE", "0"),
            ("PYTHONDONTWRITEBYTECODE", "1"), .. variables,
        ];
        Ended ended = OtherProgram.Run(program, arguments, TimeSpan.FromSeconds(share), all);
        if (ended.Code != 0)
        {
            Found.Texts[what] = ended.Output;
        }
        if (ended.Code is null)
        {
            report.State = StepReport.Stopped;
            string whose = Waiting > 0 ? "it had taken its share of" : "it had taken the rest of";
            Found.Note($"{what} was stopped after {share:0} s, because {whose} the step's {report.Limit:0} s.");
        }
        return ended;
    }

    /// <summary>The program and the arguments that run a worker under another program.</summary>
    public IReadOnlyList<string> WorkerCommand(string worker, string argument) => [Host, .. Command(worker, argument, NewFile())];

    /// <summary>What runs this program: the .NET host, or the program itself where it is its own.</summary>
    private static string Host => Environment.ProcessPath!;

    private IEnumerable<string> Command(string worker, string argument, string file)
    {
        string assembly = Assembly.GetExecutingAssembly().Location;
        IEnumerable<string> program = Path.GetFileNameWithoutExtension(Host) == "dotnet" ? [assembly] : [];
        return [.. program, "kit", "work", worker, file, Settings.Simulated ? "simulated" : "cuda", argument];
    }

    private string NewFile() => Path.Combine(Scratch, $"found-{Guid.NewGuid():N}.json");
}
