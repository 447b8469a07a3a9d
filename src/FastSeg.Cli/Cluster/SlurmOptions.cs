using System.CommandLine;
using System.Globalization;
using System.Text.RegularExpressions;
using FastSeg.Cli.Options;

namespace FastSeg.Cli.Cluster;

/// <summary>What SLURM is asked for: --jobs, --partition, --time, --memory, --cpus, --array-limit and --min-block.</summary>
internal sealed partial class SlurmOptions
{
    private const int MostJobs = 10_000;

    private readonly Option<int> _jobs = NumberOption.Whole(
        "--jobs", "Most tasks of an array; each does one block of all images.", null, 1, MostJobs);

    private readonly Option<string?> _partition = new("--partition")
    {
        HelpName = "P",
        Description = "Partition in which tasks run; several are separated by commas. [default: the cluster's]",
    };

    private readonly Option<string?> _time = new("--time")
    {
        HelpName = "T",
        Description =
            "Most time of a task, as SLURM writes it: minutes, H:M:S, or D-H:M:S. A task whose time is up stops, is queued again and " +
            "goes on. [default: the cluster's]",
    };

    private readonly Option<long> _memory = MemoryOption.Create(
        "--memory", "Most memory of a task's FastSeg, such as 4GiB; SLURM is asked for an eighth more. [default: the cluster's]");

    private readonly Option<int> _cpus = NumberOption.Whole("--cpus", "Cores of a task.", 1, 1, 1024);

    private readonly Option<int> _limit = NumberOption.Whole(
        "--array-limit", "Most tasks of an array that run at once. [default: no limit]", null, 1, MostJobs);

    private readonly Option<TimeSpan> _minBlock = DurationOption.Create(
        "--min-block",
        "Least time of a task; where blocks would take less, fewer are made, by the rate measured here on a part of the first image. 0 " +
            "makes as many as --jobs says.",
        TimeSpan.FromMinutes(10));

    public SlurmOptions()
    {
        _jobs.Required = true;
        Check(_partition, Partitions(), "names no partition; give letters, digits, - and _, such as long");
        Check(_time, Times(), "is no time as SLURM writes it; give minutes, H:M:S, D-H or D-H:M:S, such as 90, 1:30:00 or 2-12");
    }

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command) => Array.ForEach(All(), command.Options.Add);

    /// <summary>Their names: they are not the task's own.</summary>
    public IEnumerable<string> Names => All().Select(option => option.Name);

    /// <summary>Most tasks of an array.</summary>
    public int Jobs(ParseResult parsed) => parsed.GetValue(_jobs);

    /// <summary>Least time of a task.</summary>
    public TimeSpan MinBlock(ParseResult parsed) => parsed.GetValue(_minBlock);

    /// <summary>What each task gets.</summary>
    public SlurmRequest Request(ParseResult parsed) => new(
        parsed.GetValue(_partition), parsed.GetValue(_time), parsed.GetValue(_memory), parsed.GetValue(_cpus), parsed.GetValue(_limit));

    /// <summary>The time of a text that is one as SLURM writes it; null where it is endless.</summary>
    public static TimeSpan? TimeOf(string text)
    {
        string[] days = text.Split('-');
        int[] numbers = [.. days[^1].Split(':').Select(part => int.TryParse(part, CultureInfo.InvariantCulture, out int n) ? n : -1)];
        return (days.Length, numbers) switch
        {
            (_, [< 0, ..]) => null,
            (1, [int minutes]) => TimeSpan.FromMinutes(minutes),
            (1, [int minutes, int seconds]) => TimeSpan.FromSeconds((60L * minutes) + seconds),
            (1, [int hours, int minutes, int seconds]) => TimeSpan.FromSeconds((3600L * hours) + (60L * minutes) + seconds),
            (2, _) => TimeSpan.FromDays(int.Parse(days[0], CultureInfo.InvariantCulture)) + TimeSpan.FromHours(numbers[0])
                + TimeSpan.FromMinutes(numbers.ElementAtOrDefault(1)) + TimeSpan.FromSeconds(numbers.ElementAtOrDefault(2)),
            _ => null,
        };
    }

    private Option[] All() => [_jobs, _partition, _time, _memory, _cpus, _limit, _minBlock];

    private static void Check(Option<string?> option, Regex pattern, string wrong) => option.Validators.Add(result =>
    {
        if (result.Tokens.Select(token => token.Value).FirstOrDefault(text => !pattern.IsMatch(text)) is { } text)
        {
            result.AddError($"{option.Name} {text} {wrong}.");
        }
    });

    [GeneratedRegex(@"\A[A-Za-z0-9_][A-Za-z0-9_.-]*(,[A-Za-z0-9_][A-Za-z0-9_.-]*)*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Partitions();

    [GeneratedRegex(
        @"\A(?:[0-9]{1,7}|[0-9]{1,7}:[0-9]{1,2}|[0-9]{1,5}:[0-9]{1,2}:[0-9]{1,2}|[0-9]{1,4}-[0-9]{1,2}(?::[0-9]{1,2}){0,2}|UNLIMITED)\z",
        RegexOptions.CultureInvariant)]
    private static partial Regex Times();
}
